"""Parts of the day, and hours that are bare numbers: "late morning", "evening 4", "at 3"."""

from __future__ import annotations

from dataclasses import replace

from nlu.when.clock_sense import clock_at, digits, of_part, within_part
from nlu.when.followers import DAY_KINDS, counts_something, ends_a_time
from nlu.when.grammar import Spot, Stage
from nlu.when.values import Clock, Length
from nlu.when.words import PARTS, wordset

parts = Stage()


@parts.rule(
    "at|around|about|towards <num>",
    "at|around|about like|around|about <num>",
    "make|move|change|push|switch it|that? to? <num>",
)
def at_hour(spot: Spot, hour: int) -> Clock | None:
    """A bare hour behind a word that asks for one; also digits run together.

    e.g. "at 3" -> 2026-03-05T15:00 hour
    e.g. "at 1030" -> 2026-03-05T10:30 minute
    """
    text = spot.text(-1)
    found = digits(text) if text.isdigit() else (hour, 0)
    return clock_at(*found) if found and not counts_something(spot, strict=False) else None


@parts.rule("(earlier|early|later|late|latter) in the day")
def half_of_the_day(spot: Spot, word: str) -> Clock:
    """The first or the second half of the opening hours.

    e.g. "thursday later in the day" -> 2026-03-12T13:00..2026-03-12T18:00 part_of_day
    """
    opens, closes = spot.said.hours
    middle = (opens + closes) // 2
    if word.startswith("earl"):
        return Clock(opens, middle, "part", "part_of_day", part="morning")
    return Clock(middle, closes, "part", "part_of_day", part="afternoon")


@parts.rule("at|around|by|before|after|until? <decimal>")
def hour_with_a_point(spot: Spot, number: float) -> Clock | None:
    """Hour and minute with a point, as the British write it.

    e.g. "tomorrow at 8.30" -> 2026-03-06T08:30 minute
    """
    hour, _, minute = spot.text(-1).partition(".")
    beside = spot.end - spot.begin == 2 or DAY_KINDS & {spot.before().kind, spot.after().kind}
    if len(minute) != 2 or not beside or counts_something(spot) or spot.text() in ("by", "before", "after"):
        return None
    return clock_at(int(hour), int(minute), None, "minute")


