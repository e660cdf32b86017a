"""Single days: weekdays, days of the month, written dates, holidays, "tomorrow"."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from nlu.when.atoms import slash_date
from nlu.when.calendar_steps import (
    add_months,
    day_of_month,
    next_ordinal,
    next_yearly,
    week_start,
    weekday_after,
    weekday_before,
)
from nlu.when.followers import counts_something, ends_a_time
from nlu.when.grammar import Spot, Stage
from nlu.when.named_days import holiday, turning_point
from nlu.when.values import DAY, Days, Moment, Ordinal, one_day
from nlu.when.words import PARTS, wordset

days = Stage()

# What an ordinal may count besides days: "the first one", "2nd opening", "1st time".
_THINGS = wordset("""
    one ones weekend option opening time times choice appointment appt visit floor half place thing person
    kid child grade street st ave avenue opinion spot person two three available thought thoughts
    chance call name baby son daughter week month quarter year day text message class date dates
""")


@days.rule("<relative>")
def relative(spot: Spot, offset: int) -> Days:
    """Today, tomorrow, the day after tomorrow, yesterday.

    e.g. "tomorrow" -> 2026-03-06 day
    e.g. "the day after tomorrow" -> 2026-03-07 day
    """
    return one_day(spot.said.today + timedelta(days=offset))


@days.rule("the? rest|remainder of? the|this|current? day|today", "later today")
def rest_of_today(spot: Spot) -> Moment:
    """From now to midnight.

    e.g. "later today" -> 2026-03-05T10:00..2026-03-06 range
    """
    return Moment(spot.said.now, datetime.combine(spot.said.today + DAY, time()), "range")


@days.rule("last <part>")
def last_night(spot: Spot, part: str) -> Moment | None:
    """The evening of yesterday.

    e.g. "last night" -> 2026-03-04T19:00..2026-03-05 part_of_day
    """
    if part != "night":
        return None
    start, end = PARTS[part]
    midnight = datetime.combine(spot.said.today - DAY, time())
    return Moment(midnight + timedelta(minutes=start), midnight + timedelta(minutes=end), "part_of_day")


@days.rule("<weekday>")
def weekday(spot: Spot, number: int) -> Days:
    """The next such day strictly after today.

    e.g. "thursday" -> 2026-03-12 day
    e.g. "friday" -> 2026-03-06 day
    """
    return one_day(weekday_after(spot.said.today, number), weekday=number)


@days.rule("<weekdays>", "any|every|each|most <weekday>", "on? a <weekday>")
def every_weekday(spot: Spot, number: int) -> Days:
    """Any such day.

    e.g. "mondays" -> 2026-03-09 day; 2026-03-16 day; 2026-03-23 day; 2026-03-30 day
    """
    return replace(one_day(weekday_after(spot.said.today, number), weekday=number), every=True)


@days.rule("this <weekday>")
def this_weekday(spot: Spot, number: int) -> Days:
    """That day of the current week, today included; the next one where it is over.

    e.g. "this thursday" -> 2026-03-05 day
    e.g. "this monday" -> 2026-03-09 day
    """
    return one_day(weekday_after(spot.said.today - DAY, number))


@days.rule("this? coming|upcoming <weekday>", "this following <weekday>", "<weekday> coming")
def coming_weekday(spot: Spot, number: int) -> Days:
    """The next such day.

    e.g. "this coming friday" -> 2026-03-06 day
    """
    return one_day(weekday_after(spot.said.today, number))


@days.rule("next <weekday>", "the? following <weekday>")
def next_weekday(spot: Spot, number: int) -> Days:
    """That day of the following Monday-to-Sunday week.

    e.g. "next friday" -> 2026-03-13 day
    """
    return one_day(week_start(spot.said.today, 1) + timedelta(days=number))


@days.rule("last|past|previous <weekday>")
def last_weekday(spot: Spot, number: int) -> Days | None:
    """The last such day before today.

    e.g. "last friday" -> 2026-02-27 day
    """
    if spot.after().text in ("of", "in"):
        return None  # "the last sunday of march"
    return one_day(weekday_before(spot.said.today, number))


@days.rule("the? <weekday> after next", "not this|next <weekday> but the (next|one) after?")
def weekday_after_next(spot: Spot, number: int, *_: str) -> Days:
    """The one after the next such day.

    e.g. "friday after next" -> 2026-03-13 day
    """
    return one_day(weekday_after(spot.said.today, number) + timedelta(weeks=1))


@days.rule("<num> <weekdays> from? now|today", "<num> <weekday> from now|today", "in <num> <weekdays>")
def weekdays_from_now(spot: Spot, count: int, number: int) -> Days | None:
    """The so-manyeth such day from today.

    e.g. "two sundays from now" -> 2026-03-15 day
    """
    if not 1 <= count <= 52:
        return None
    return one_day(weekday_after(spot.said.today, number) + timedelta(weeks=count - 1))


@days.rule("<date>")
def written(spot: Spot, day: date | None) -> Days | None:
    """A date in digits with its year.

    e.g. "2026-04-01" -> 2026-04-01 day
    """
    return one_day(day) if day else None


@days.rule("<slash>")
def slashed(spot: Spot, text: str) -> Days | None:
    """Month and day in digits, in the order of the United States.

    e.g. "3/10" -> 2026-03-10 day
    """
    if spot.after().kind in ("unit", "length") or not ends_a_time(spot):
        return None
    day = slash_date(text, spot.said.today)
    return one_day(day) if day else None


@days.rule("the? <month> the? <ord> ,? <num>?", "<month> -? <num> ,? <num>?", "<month> the <num>")
def month_and_day(spot: Spot, month: int, number: Ordinal | int, year: int | None = None) -> Days | None:
    """A day of a month, the month first.

    e.g. "march 10th" -> 2026-03-10 day
    e.g. "Mar 3 2027" -> 2027-03-03 day
    """
    if spot.after().text in ("-", ":") and spot.after(2).kind == "unit":
        return None
    return _dated(spot, month, number, year)


@days.rule(
    "the? <ord> day? of? the? <month> ,? <num>?", "<num> of? <month> ,? <num>?", "the <num> of <month>"
)
def day_and_month(spot: Spot, number: Ordinal | int, month: int, year: int | None = None) -> Days | None:
    """A day of a month, the day first.

    e.g. "3rd of april" -> 2026-04-03 day
    e.g. "the 12 may" -> 2026-05-12 day
    """
    return _dated(spot, month, number, year)


def _dated(spot: Spot, month: int, number: Ordinal | int, year: int | None) -> Days | None:
    day = number.number if isinstance(number, Ordinal) else number
    if year is not None:
        if not isinstance(year, int) or not 1990 <= year <= 2100:
            return None
        found = day_of_month(year, month, day)
    else:
        found = next_yearly(spot.said.today, month, day) if isinstance(day, int) and day else None
    return one_day(found) if found else None


@days.rule("the <ord>", "<ord>")
def ordinal_day(spot: Spot, ordinal: Ordinal) -> Days | None:
    """The next day of that number, today included. A spelled one needs "on", "for", "by" before "the".

    e.g. "the 15th" -> 2026-03-15 day
    e.g. "on the 3rd" -> 2026-04-03 day
    """
    if spot.after().text in _THINGS or spot.after().kind in ("unit", "length", "ord", "weekday"):
        return None
    if ordinal.spelled:
        asked = (ordinal.number > 3 and spot.begin == 0) or spot.before().text in (
            "on",
            "for",
            "by",
            "until",
            "from",
            "before",
            "after",
            "to",
            "through",
        )
        if not asked or spot.tokens[spot.begin].text != "the" or not ends_a_time(spot):
            return None
    day = next_ordinal(spot.said.today, ordinal.number)
    return one_day(day, ordinal=ordinal.number) if day else None


@days.rule("on the? <num>", "for the <num>")
def numbered_day(spot: Spot, number: int) -> Days | None:
    """A day of the month without its ending.

    e.g. "on the 9" -> 2026-03-09 day
    """
    if not isinstance(number, int) or not 1 <= number <= 31 or counts_something(spot):
        return None
    if spot.after().kind in ("clock", "ampm", "num"):
        return None
    day = next_ordinal(spot.said.today, number)
    return one_day(day, ordinal=number) if day else None


@days.rule("<num> - <num>")
def dashed(spot: Spot, month: int, day: int) -> Days | None:
    """Month and day with a dash between, where it can be nothing else.

    e.g. "2-15" -> 2027-02-15 day
    """
    alone = spot.before().kind in ("end", "punct") or spot.before().text == "on"
    if not alone or spot.after().kind not in ("end", "punct") or not 13 <= day <= 31:
        return None
    return _dated(spot, month, day, None)


@days.rule("the? ides of <month>")
def ides(spot: Spot, month: int) -> Days | None:
    """The middle of a month, as the Romans counted.

    e.g. "the ides of march" -> 2026-03-15 day
    """
    return _dated(spot, month, 15 if month in (3, 5, 7, 10) else 13, None)


@days.rule("in the <holiday>")
def in_the_new_year(spot: Spot, name: str) -> Days | None:
    """January, when its first day is over.

    e.g. "in the new year" -> 2027-01-02..2027-02-01 month
    """
    if not name.startswith("new year"):
        return None
    first = holiday(name, spot.said.today)
    return Days(first + DAY, add_months(first, 1), "month")


@days.rule("<holiday>", "this|the <holiday>", "(next) <holiday>")
def named_holiday(spot: Spot, *names: str) -> Days | None:
    """The next holiday of that name.

    e.g. "easter" -> 2026-04-05 day
    e.g. "next christmas" -> 2026-12-25 day
    """
    if spot.before().text in ("happy", "merry"):
        return None
    return one_day(holiday(names[-1], spot.said.today))


@days.rule("when|once|after|until the? my? <turning>")
def after_a_turning_point(spot: Spot, name: str) -> Days:
    """From a day on that is known by what happens on it.

    e.g. "when school's back" -> 2026-09-01 range
    """
    return Days(turning_point(name, spot.said.today).first, None, "range")


@days.rule("<days> ,? the? <days>", "<days> ,? the? <num>", "<days> - <days>")
def weekday_with_date(spot: Spot, first: Days, second: Days | int) -> Days | None:
    """A weekday and the date that it falls on; the date rules, the weekday picks its month.

    e.g. "friday the 13th" -> 2026-03-13 day
    e.g. "tues 3/10" -> 2026-03-10 day
    """
    if spot.tokens[spot.begin + 1].text == "-" and isinstance(second, Days) and second.weekday is not None:
        return None
    if isinstance(second, int):
        if first.weekday is None or not 1 <= second <= 31 or counts_something(spot):
            return None
        if spot.end - spot.begin < 3 or spot.tokens[spot.end - 2].text != "the":
            return None
        return _falling_on(spot.said.today, first.weekday, second)
    together = not {",", "-"} & set(spot.words())
    if together and first.weekday is None and first.single and second.ordinal is not None:
        first = replace(first, weekday=first.first.weekday())  # "next monday the 16th"
    if second.weekday is not None and first.weekday is None:
        first, second = second, first
    if first.weekday is None or second.weekday is not None or not second.single or first.every:
        return None
    if second.ordinal is not None:
        return _falling_on(spot.said.today, first.weekday, second.ordinal)
    return second if spot.tokens[spot.begin + 1].text != "-" else None


def _falling_on(today: date, weekday_number: int, ordinal: int) -> Days | None:
    day = next_ordinal(today, ordinal, weekday_number)
    plain = next_ordinal(today, ordinal)
    if plain is None:
        return None
    near = day is not None and (day - plain).days <= 100
    return one_day(day if near and day else plain)
