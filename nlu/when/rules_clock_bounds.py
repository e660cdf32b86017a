"""Ranges and open ends of the time of day: "between 2 and 4", "2-4pm", "after 3", "before noon"."""

from __future__ import annotations

from dataclasses import replace

from nlu.when.clock_sense import clock_at, digits, settle
from nlu.when.followers import DAY_KINDS, counts_something
from nlu.when.grammar import Spot, Stage
from nlu.when.values import MIDNIGHT, Clock, Length
from nlu.when.words import CALLING_BY, wordset

bounds = Stage()

_ASKS_FOR_A_TIME = wordset("""
    at around about from between anytime any free available like do time times is open works say
    maybe ish me come on book window good
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


def _place(spot: Spot) -> list[int]:
    """Where in the match the handed tokens stand."""
    kinds = ("num", "clock", "days", "length")
    return [at for at in range(spot.end - spot.begin) if spot.tokens[spot.begin + at].kind in kinds]


@bounds.rule(
    "between <clock> and|to|-|until <clock>",
    "from? <clock> to|-|until|through <clock>",
    "between <num> and|to|-|until <clock>",
    "from? <num> to|-|until|through <clock>",
    "between <clock> and|to|-|until <num>",
    "from? <clock> to|-|until|through <num>",
    "between <num> and|to|-|until <num>",
    "from <num> to|-|until|through <num>",
    "<num> to|-|until <num>",
)
def clock_range(spot: Spot, first: Clock | int, second: Clock | int) -> Clock | None:
    """From one time of day to another; bare numbers where something says that they are hours.

    e.g. "between 2 and 4" -> 2026-03-05T14:00..2026-03-05T16:00 range
    e.g. "tomorrow 2-4pm" -> 2026-03-06T14:00..2026-03-06T16:00 range
    e.g. "from 11 am to 3" -> 2026-03-05T11:00..2026-03-05T15:00 range
    """
    at, to = _place(spot)
    if isinstance(second, int) and counts_something(spot):
        return None
    opener = spot.tokens[spot.begin].text
    if not isinstance(first, Clock) and not isinstance(second, Clock) and opener not in ("between", "from"):
        near = spot.before().kind in ("days", "clock") or spot.after().kind == "days"
        alone = spot.begin == 0 and spot.after().kind in ("end", "punct")
        alone = alone and (spot.said.bare_hours or spot.text(1) in ("to", "until"))
        if not near and spot.before().text not in _ASKS_FOR_A_TIME and not alone:
            return None
    start, end = _bare(spot, at, first), _bare(spot, to, second)
    if start is None or end is None:
        return None
    return Clock(start.start, end.start, "between", "range", vague=start.vague, end_vague=end.vague)


@bounds.rule(
    "<clock> for <length>",
    "from <num> for <length>",
    "for <length> from|at|starting|beginning at? <clock>",
    "<length> from|starting at? <clock>",
)
def clock_for(spot: Spot, first: Clock | int | Length, second: Clock | Length) -> Clock | None:
    """A beginning and how long.

    e.g. "from 2 for 2 hours" -> 2026-03-05T14:00..2026-03-05T16:00 range
    """
    length, begin = (first, second) if isinstance(first, Length) else (second, first)
    at = _place(spot)[0 if isinstance(second, Length) else 1]
    start = _bare(spot, at, begin)
    if start is None or not isinstance(length, Length) or not 0 < length.seconds < 86_400:
        return None
    start = settle(start, spot.said)
    return Clock(start.start, start.start + length.seconds // 60, "between", "range")


@bounds.rule(
    "after|past|from|since <clock>",
    "starting|beginning at|from? <clock>",
    "later than <clock>",
    "no|not earlier|sooner than <clock>",
    "anytime|any after <clock>",
    "after <num>",
    "later than <num>",
    "past <num>",
    "from <num>",
    "no|not earlier|sooner than <num>",
    "starting at <num>",
    "not|cant|never|nothing until|before <clock>",
    "not|cant|never|nothing until|before <num>",
)
def clock_after(spot: Spot, clock: Clock | int) -> Clock | None:
    """From a time of day on.

    e.g. "after 3" -> 2026-03-05T15:00..open hour
    e.g. "thursday after 3" -> 2026-03-12T15:00..2026-03-13 hour
    """
    return _open(spot, clock, "after")


@bounds.rule(
    "before|by|until|to <clock>",
    "earlier than <clock>",
    "no|not later than <clock>",
    "before|by|until <num>",
    "earlier than <num>",
    "no|not later than <num>",
    "not|cant after|past <clock>",
    "not|cant after|past <num>",
    "up to|until <clock>",
    "ending at|by <clock>",
)
def clock_before(spot: Spot, clock: Clock | int) -> Clock | None:
    """Up to a time of day.

    e.g. "before noon" -> 2026-03-05T10:00..2026-03-05T12:00 hour
    e.g. "tomorrow until 5" -> 2026-03-06..2026-03-06T17:00 hour
    """
    if spot.text() == "to":
        return None
    if spot.text() == "by" and spot.before().text in CALLING_BY:
        return _bare(spot, 1, clock)
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


@bounds.rule(
    "<clock> or|and later|after|onward|onwards|beyond|past",
    "<clock> onward|onwards|on",
    "<clock> at the earliest",
    "<num> onwards",
    "<num> or later|after",
)
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


@bounds.rule(
    "off|done|finish|finished|finishes|ends work|school|class? at|around? <clock>",
    "out of? work|school|class at|around <clock>",
)
def free_from(spot: Spot, clock: Clock) -> Clock | None:
    """The end of somebody's work is the beginning of their time.

    e.g. "tomorrow, i get off work at 4" -> 2026-03-06T16:00..2026-03-07 hour
    """
    return _open(spot, clock, "after") if clock.shape == "at" else None


@bounds.rule("<num>")
def another_hour(spot: Spot, hour: int) -> Clock | None:
    """One more hour in a text that has a time already: an alternative or a correction.

    e.g. "at 2 or 3" -> 2026-03-05T14:00 hour; 2026-03-05T15:00 hour
    e.g. "friday at 2, actually make it 3" -> 2026-03-06T15:00 hour
    """
    if spot.before().text not in _BEFORE_ANOTHER or counts_something(spot) or not 1 <= hour <= 12:
        return None
    earlier = [token.value for token in spot.tokens[: spot.begin] if isinstance(token.value, Clock)]
    clock = _bare(spot, 0, hour)
    if not earlier or clock is None or earlier[-1].shape != "at":
        return None
    near = settle(earlier[-1], spot.said).start
    if earlier[-1].vague:
        return clock
    start = min((clock.start % 720, clock.start % 720 + 720), key=lambda at: abs(at - near))
    return replace(clock, start=start, end=start + 60, vague=False)


_BEFORE_ANOTHER = wordset("or / it that meant mean actually sorry wait no maybe like instead and do")


@bounds.rule("<num>", "for|like|maybe|say <num>")
def hour_after_day(spot: Spot, hour: int) -> Clock | None:
    """A bare hour right behind or before a day.

    e.g. "tomorrow 3" -> 2026-03-06T15:00 hour
    """
    alone = spot.end - spot.begin == 1
    if spot.text(-1) == "one":
        return None  # "the friday one"
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


@bounds.rule("<num>")
def hour_on_a_day(spot: Spot, hour: int) -> Clock | None:
    """A bare hour before "on" and a day, where nothing says that it counts something.

    e.g. "is 10 on thursday free" -> 2026-03-12T10:00 hour
    """
    opens = spot.before().kind in ("end", "punct") or spot.before().text in _BEFORE_HOUR_ON
    on = spot.after().text == "on" and spot.after(2).kind in DAY_KINDS
    if not opens or not on or not spot.text().isdigit() or not 1 <= hour <= 12:
        return None
    return _bare(spot, 0, hour)


_BEFORE_HOUR_ON = wordset("""
    is are was does do would could can like about say maybe or yes ok okay prefer take and
""")
_AFTER_ON = wordset("my your the a our his her this that")