@parts.rule("at <length>")
def at_hours_written_h(spot: Spot, length: Length) -> Clock | None:
    """The hour as the military and the French write it.

    e.g. "at 16h" -> 2026-03-05T16:00 hour
    """
    if length.unit != "hour" or length.seconds % 3600 or length.seconds > 86400:
        return None
    return clock_at(length.seconds // 3600)


@parts.rule("<num> noon", "<num> <clock>", "<clock> noon|midday")
def twelve_noon(spot: Spot, hour: int | Clock, clock: Clock | None = None) -> Clock | None:
    """Twelve, with its name behind it.

    e.g. "12 noon" -> 2026-03-05T12:00 hour
    """
    if isinstance(hour, int):
        return clock if hour == 12 and clock and clock.start in (0, 720) and not clock.vague else None
    return None


@parts.rule(
    "(early|earlier|mid|middle|late|later) in|of? the|this? <part>",
    "(early|mid|late) in? the? <parts>",
)
def edge_of_part(spot: Spot, edge: str, part: str) -> Clock | None:
    """The first, middle or last piece of a part of the day.

    e.g. "late morning" -> 2026-03-05T10:00 part_of_day
    e.g. "late this afternoon" -> 2026-03-05T15:00 part_of_day
    """
    name = f"{_EDGES.get(edge, edge)} {part}"
    found = of_part(name if name in PARTS else part, every=spot.tokens[spot.end - 1].kind == "parts")
    return replace(found, now_or_later="this" in spot.words())


_EDGES = {"earlier": "early", "middle": "mid", "later": "late"}


@parts.rule("(after|before) <part>", "(after|before) (work|school|class)")
def beside_a_meal(spot: Spot, side: str, thing: str) -> Clock | None:
    """Before or after lunch, work or school.

    e.g. "tomorrow after work" -> 2026-03-06T17:00 part_of_day
    """
    name = f"{side} {'school' if thing == 'class' else thing}"
    return of_part(name) if name in PARTS else None


@parts.rule("first thing in? the? <part>?")
def first_thing(spot: Spot, part: str | None) -> Clock | None:
    """The first hours after opening.

    e.g. "first thing tomorrow" -> 2026-03-06T08:00..2026-03-06T10:00 part_of_day
    """
    opens = spot.said.hours[0]
    if part not in (None, "morning"):
        return None
    return Clock(opens, opens + 120, "part", "part_of_day", part="morning")


@parts.rule("by? the? end|close of? the? day|business", "last thing", "by? close of business")
def end_of_the_day(spot: Spot) -> Clock | None:
    """The last hours before closing.

    e.g. "end of the day tomorrow" -> 2026-03-06T16:00..2026-03-06T18:00 part_of_day
    """
    closes = spot.said.hours[1]
    return Clock(closes - 120, closes, "part", "part_of_day", part="afternoon")


@parts.rule(
    "in the|my|your? <part>", "the|my|your <part>", "during the? <part>", "<part> time", "around the? <part>"
)
def named_part(spot: Spot, part: str) -> Clock | None:
    """A part of the day by name.

    e.g. "in the afternoon" -> 2026-03-05T12:00..2026-03-05T17:00 part_of_day
    """
    if part in ("morning", "evening", "afternoon") and spot.before().text == "good":
        return None  # a greeting
    return of_part(part)


@parts.rule("<part>")
def lone_part(spot: Spot, part: str) -> Clock | None:
    """A part of the day without an article, unless it is a greeting.

    e.g. "tomorrow morning" -> 2026-03-06T08:00..2026-03-06T12:00 part_of_day
    """
    if spot.before().text in ("good", "gm", "gd", "last"):
        return None
    if (
        part in _MEALS
        and spot.text() in _MEALS
        and spot.before().text not in _AT_A_MEAL
        and spot.before().kind not in DAY_KINDS
    ):
        return None  # "dinner with mom"
    greets = spot.begin == 0 and spot.after().kind == "punct" and len(spot.tokens) > 2
    return None if greets and spot.after().text in (",", "!", ".") else of_part(part)


_MEALS = wordset("lunch dinner breakfast")
_AT_A_MEAL = wordset("at around over during by before after my until between like")


@parts.rule("tonight")
def tonight(spot: Spot) -> Clock | None:
    """The evening of today.

    e.g. "tonight" -> 2026-03-05T18:00..2026-03-06 part_of_day
    """
    return replace(of_part("tonight"), now_or_later=True)


@parts.rule("this <part>")
def this_part(spot: Spot, part: str) -> Clock | None:
    """Today's part of the day, even when it is over.

    e.g. "this morning" -> 2026-03-05T08:00..2026-03-05T12:00 part_of_day
    """
    return replace(of_part(part), now_or_later=True)


@parts.rule("in? the? <parts>", "any|most|every <part>")
def every_part(spot: Spot, part: str) -> Clock | None:
    """A part of any day.

    e.g. "mornings" -> 2026-03-06T08:00..2026-03-06T12:00 part_of_day
    """
    return of_part(part, every=True)


@parts.rule("<num>")
def bare_hour(spot: Spot, hour: int) -> Clock | None:
    """Nothing but an hour, as the answer to the question for a time.

    e.g. "3" -> 2026-03-05T15:00 hour
    """
    if not spot.said.bare_hours or not spot.text().isdigit():
        return None
    if any(
        token.kind not in ("word", "punct", "num", "clock")
        for token in (*spot.tokens[: spot.begin], *spot.tokens[spot.end :])
    ):
        return None
    found = digits(spot.text())
    if not found or not ends_a_time(spot) or not 1 <= found[0] <= 23:
        return None
    return clock_at(*found)


@parts.rule("<clock> ,? in|of|at? the? <clock>", "<clock> <clock>")
def clock_and_part(spot: Spot, first: Clock, second: Clock) -> Clock | None:
    """A clock and the part of the day that it lies in, in either order.

    e.g. "3:15 in the afternoon" -> 2026-03-05T15:15 minute
    e.g. "afternoon 2:30" -> 2026-03-05T14:30 minute
    """
    if first.shape == "part" and second.shape != "part":
        first, second = second, first
    if second.shape != "part" or first.shape == "part" or not second.part:
        return None
    settled = within_part(first, second.part)
    return replace(settled, now_or_later=settled.now_or_later or second.now_or_later)


@parts.rule("<num> in|during|this the? <part>", "<num> <part>")
def number_in_part(spot: Spot, hour: int, part: str) -> Clock | None:
    """A bare hour in a named part of the day.

    e.g. "four in the afternoon" -> 2026-03-05T16:00 hour
    """
    if spot.before().kind == "month":
        return None  # "oct 5 in the morning"
    if spot.end - spot.begin == 2 and not _may_be_an_hour(spot):
        return None  # "all four afternoon classes"
    text = spot.text()
    found = digits(text) if text.isdigit() else (hour, 0)
    clock = clock_at(*found) if found else None
    return replace(within_part(clock, part), now_or_later="this" in spot.words()) if clock else None


@parts.rule("<num> ,? <clock>", "<clock> at? <num>")
def number_and_part(spot: Spot, first: int | Clock, second: int | Clock) -> Clock | None:
    """A bare hour beside a part of the day.

    e.g. "evening 4" -> 2026-03-05T16:00 hour
    e.g. "8 tonight" -> 2026-03-05T20:00 hour
    """
    part = second if isinstance(second, Clock) else first
    if not isinstance(part, Clock) or part.shape != "part" or not part.part or part.every:
        return None
    if isinstance(second, int) and counts_something(spot):
        return None
    if spot.before().kind == "month":
        return None
    plain = isinstance(second, Clock) and spot.end - spot.begin == 2 and not part.now_or_later
    if plain and not _may_be_an_hour(spot):
        return None
    hour, text = (second, spot.text(-1)) if isinstance(second, int) else (first, spot.text())
    assert isinstance(hour, int)
    found = digits(text) if text.isdigit() else (hour, 0)
    clock = clock_at(*found) if found else None
    if clock is None:
        return None
    return replace(within_part(clock, part.part), now_or_later=part.now_or_later)


def _may_be_an_hour(spot: Spot) -> bool:
    begins = spot.before().kind in ("end", "punct", *DAY_KINDS)
    return spot.text().isdigit() and spot.text() != "1" and (begins or spot.before().text in _BEFORE_AN_HOUR)


_BEFORE_AN_HOUR = wordset(
    "at around about by before after until from to than for like say maybe between past"
)


@parts.rule("<num> <part>", "one <part>")
def some_part(spot: Spot, *found: int | str) -> Clock | None:
    """Any such part: one evening, some evening.

    e.g. "one evening next week" -> 2026-03-09T17:00 part_of_day
    """
    part = found[-1]
    if spot.text() not in ("one", "1") or not isinstance(part, str):
        return None
    return of_part(part, every=True)
