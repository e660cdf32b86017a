"""Ranges and open ends: "between 2 and 4", "mon-wed", "after 3", "before noon", "from the 15th on"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from nlu.when.calendar_steps import add_months, next_ordinal, weekday_after
from nlu.when.clock_sense import clock_at, digits, settle
from nlu.when.followers import counts_something
from nlu.when.grammar import Spot, Stage
from nlu.when.values import DAY, MIDNIGHT, Clock, Days, Length, Moment
from nlu.when.words import wordset

bounds = Stage()

_ASKS_FOR_A_TIME = wordset("""
    at around about from between anytime any free available like do time times is open works say
    maybe ish me come on book window good
""")
_MOVES = wordset("""
    move moved moving change changed switch reschedule rescheduled push shift swap bump
""")


def _bare(spot: Spot, offset: int, number: object) -> Clock | None:
    """A number in the match as a vague time of day."""
    if isinstance(number, Clock):
        return number if number.shape == "at" else None
    text = spot.tokens[spot.begin + offset].text
    found = digits(text) if text.isdigit() else None
    if found is None and isinstance(number, int):
        found = (number, 0)
    clock = clock_at(*found) if found else None
    if clock and text.isdigit() and len(text) == 4 and text[0] == "0":
        return replace(clock, vague=False)
    return clock


def _place(spot: Spot, *values: object) -> list[int]:
    """Where in the match the handed tokens stand."""
    kinds = ("num", "clock", "days", "length")
    return [at for at in range(spot.end - spot.begin) if spot.tokens[spot.begin + at].kind in kinds]


@bounds.rule(
    "between <clock> and|to|-|until <clock>", "from? <clock> to|-|until|through <clock>",
    "between <num> and|to|-|until <clock>", "from? <num> to|-|until|through <clock>",
    "between <clock> and|to|-|until <num>", "from? <clock> to|-|until|through <num>",
    "between <num> and|to|-|until <num>", "from <num> to|-|until|through <num>",
    "<num> to|-|until <num>",
)  # fmt: skip
def clock_range(spot: Spot, first: Clock | int, second: Clock | int) -> Clock | None:
    """From one time of day to another; bare numbers where something says that they are hours.

    e.g. "between 2 and 4" -> 2026-03-05T14:00..2026-03-05T16:00 range
    e.g. "tomorrow 2-4pm" -> 2026-03-06T14:00..2026-03-06T16:00 range
    e.g. "from 11 am to 3" -> 2026-03-05T11:00..2026-03-05T15:00 range
    """
    at, to = _place(spot, first, second)
    if isinstance(second, int) and counts_something(spot):
        return None
    opener = spot.tokens[spot.begin].text
    if not isinstance(first, Clock) and not isinstance(second, Clock) and opener not in ("between", "from"):
        near = spot.before().kind in ("days", "clock") or spot.after().kind == "days"
        alone = spot.begin == 0 and spot.after().kind in ("end", "punct")
        if not near and spot.before().text not in _ASKS_FOR_A_TIME and not (alone and spot.said.bare_hours):
            return None
    start, end = _bare(spot, at, first), _bare(spot, to, second)
    if start is None or end is None:
        return None
    return Clock(start.start, end.start, "between", "range", vague=start.vague, end_vague=end.vague)


@bounds.rule(
    "<clock> for <length>", "from <num> for <length>", "for <length> from|at|starting|beginning at? <clock>",
    "<length> from|starting at? <clock>",
)  # fmt: skip
def clock_for(spot: Spot, first: Clock | int | Length, second: Clock | Length) -> Clock | None:
    """A beginning and how long.

    e.g. "from 9 for 2 hours" -> 2026-03-06T09:00..2026-03-06T11:00 range
    """
    length, begin = (first, second) if isinstance(first, Length) else (second, first)
    at = _place(spot)[0 if isinstance(second, Length) else 1]
    start = _bare(spot, at, begin)
    if start is None or not isinstance(length, Length) or not 0 < length.seconds < 86_400:
        return None
    start = settle(start, spot.said)
    return Clock(start.start, start.start + length.seconds // 60, "between", "range")


@bounds.rule("after|past|from|since <clock>", "starting|beginning at|from? <clock>", "later than <clock>",
             "no|not earlier|sooner than <clock>", "anytime|any after <clock>", "after <num>", "later than <num>",
             "past <num>", "from <num>", "no|not earlier|sooner than <num>", "starting at <num>",
             "not|cant|never|nothing until|before <clock>", "not|cant|never|nothing until|before <num>")  # fmt: skip
def clock_after(spot: Spot, clock: Clock | int) -> Clock | None:
    """From a time of day on.

    e.g. "after 3" -> 2026-03-05T15:00..open hour
    e.g. "thursday after 3" -> 2026-03-12T15:00..2026-03-13T00:00 hour
    """
    return _open(spot, clock, "after")


@bounds.rule("before|by|until|to <clock>", "earlier than <clock>", "no|not later than <clock>", "before|by|until <num>",
             "earlier than <num>", "no|not later than <num>", "not|cant after|past <clock>", "not|cant after|past <num>",
             "up to|until <clock>", "ending at|by <clock>")  # fmt: skip
def clock_before(spot: Spot, clock: Clock | int) -> Clock | None:
    """Up to a time of day.

    e.g. "before noon" -> 2026-03-05T10:00..2026-03-05T12:00 hour
    e.g. "tomorrow until 5" -> 2026-03-06T00:00..2026-03-06T17:00 hour
    """
    if spot.tokens[spot.begin].text == "to":
        return None
    return _open(spot, clock, "before")


def _open(spot: Spot, number: Clock | int, side: str) -> Clock | None:
    if isinstance(number, int) and counts_something(spot):
        return None
    clock = _bare(spot, spot.end - spot.begin - 1, number)
    if clock is None:
        if not isinstance(number, Clock) or number.shape != "part" or number.every:
            return None
        clock = number  # "after lunch", "before the evening"
        if side == "after":
            return replace(clock, start=clock.end, end=MIDNIGHT, shape="after", part=None)
        return replace(clock, start=0, end=clock.start, shape="before", part=None)
    if side == "after":
        return replace(clock, end=MIDNIGHT, shape="after")
    return replace(clock, start=0, end=clock.start or MIDNIGHT, shape="before")


@bounds.rule("<clock> or|and later|after|onward|onwards|beyond|past", "<clock> onward|onwards|on", "<clock> at the earliest",
             "<num> onwards", "<num> or later|after")  # fmt: skip
def clock_or_later(spot: Spot, clock: Clock | int) -> Clock | None:
    """The same, with the words behind.

    e.g. "3pm or later" -> 2026-03-05T15:00..open hour
    """
    if spot.tokens[spot.end - 1].text == "on" and spot.after().kind not in ("end", "punct"):
        return None
    start = _bare(spot, 0, clock)
    return replace(start, end=MIDNIGHT, shape="after") if start else None


@bounds.rule(
    "<clock> or|and earlier|before|sooner",
    "<clock> at the latest",
    "<num> or earlier|before",
    "<num> at the latest",
)
def clock_or_earlier(spot: Spot, clock: Clock | int) -> Clock | None:
    """Up to a time, with the words behind.

    e.g. "4 or earlier" -> 2026-03-05T10:00..2026-03-05T16:00 hour
    """
    end = _bare(spot, 0, clock)
    return replace(end, start=0, end=end.start or MIDNIGHT, shape="before") if end else None


@bounds.rule("or|/ <num>", "or at? like|maybe? <num>")
def another_hour(spot: Spot, hour: int) -> Clock | None:
    """One more hour behind a time.

    e.g. "at 2 or 3" -> 2026-03-05T14:00 hour; 2026-03-05T15:00 hour
    """
    if spot.before().kind != "clock" or counts_something(spot):
        return None
    before = spot.before().value
    clock = _bare(spot, spot.end - spot.begin - 1, hour)
    if clock is None or not isinstance(before, Clock) or before.shape != "at" or not clock.vague:
        return clock
    near = settle(before, spot.said).start
    start = (
        clock.start
        if abs(clock.start - near) < abs(clock.start % 720 + 720 - near)
        else clock.start % 720 + 720
    )
    return replace(clock, start=start, end=start + 60, vague=False)


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


@bounds.rule("<num>", "for|like|maybe|say <num>")
def hour_after_day(spot: Spot, hour: int) -> Clock | None:
    """A bare hour right behind or before a day.

    e.g. "tomorrow 3" -> 2026-03-06T15:00 hour
    """
    alone = spot.end - spot.begin == 1
    beside = spot.before().kind == "days" or (spot.before().text == "," and spot.before(2).kind == "days")
    if not beside and alone:
        beside = spot.after().kind == "days" and spot.before().kind in ("end", "punct")
    if (
        not beside
        or counts_something(spot)
        or not isinstance(hour, int)
        or spot.after().text in ("-", "to", "/")
    ):
        return None
    clock = _bare(spot, spot.end - spot.begin - 1, hour)
    return clock if clock and hour >= 1 and (clock.vague or hour > 99 or 13 <= hour <= 20) else None


@bounds.rule(
    "between <days> and|to|-|until <days>", "from <days> to|through|until|- <days>", "<days> to|through|until|- <days>",
)  # fmt: skip
def day_range(spot: Spot, first: Days, second: Days) -> Days | None:
    """From one day to another, both included.

    e.g. "mon-wed" -> 2026-03-09..2026-03-12 range
    e.g. "june 3rd through 10th" -> 2026-06-03..2026-06-11 range
    """
    if (
        first.start is None
        or second.start is None
        or second.end is None
        or (first.every and second.every is False)
    ):
        return None
    if _MOVES.intersection(spot.clause_before()):
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


@bounds.rule("<days> -|to|through|until <num>", "<days> -|to|through <ord>")
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
    from nlu.when.calendar_steps import step

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


@bounds.rule("from|since|starting|beginning|as on|from|of? <days> on|onward|onwards|forward?", "<days> onward|onwards",
             "<days> and|or later|after|beyond|onwards", "any|anytime from|starting <days>", "<days> at the earliest",
             "<days> on")  # fmt: skip
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
    if spot.tokens[spot.begin].text == "from" and _MOVES.intersection(spot.clause_before()):
        return day
    return Days(day.start, None, "range")


_AFTER_ON = wordset("my your the a our his her this that")


@bounds.rule("before|until|till|up <days>", "earlier than <days>", "prior|up to <days>")
def day_before(spot: Spot, day: Days) -> Days | None:
    """Up to a day, without it.

    e.g. "before friday" -> 2026-03-05T10:00..2026-03-06 range
    """
    return None if day.every or day.start is None else Days(None, day.start, "range")


@bounds.rule("by|through <days>", "no|not later than <days>", "<days> at the latest", "<days> or|and before|earlier|sooner",
             "not|never|cant after|past <days>")  # fmt: skip
def day_by(spot: Spot, day: Days) -> Days | None:
    """Up to a day and including it.

    e.g. "by friday" -> 2026-03-05T10:00..2026-03-07 range
    """
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
    at = datetime.combine(day.first, time()) + timedelta(minutes=settle(clock, spot.said).start)
    if side in ("after", "from"):
        return Moment(at, datetime.combine(day.first + DAY, time()), "range")
    return Moment(spot.said.now, at, "range") if at > spot.said.now else None
