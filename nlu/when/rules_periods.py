"""Longer stretches: weeks, weekends, months, seasons, and their beginnings and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from nlu.when.calendar_steps import add_months, month, month_start, week, week_start, year
from nlu.when.grammar import Spot, Stage
from nlu.when.named_days import stretch
from nlu.when.values import DAY, Days, one_day
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


@periods.rule("this|current|my|all <unit>", "rest of? the? <unit>", "this working|work|calendar <unit>")
def this_unit(spot: Spot, unit: str) -> Days | None:
    """The current week, month or year, from its first day on.

    e.g. "this week" -> 2026-03-02..2026-03-09 week
    """
    if spot.after().text == "off" or (spot.text() == "all" and unit == "day"):
        return None  # "my day off", "all day friday"
    period = _unit_period(spot.said.today, unit, 0)
    if spot.text() == "rest" and period:
        return replace(period, start=spot.said.today, grain="range")
    return period


@periods.rule("the <unit>")
def the_unit(spot: Spot, unit: str) -> Days | None:
    """The current week.

    e.g. "any time in the week" -> 2026-03-02 week
    """
    named = unit in ("week", "month") or spot.before().text == "of"  # "the start of the year"
    if not named or spot.before().text in ("times", "time", "twice", "once"):
        return None
    if spot.after().text in ("of", "commencing", "starting", "beginning", "from"):
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


@periods.rule("next")
def next_after_this(spot: Spot) -> Days | None:
    """The bare word behind a week or month.

    e.g. "not this week, maybe next" -> 2026-03-09 week; not 2026-03-02 week
    """
    if spot.after().kind not in ("end", "punct"):
        return None
    earlier = [token.value for token in spot.tokens[: spot.begin] if isinstance(token.value, Days)]
    grain = earlier[-1].grain if earlier else None
    return _unit_period(spot.said.today, grain, 1) if grain in ("week", "month") else None


@periods.rule("last|previous|past <unit>")
def last_unit(spot: Spot, unit: str) -> Days | None:
    """The week, month or year before the current one.

    e.g. "last week" -> 2026-02-23 week
    """
    if spot.after().text in ("of", "in"):
        return None
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


@periods.rule("<days> weekend")
def holiday_weekend(spot: Spot, day: Days) -> Days | None:
    """The weekend beside a holiday, the holiday included.

    e.g. "memorial day weekend" -> 2026-05-23..2026-05-26 range
    """
    if not day.single or day.weekday is not None:
        return None
    weekday = day.first.weekday()
    saturday = day.first + (5 - weekday if weekday > 1 else -2 - weekday) * DAY
    return Days(min(saturday, day.first), max(saturday + 2 * DAY, day.first + DAY), "range")


@periods.rule("weekends", "any|a weekend")
def weekends(spot: Spot) -> Days:
    """Any weekend.

    e.g. "weekends" -> 2026-03-07..2026-03-09 range; 2026-03-14 range; 2026-03-21 range; 2026-03-28 range
    """
    saturday = week_start(spot.said.today) + 5 * DAY
    return Days(saturday, saturday + 2 * DAY, "range", every=True)


@periods.rule("last weekend")
def last_weekend(spot: Spot) -> Days | None:
    """The weekend of the week before.

    e.g. "last weekend" -> 2026-02-28..2026-03-02 range
    """
    if spot.after().text in ("of", "in"):
        return None
    saturday = week_start(spot.said.today, -1) + 5 * DAY
    return Days(saturday, saturday + 2 * DAY, "range")


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


@periods.rule("<unit>", "on? a|any <unit>")
def weekdays(spot: Spot, unit: str) -> Days | None:
    """Monday to Friday of any week.

    e.g. "weekdays" -> 2026-03-05..2026-03-07 range; 2026-03-09 range; 2026-03-16 range; 2026-03-23 range
    """
    if unit != "workday" or spot.text(-1) != "weekdays":
        return None
    monday = week_start(spot.said.today, 1 if spot.said.today.weekday() > 4 else 0)
    return Days(monday, monday + 5 * DAY, "range", every=True)
