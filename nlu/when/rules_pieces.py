"""Pieces of longer stretches: "early next week", "end of the month", "first monday of june"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nlu.when.calendar_steps import (
    add_months,
    day_of_month,
    month_start,
    week,
    week_start,
    weekday_after,
    weekday_before,
)
from nlu.when.grammar import Spot, Stage
from nlu.when.values import DAY, Days, Length, Ordinal, one_day

pieces = Stage()


# Which days of a week, and of a month, its pieces are: first day and the day after the last, from 0.
_OF_A_WEEK = {"early": (0, 3), "start": (0, 2), "mid": (1, 4), "late": (3, 7), "end": (3, 6)}
_OF_A_MONTH = {"early": (0, 15), "start": (0, 10), "mid": (9, 20), "late": (15, 31), "end": (20, 31)}
# Of longer stretches, in shares of their months.
_OF_MORE = {
    "early": (0, 1 / 2),
    "start": (0, 1 / 3),
    "mid": (1 / 3, 2 / 3),
    "late": (1 / 2, 1),
    "end": (2 / 3, 1),
}

_PIECES = {
    "earlier": "early",
    "beginning": "start",
    "first": "early",
    "middle": "mid",
    "second": "late",
    "latter": "late",
    "last": "late",
}


def piece(period: Days, name: str) -> Days | None:
    """The early, middle or late piece of a stretch of about a week or more."""
    if period.start is None or period.end is None or (period.end - period.start).days < 6:
        return None
    first, end = period.start, period.end
    length = (end - first).days
    if length <= 31:
        begin, stop = (_OF_A_WEEK if length <= 8 else _OF_A_MONTH)[name]
        return Days(first + begin * DAY, min(first + stop * DAY, end), "range")
    months = (end.year - first.year) * 12 + end.month - first.month
    cuts = [add_months(first, round(months * share)) for share in _OF_MORE[name]]
    return Days(cuts[0], cuts[1], "range") if cuts[0] < cuts[1] else None


@pieces.rule("mid week", "midweek")
def midweek(spot: Spot) -> Days:
    """Tuesday to Thursday of the current week, or of the next when that is over.

    e.g. "midweek" -> 2026-03-10..2026-03-13 range
    """
    monday = week_start(spot.said.today, 0 if spot.said.today.weekday() < 3 else 1)
    return Days(monday + DAY, monday + 4 * DAY, "range")


@pieces.rule(
    "early|earlier|beginning|start|mid|middle|late|end|second in|on|of? the? <days>",
    "the? early|earlier|beginning|start|first|mid|middle half|part? in|on|of? the? <days>",
    "the? late|end|second|latter|last half|part? in|on|of? the? <days>",
)
def piece_of_period(spot: Spot, period: Days) -> Days | None:
    """The beginning, middle or end of a week, month or season.

    e.g. "early next week" -> 2026-03-09..2026-03-12 range
    e.g. "end of the month" -> 2026-03-21..2026-04-01 range
    e.g. "mid june" -> 2026-06-10..2026-06-21 range
    """
    words = [word for word in spot.words() if word != "the"]
    half = len(words) > 1 and words[1] in ("half", "part")
    if not half and words[0] in ("first", "second", "latter", "last"):
        return None
    name = _PIECES.get(words[0], words[0])
    return piece(period, {"start": "early", "end": "late"}.get(name, name) if half else name)


@pieces.rule("sometime|some? time? later in? <days>")
def later_in_period(spot: Spot, period: Days) -> Days | None:
    """The later half of the current week or month, from today at the earliest.

    e.g. "later this month" -> 2026-03-16..2026-04-01 range
    """
    if period.start is None or period.end is None or period.grain not in ("week", "month", "range"):
        return None
    half = piece(period, "late")
    if half is None or half.start is None:
        return None
    today = spot.said.today
    if half.start <= today < period.end:
        return replace(half, start=today)
    return half


@pieces.rule("rest|remainder of? the? <days>")
def rest_of_period(spot: Spot, period: Days) -> Days | None:
    """From today to the end of a month or another stretch.

    e.g. "rest of march" -> 2026-03-05..2026-04-01 range
    """
    if period.start is None or period.end is None or period.single:
        return None
    return Days(max(spot.said.today, period.start), period.end, "range")


@pieces.rule(
    "the? week of|commencing|starting|beginning on|from|the? <days>", "the? week of the <days>", "week <days>"
)
def week_of(spot: Spot, day: Days) -> Days | None:
    """The week in which a day lies.

    e.g. "the week of the 18th" -> 2026-03-16 week
    """
    return week(day.first) if day.single else None


@pieces.rule("<days> of|in|during <days>")
def weekdays_of_a_month(spot: Spot, day: Days, period: Days) -> Days | None:
    """Any such weekday of a month.

    e.g. "any friday in april" -> 2026-04-03 day; 2026-04-10 day; 2026-04-17 day; 2026-04-24 day
    """
    if not day.every or day.weekday is None or period.grain != "month" or period.start is None:
        return None
    first = weekday_after(max(period.start, spot.said.today) - DAY, day.weekday)
    return replace(one_day(first, weekday=day.weekday), every=True)


@pieces.rule("<days> of|in|, <days>", "<days> <days>")
def day_in_period(spot: Spot, first: Days, second: Days) -> Days | None:
    """A weekday or a day of the month inside a named week or month.

    e.g. "monday next week" -> 2026-03-09 day
    e.g. "next week tuesday" -> 2026-03-10 day
    """
    return placed(first, second) or placed(second, first)


def placed(day: Days, period: Days) -> Days | None:
    """A bare weekday or day of the month moved into a week or month; None where that is not what they are."""
    if period.start is None or period.end is None or day.every or day.start is None:
        return None
    if (
        day.weekday is not None
        and period.grain in ("week", "range")
        and (period.end - period.start).days <= 8
    ):
        found = period.start + timedelta(days=(day.weekday - period.start.weekday()) % 7)
        return one_day(found) if found < period.end else None
    if day.ordinal is not None and period.grain == "month":
        found = period.start + timedelta(days=day.ordinal - 1)
        return one_day(found) if found < period.end else None
    return None


@pieces.rule("the? <ord> <days> in|of <days>", "the? (last) <days> in|of <days>")
def nth_weekday(spot: Spot, which: Ordinal | str, day: Days, period: Days) -> Days | None:
    """The first, second … or last such weekday, or weekend, of a month.

    e.g. "first monday of next month" -> 2026-04-06 day
    e.g. "last weekend of october" -> 2026-10-31..2026-11-02 range
    """
    if period.start is None or period.end is None or period.grain != "month" or day.open:
        return None
    span = day.last - day.first + DAY
    if day.weekday is None and not (span == 2 * DAY and day.first.weekday() == 5):
        return None
    weekday = day.first.weekday()
    if isinstance(which, str):
        found = weekday_before(period.end, weekday)
    else:
        found = weekday_after(period.start - DAY, weekday) + timedelta(weeks=which.number - 1)
    return Days(found, found + span, day.grain) if found < period.end else None


@pieces.rule("the? (last) day of|in <days>", "the? <ord> day of|in <days>")
def nth_day(spot: Spot, which: Ordinal | str, period: Days) -> Days | None:
    """The last day, or the so-manyeth, of a month or another stretch.

    e.g. "last day of october" -> 2026-10-31 day
    """
    if period.start is None or period.end is None or period.single:
        return None
    found = period.last if isinstance(which, str) else period.start + (which.number - 1) * DAY
    return one_day(found) if period.start <= found < period.end else None


@pieces.rule(
    "the? <ord> week of|in <days>",
    "the? (last) week of|in <days>",
    "the? (last) <length> of|in <days>",
    "the? <ord> <length> of|in <days>",
)
def nth_week(spot: Spot, which: Ordinal | str, *found: object) -> Days | None:
    """The first, second … or last week of a month: seven days from its first on, or its last seven.

    e.g. "first week of june" -> 2026-06-01..2026-06-08 week
    """
    period = found[-1]
    length = found[0] if len(found) > 1 else Length(days=7, unit="week")
    assert isinstance(period, Days)
    assert isinstance(length, Length)
    if period.start is None or period.end is None or (period.end - period.start).days < 20 or not length.days:
        return None
    span = timedelta(days=length.days)
    if isinstance(which, str):
        end = period.end if period.grain == "month" else week_start(period.end)
        return Days(end - span, end, "week" if length.days == 7 else "range")
    start = period.start + (which.number - 1) * span
    return Days(start, min(start + span, period.end), "week") if start < period.end else None


@pieces.rule("<ord> of <days>", "<num> of <days>", "<ord> day? of? <days>", "the <ord> of? <days>")
def day_of_a_month(spot: Spot, number: Ordinal | int, period: Days) -> Days | None:
    """A day of "this month", "next month".

    e.g. "20 of next month" -> 2026-04-20 day
    """
    if period.grain != "month" or period.start is None:
        return None
    first = month_start(period.start)
    found = day_of_month(first.year, first.month, number.number if isinstance(number, Ordinal) else number)
    return one_day(found) if found else None
