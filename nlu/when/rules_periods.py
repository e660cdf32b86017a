"""Longer stretches: weeks, weekends, months, seasons, and their beginnings and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from nlu.when.calendar_steps import add_months, month, month_start, week, week_start, weekday_after, year
from nlu.when.grammar import Spot, Stage
from nlu.when.named_days import stretch
from nlu.when.values import DAY, Days, Length, Ordinal, one_day
from nlu.when.words import SEASONS

periods = Stage()


def _unit_period(today: date, unit: str, steps: int) -> Days | None:
    if unit == "week":
        return week(today, steps)
    if unit == "month":
        return month(today, steps)
    if unit == "year":
        return year(today, steps)
    if unit == "quarter":
        first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        return Days(add_months(first, 3 * steps), add_months(first, 3 * steps + 3), "range")
    if unit == "fortnight":
        return Days(week_start(today, steps), week_start(today, steps + 2), "range")
    if unit == "day":
        return one_day(today + steps * DAY)
    return None


@periods.rule("this|current|my <unit>", "the rest of? the? <unit>")
def this_unit(spot: Spot, unit: str) -> Days | None:
    """The current week, month or year, from its first day on.

    e.g. "this week" -> 2026-03-02..2026-03-09 week
    """
    return _unit_period(spot.said.today, unit, 0)


@periods.rule("the <unit>")
def the_unit(spot: Spot, unit: str) -> Days | None:
    """The current week.

    e.g. "any time in the week" -> 2026-03-02 week
    """
    if unit not in ("week", "month") or spot.before().text in ("of", "times", "twice", "once"):
        return None
    return _unit_period(spot.said.today, unit, 0)


@periods.rule(
    "the? next|coming|upcoming|following <unit>",
    "the? next|following quarter",
    "the <unit> ahead",
    "this coming <unit>",
)
def next_unit(spot: Spot, unit: str = "quarter") -> Days | None:
    """The week, month or year after the current one.

    e.g. "next week" -> 2026-03-09..2026-03-16 week
    """
    return _unit_period(spot.said.today, unit, 1)


@periods.rule("the? coming|this|current quarter")
def this_quarter(spot: Spot) -> Days | None:
    """The quarter of the year, the coming one where that was said.

    e.g. "the coming quarter" -> 2026-04-01 range
    """
    coming = any(token.text == "coming" for token in spot.tokens[spot.begin : spot.end])
    return _unit_period(spot.said.today, "quarter", 1 if coming else 0)


@periods.rule("last|previous|past <unit>")
def last_unit(spot: Spot, unit: str) -> Days | None:
    """The week, month or year before the current one.

    e.g. "last week" -> 2026-02-23 week
    """
    return _unit_period(spot.said.today, unit, -1)


@periods.rule("the? <unit> after the? next <unit>?", "the? <unit> after that|this")
def unit_after_next(spot: Spot, unit: str, again: str | None = None) -> Days | None:
    """The week or month after the next one.

    e.g. "the week after next" -> 2026-03-16 week
    """
    return _unit_period(spot.said.today, unit, 2)


@periods.rule("the <unit> after")
def unit_after(spot: Spot, unit: str) -> Days | None:
    """The one that follows.

    e.g. "maybe the week after" -> 2026-03-09 week
    """
    return _unit_period(spot.said.today, unit, 1) if spot.after().kind in ("end", "punct", "word") else None


@periods.rule("this|the|my|on|that|over|coming weekend", "weekend", "this coming weekend")
def weekend(spot: Spot) -> Days:
    """The coming Saturday and Sunday; the current ones when it is the weekend.

    e.g. "this weekend" -> 2026-03-07..2026-03-09 range
    """
    saturday = week_start(spot.said.today) + 5 * DAY
    return Days(saturday, saturday + 2 * DAY, "range")


@periods.rule("next weekend", "the? weekend after this?", "the? following weekend")
def next_weekend(spot: Spot) -> Days:
    """The weekend of the following week.

    e.g. "next weekend" -> 2026-03-14..2026-03-16 range
    """
    saturday = week_start(spot.said.today, 1) + 5 * DAY
    return Days(saturday, saturday + 2 * DAY, "range")


@periods.rule("weekends", "any|a weekend")
def weekends(spot: Spot) -> Days:
    """Any weekend.

    e.g. "weekends" -> 2026-03-07..2026-03-09 range; 2026-03-14 range; 2026-03-21 range; 2026-03-28 range
    """
    saturday = week_start(spot.said.today) + 5 * DAY
    return Days(saturday, saturday + 2 * DAY, "range", every=True)


@periods.rule("last weekend")
def last_weekend(spot: Spot) -> Days:
    """The weekend of the week before.

    e.g. "last weekend" -> 2026-02-28..2026-03-02 range
    """
    saturday = week_start(spot.said.today, -1) + 5 * DAY
    return Days(saturday, saturday + 2 * DAY, "range")


@periods.rule("in|by|until|before|after|since|for|maybe|try <month>", "the? month of <month>", "<month>")
def month_by_name(spot: Spot, number: int) -> Days | None:
    """The next month of that name; the current one while it lasts.

    e.g. "in june" -> 2026-06-01..2026-07-01 month
    """
    return None


@periods.rule("<month> ,? <num>?", "next|this|last <month>")
def named_month(spot: Spot, number: int, year_number: int | None = None) -> Days | None:
    """The next month of that name; the current one while it lasts.

    e.g. "in june" -> 2026-06-01..2026-07-01 month
    e.g. "march" -> 2026-03-01 month
    """
    today = spot.said.today
    if year_number is not None:
        if not isinstance(year_number, int) or not 1990 <= year_number <= 2100:
            return None
        return month(date(year_number, number, 1))
    word = spot.tokens[spot.begin].text
    first = date(today.year, number, 1)
    if word == "last":
        return month(first if first < month_start(today) else date(today.year - 1, number, 1))
    if number < today.month or (number == today.month and word == "next"):
        first = date(today.year + 1, number, 1)
    return month(first)


@periods.rule("in? the? <season>", "this|next|coming <season>")
def season(spot: Spot, name: str) -> Days | None:
    """The coming season by the almanac; the current one while it lasts.

    e.g. "in the summer" -> 2026-06-21..2026-09-22 range
    """
    if (
        name == "fall"
        and spot.end - spot.begin == 1
        and spot.before().text not in ("until", "by", "before", "after")
    ):
        return None
    if name in ("spring", "fall") and spot.before().text in ("i", "to", "you"):
        return None
    today = spot.said.today
    (first_month, first_day), (end_month, end_day) = SEASONS[name]
    for at in (today.year - 1, today.year, today.year + 1):
        start = date(at, first_month, first_day)
        end = date(at + (end_month < first_month), end_month, end_day)
        if end > today and not (start <= today and spot.tokens[spot.begin].text == "next"):
            return Days(start, end, "range")
    return None


@periods.rule("over|during|for|around? <stretch>")
def named_stretch(spot: Spot, name: str) -> Days:
    """A stretch of the year by its name.

    e.g. "over the holidays" -> 2026-12-24..2027-01-02 range
    """
    return stretch(name, spot.said.today)


@periods.rule("in? the new year", "early in the new year")
def in_the_new_year(spot: Spot) -> Days:
    """January.

    e.g. "in the new year" -> 2027-01-02 month
    """
    first = date(spot.said.today.year + 1, 1, 1)
    return Days(first + DAY, add_months(first, 1), "month")


@periods.rule("mid week|<days>", "midweek")
def midweek(spot: Spot, period: Days | None = None) -> Days | None:
    """Tuesday to Thursday of the current week, or of the next when that is over.

    e.g. "midweek" -> 2026-03-03..2026-03-06 range
    """
    if period is not None:
        return edge_of_period(spot, "mid", period)
    monday = week_start(spot.said.today, 0 if spot.said.today.weekday() < 4 else 1)
    return Days(monday + DAY, monday + 4 * DAY, "range")


def edge_of_period(spot: Spot, edge: str, period: Days) -> Days | None:
    """The early, middle or late piece of a stretch of at least a week."""
    if period.start is None or period.end is None or (period.end - period.start).days < 6:
        return None
    first, end = period.start, period.end
    length = (end - first).days
    if length == 7:
        edges = {
            "early": (0, 3),
            "start": (0, 2),
            "mid": (1, 4),
            "late": (3, 7),
            "end": (3, 6),
            "first half": (0, 3),
            "second half": (3, 7),
        }
        from_day, to_day = edges[edge]
        return Days(first + from_day * DAY, first + to_day * DAY, "range")
    if length <= 31:
        edges = {
            "early": (0, 15),
            "start": (0, 10),
            "mid": (9, 20),
            "late": (15, length),
            "end": (20, length),
            "first half": (0, 15),
            "second half": (15, length),
        }
        from_day, to_day = edges[edge]
        return Days(first + from_day * DAY, first + to_day * DAY, "range")
    months = (end.year - first.year) * 12 + end.month - first.month
    third = max(1, months // 3)
    cuts = {
        "early": (0, max(1, months // 2)),
        "start": (0, third),
        "mid": (third, months - third),
        "late": (months // 2, months),
        "end": (months - third, months),
        "first half": (0, months // 2),
        "second half": (months // 2, months),
    }
    return Days(add_months(first, cuts[edge][0]), add_months(first, cuts[edge][1]), "range")


@periods.rule(
    "early|earlier|beginning|start|mid|middle|late|end|second in|on|of? the? <days>",
    "the? (early|earlier|beginning|start|first|mid|middle|late|end|second|latter|last) half|part? in|on|of? the? <days>",
)
def piece_of_period(spot: Spot, *found: object) -> Days | None:
    """The beginning, middle or end of a week, month or season.

    e.g. "early next week" -> 2026-03-09..2026-03-12 range
    e.g. "end of the month" -> 2026-03-21..2026-04-01 range
    e.g. "mid june" -> 2026-06-10..2026-06-21 range
    """
    period = found[-1]
    texts = [token.text for token in spot.tokens[spot.begin : spot.end]]
    word = texts[1] if texts[0] == "the" else texts[0]
    assert isinstance(period, Days)
    if "half" in texts or "part" in texts:
        edge = {
            "first": "first half",
            "early": "first half",
            "beginning": "first half",
            "start": "first half",
        }.get(word, "second half")
    elif word in ("first", "second", "latter", "last"):
        return None
    else:
        edge = {"earlier": "early", "beginning": "start", "middle": "mid"}.get(word, word)
    return edge_of_period(spot, edge, period)


@periods.rule("sometime|some? time? later in? <days>")
def later_in_period(spot: Spot, period: Days) -> Days | None:
    """The later half of the current week or month, from today at the earliest.

    e.g. "later this month" -> 2026-03-16..2026-04-01 range
    """
    if period.start is None or period.end is None or period.grain not in ("week", "month", "range"):
        return None
    half = edge_of_period(spot, "late", period)
    if half is None or half.start is None:
        return None
    today = spot.said.today
    if half.start <= today < period.end:
        return replace(half, start=today)
    return half


@periods.rule("rest of? the? <days>", "rest of? the? (week|month|year|day)", "remainder of <days>")
def rest_of_period(spot: Spot, *found: object) -> Days | None:
    """From now to the end of the week or month.

    e.g. "rest of the week" -> 2026-03-05..2026-03-09 range
    """
    period = found[-1]
    if not isinstance(period, Days):
        return None
    return (
        Days(max(spot.said.today, period.first), period.end, "range") if period.start and period.end else None
    )


@periods.rule(
    "the? week of|commencing|starting|beginning on|from|the? <days>", "the? week of the <days>", "week <days>"
)
def week_of(spot: Spot, day: Days) -> Days | None:
    """The week in which a day lies.

    e.g. "the week of the 18th" -> 2026-03-16 week
    """
    return week(day.first) if day.single else None


@periods.rule("<days> of|in|, <days>", "<days> <days>")
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


@periods.rule("the? <ord> <weekday> in|of <days>", "the? (last) <weekday> in|of <days>")
def nth_weekday(spot: Spot, which: Ordinal | str, number: int, period: Days) -> Days | None:
    """The first, second … or last such weekday of a month.

    e.g. "first monday of next month" -> 2026-04-06 day
    """
    if period.start is None or period.end is None or period.grain != "month":
        return None
    if isinstance(which, str):
        found = period.end - DAY - timedelta(days=(period.last.weekday() - number) % 7)
    else:
        found = weekday_after(period.start - DAY, number) + timedelta(weeks=which.number - 1)
    return one_day(found) if found < period.end else None


@periods.rule(
    "the? <ord> week of|in <days>",
    "the? (last) week of|in <days>",
    "the? (last) <length> of|in <days>",
    "the? <ord> <length> of|in <days>",
)
def nth_week(spot: Spot, which: Ordinal | str, *found: object) -> Days | None:
    """The first, second … or last week of a month: seven days from its first, or its last whole week.

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
        end = week_start(period.end + (timedelta(days=6) if period.grain == "month" else timedelta()))
        end = min(end, period.end) if period.grain == "month" and end > period.end + 6 * DAY else end
        return Days(end - span, end, "week" if length.days == 7 else "range")
    start = period.start + (which.number - 1) * span
    return Days(start, min(start + span, period.end), "week") if start < period.end else None
