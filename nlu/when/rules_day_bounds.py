"""Ranges and open ends of days: "mon-wed", "from the 15th on", "by friday"."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from nlu.when.calendar_steps import add_months, next_ordinal, step, weekday_after, weekday_before
from nlu.when.clock_sense import of_part, settle
from nlu.when.followers import counts_something
from nlu.when.grammar import Spot
from nlu.when.rules_clock_bounds import bounds
from nlu.when.values import DAY, Clock, Days, Length, Moment
from nlu.when.words import CALLING_BY, MOVES, wordset

__all__ = ["bounds"]

# "friday on my lunch break" does not mean from friday on.
_AFTER_ON = wordset("my your the a our his her this that")


@bounds.rule(
    "<days> <num>",
    "<days> , <num>",
    "<days> (for|like|maybe|say) <num>",
    "<days> , (for|like|maybe|say) <num>",
)
def day_and_number(spot: Spot, day: Days, *rest: str | int) -> Days | None:
    """A weekday with the number of its date.

    e.g. "friday 13" -> 2026-03-13 day
    """
    number = rest[-1]
    if len(rest) > 1 or not isinstance(number, int) or not 13 <= number <= 31 or counts_something(spot):
        return None
    if day.weekday is None or not day.single or spot.after().text in (":", "-"):
        return None
    found = next_ordinal(spot.said.today, number, day.weekday)
    return Days(found, found + DAY) if found and (found - spot.said.today).days < 100 else None


@bounds.rule(
    "between <days> and|to|-|until <days>",
    "from <days> to|through|until|- <days>",
    "<days> to|through|until|- <days>",
)
def day_range(spot: Spot, first: Days, second: Days) -> Days | None:
    """From one day to another, both included.

    e.g. "mon-wed" -> 2026-03-09..2026-03-12 range
    e.g. "june 3rd through 10th" -> 2026-06-03..2026-06-11 range
    """
    if first.start is None or second.start is None or second.end is None or first.every:
        return None
    if MOVES.intersection(spot.clause_before()):
        return None  # "move it from tuesday to thursday"
    return spanning(first, second)


def spanning(first: Days, second: Days) -> Days | None:
    """The days from the first to the last of two, the second read as the next one after the first."""
    assert first.start is not None
    assert second.start is not None
    start, last = first.start, second.last
    if second.weekday is not None and second.single:
        last = weekday_after(start, second.weekday)
    elif second.ordinal is not None:
        last = next_ordinal(start, second.ordinal) or last
    elif first.ordinal is not None and second.start.day > first.ordinal:
        start = second.start.replace(day=first.ordinal)
    if last < start:
        earlier = add_months(start, -12)
        start, last = (earlier, last) if earlier <= last else (start, add_months(last, 12))
    return Days(start, last + DAY, "range", weekday=first.weekday)


@bounds.rule("between now and|to <days>", "from? now to|until|through|- <days>")
def from_now_to(spot: Spot, day: Days) -> Days | None:
    """From now to a day, that day included.

    e.g. "between now and friday" -> 2026-03-05T10:00..2026-03-07 range
    """
    return None if day.end is None else Days(None, day.end, "range")


@bounds.rule("<ampm>")
def half_of_a_day(spot: Spot, half: str) -> Clock | None:
    """Am or pm behind a day.

    e.g. "friday pm" -> 2026-03-06T12:00..2026-03-06T17:00 part_of_day
    """
    return of_part("morning" if half == "am" else "afternoon") if spot.before().kind == "days" else None


@bounds.rule("from|between? the? <num> to|-|and|until <num> of|in? <days>")
def numbers_in_a_month(spot: Spot, first: int, last: int, period: Days) -> Days | None:
    """Two days of a named month.

    e.g. "10 to 15 next month" -> 2026-04-10..2026-04-16 range
    """
    if period.grain != "month" or period.start is None or period.end is None or not 0 < first < last <= 31:
        return None
    start = period.start
    return Days(start + (first - 1) * DAY, min(start + last * DAY, period.end), "range")


@bounds.rule("<num> to|-|and|through|until <days>", "from|between? the? <num> to|-|and|through <days>")
def number_to_day(spot: Spot, number: int, day: Days) -> Days | None:
    """The first day of a range given by its number alone.

    e.g. "from 9 to 12 june" -> 2026-06-09..2026-06-13 range
    """
    if day.start is None or day.weekday is not None or not day.single or not isinstance(number, int):
        return None
    if not 1 <= number < day.start.day:
        return None
    return Days(day.start.replace(day=number), day.end, "range")


@bounds.rule("from|between? <days> -|to|through|until|and the? <num>", "<days> -|to|through <ord>")
def day_to_number(spot: Spot, day: Days, number: object) -> Days | None:
    """The last day of a range given by its number alone.

    e.g. "november 19-20" -> 2026-11-19..2026-11-21 range
    """
    last = getattr(number, "number", number)
    if day.start is None or day.weekday is not None or not day.single or not isinstance(last, int):
        return None
    if not day.start.day < last <= 31 or counts_something(spot):
        return None
    end = day.start + timedelta(days=last - day.start.day)
    return Days(day.start, end + DAY, "range") if end.month == day.start.month else None


@bounds.rule(
    "for <length> from|starting|beginning on? <days>", "for <length> ,? from|starting|beginning <days>"
)
def days_for(spot: Spot, length: Length, day: Days) -> Days | None:
    """A first day and how long.

    e.g. "for 3 days from tomorrow" -> 2026-03-06..2026-03-09 range
    """
    return None if day.start is None or length.exact else Days(day.start, step(day.start, length), "range")


@bounds.rule(
    "after|past <days>",
    "no|not earlier|sooner than <days>",
    "later than <days>",
    "not|never|cant until|before <days>",
)
def day_after(spot: Spot, day: Days) -> Days | None:
    """From the day after on; "not until" from the day itself.

    e.g. "after the 15th" -> 2026-03-16..open range
    e.g. "not until april" -> 2026-04-01..open range
    """
    words = [token.text for token in spot.tokens[spot.begin : spot.end]]
    if day.every or day.start is None:
        return None
    inclusive = words[0] in ("not", "never", "cant", "no") and words[1] != "later"
    start = day.start if inclusive else day.end
    return Days(start, None, "range") if start else None


@bounds.rule(
    "from|since|starting|beginning|as on|from|of? <days> on|onward|onwards|forward?",
    "<days> onward|onwards",
    "<days> and|or later|after|beyond|onwards",
    "any|anytime from|starting <days>",
    "<days> at the earliest",
    "<days> on",
)
def day_onwards(spot: Spot, day: Days) -> Days | None:
    """From a day on, that day included.

    e.g. "from the 15th on" -> 2026-03-15..open range
    """
    if day.every or day.start is None:
        return None
    if spot.tokens[spot.end - 1].text == "on" and spot.after().kind not in ("end", "punct", "word"):
        return None
    if spot.tokens[spot.begin].kind == "days" and spot.after().text in _AFTER_ON:
        return None
    if spot.text() == "since" and day.weekday is not None and day.single:
        today = spot.said.today  # "it hurts since tuesday" looks back
        return Days(weekday_before(today, day.weekday), today + DAY, "range")
    if spot.tokens[spot.begin].text == "from" and MOVES.intersection(spot.clause_before()):
        return day
    return Days(day.start, None, "range")


@bounds.rule("before|until <days>", "earlier|sooner than <days>", "prior|up to <days>")
def day_before(spot: Spot, day: Days) -> Days | None:
    """Up to a day, without it.

    e.g. "before friday" -> 2026-03-05T10:00..2026-03-06 range
    """
    return None if day.every or day.start is None else Days(None, day.start, "range")


@bounds.rule(
    "by|through <days>",
    "no|not later than <days>",
    "<days> at the latest",
    "<days> or|and before|earlier|sooner",
    "not|never|cant after|past <days>",
)
def day_by(spot: Spot, day: Days) -> Days | None:
    """Up to a day and including it.

    e.g. "by friday" -> 2026-03-05T10:00..2026-03-07 range
    """
    if spot.text() == "by" and spot.before().text in CALLING_BY:
        return day
    return None if day.every or day.end is None else Days(None, day.end, "range")


@bounds.rule("(before|by|until|after|from) <days> at? <clock>", "(before|by|until) <moment>")
def beyond_a_moment(spot: Spot, side: str, day: Days | Moment, clock: Clock | None = None) -> Moment | None:
    """Up to or from a time on a named day.

    e.g. "before friday 3pm" -> 2026-03-05T10:00..2026-03-06T15:00 range
    """
    if isinstance(day, Moment):
        return Moment(spot.said.now, day.start, "range") if day.start > spot.said.now else None
    if clock is None or clock.shape != "at" or not day.single:
        return None
    if side == "from" and MOVES.intersection(spot.clause_before()):
        return None
    at = datetime.combine(day.first, time()) + timedelta(minutes=settle(clock, spot.said).start)
    if side in ("after", "from"):
        return Moment(at, datetime.combine(day.first + DAY, time()), "range")
    return Moment(spot.said.now, at, "range") if at > spot.said.now else None
