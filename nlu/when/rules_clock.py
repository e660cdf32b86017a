"""The time of day: "3pm", "half past 2", "quarter to 5", "1530h", "2ish", "late morning"."""

from __future__ import annotations

from dataclasses import replace

from nlu.when.clock_sense import clock_at, digits, of_part, within_part
from nlu.when.followers import counts_something, ends_a_time
from nlu.when.grammar import Spot, Stage
from nlu.when.values import Clock, Length
from nlu.when.words import PARTS

clocks = Stage()


def _text(spot: Spot, offset: int = 0) -> str:
    return spot.tokens[spot.begin + offset].text


def _is_digits(text: str) -> bool:
    return text.isdigit()


@clocks.rule("<clocktext> <ampm>?")
def hour_and_minute(spot: Spot, text: str, half: str | None) -> Clock | None:
    """Hour and minute in digits. A leading zero or an hour past twelve leaves nothing to settle.

    e.g. "2:30" -> 2026-03-05T14:30 minute
    e.g. "09:45" -> 2026-03-06T09:45 minute
    """
    hour, minute = digits(text) or (99, 0)
    clock = clock_at(hour, minute, half, "minute" if minute else "hour")
    return replace(clock, vague=False) if clock and text.startswith("0") and len(text) > 4 else clock


@clocks.rule("<num> <ampm>")
def hour_with_half(spot: Spot, number: int, half: str) -> Clock | None:
    """An hour, or hour and minute run together, with am or pm.

    e.g. "3pm" -> 2026-03-05T15:00 hour
    e.g. "1130 am" -> 2026-03-05T11:30 minute
    """
    text = _text(spot)
    found = digits(text) if _is_digits(text) else (number, 0)
    return clock_at(*found, half) if found else None


@clocks.rule("<num> <num> <ampm>?", "<num> <num> oclock? <ampm>?")
def spoken_minutes(spot: Spot, hour: int, minute: int, half: str | None) -> Clock | None:
    """Hour and minute as two numbers.

    e.g. "at two thirty" -> 2026-03-05T14:30 minute
    e.g. "5 45 pm" -> 2026-03-05T17:45 minute
    """
    first, second = _text(spot), _text(spot, 1)
    if _is_digits(first) != _is_digits(second) or (second.isdigit() and len(second) != 2):
        return None
    if not second.isdigit() and minute not in (10, 15, 20, 25, 30, 35, 40, 45, 50, 55):
        return None
    if half is None and (counts_something(spot) or spot.before().kind in ("month", "ord")):
        return None
    return clock_at(hour, minute, half, "minute" if minute else "hour")


@clocks.rule("<num> oclock <ampm>?", "<clock> oclock")
def oclock(spot: Spot, hour: int | Clock, half: str | None = None) -> Clock | None:
    """A full hour.

    e.g. "3 o'clock" -> 2026-03-05T15:00 hour
    """
    return hour if isinstance(hour, Clock) else clock_at(hour, 0, half)


@clocks.rule("<num> ish <ampm>?", "<clocktext> ish", "around|about <num> ish")
def roughly(spot: Spot, hour: int | str, half: str | None = None) -> Clock | None:
    """An hour, more or less.

    e.g. "3ish" -> 2026-03-05T15:00 hour
    """
    found = digits(hour if isinstance(hour, str) else str(hour))
    return clock_at(*found, half) if found else None


@clocks.rule("<clock> ish|sharp|exactly", "around|about|roughly|approximately <clock>")
def roughly_a_clock(spot: Spot, clock: Clock) -> Clock | None:
    """A clock that is already one, more or less.

    e.g. "noonish" -> 2026-03-05T12:00 hour
    """
    return clock


@clocks.rule("half past? <num> <ampm>?", "half past <clock>")
def half_past(spot: Spot, hour: int | Clock, half: str | None = None) -> Clock | None:
    """Half an hour after the hour.

    e.g. "half past 2" -> 2026-03-05T14:30 minute
    """
    return _minutes_from(hour, half, 30)


@clocks.rule(
    "a? quarter (past|after|to|of|until|before) <num> <ampm>?",
    "a? quarter (past|after|to|of|until|before) <clock>",
)
def quarter_from(spot: Spot, side: str, hour: int | Clock, half: str | None = None) -> Clock | None:
    """A quarter of an hour before or after the hour.

    e.g. "quarter to 5" -> 2026-03-05T16:45 minute
    """
    return _minutes_from(hour, half, 15 if side in ("past", "after") else -15)


@clocks.rule(
    "<num> (past|after|to|until|before) <num> <ampm>?",
    "<num> (past|after|to|until|before|from) <clock>",
)
def minutes_from(
    spot: Spot, minutes: int, side: str, hour: int | Clock, half: str | None = None
) -> Clock | None:
    """Five to twenty-five minutes before or after the hour. "5 to 6" and "10 to 2" are ranges, though.

    e.g. "20 past 3" -> 2026-03-05T15:20 minute
    e.g. "at 10 to 3" -> 2026-03-05T14:50 minute
    """
    if minutes not in (5, 10, 15, 20, 25) or (isinstance(hour, Clock) and hour.shape != "at"):
        return None
    if side == "from" and spot.before().kind == "clock":
        return None
    backwards = side in ("to", "until", "before")
    if backwards and minutes <= 10 and not _says_when(spot, hour):
        return None
    if backwards and minutes <= 24 and spot.before().text in ("from", "between"):
        return None
    return _minutes_from(hour, half, -minutes if backwards else minutes)


def _says_when(spot: Spot, hour: int | Clock) -> bool:
    if isinstance(hour, int) and hour > 12:
        return True
    return spot.before().text in ("at", "around", "about", "by")


@clocks.rule(
    "<length> (past|after|to|before|from|until) <num> <ampm>?",
    "<length> (past|after|to|before|from|until) <clock>",
)
def length_from(
    spot: Spot, length: Length, side: str, hour: int | Clock, half: str | None = None
) -> Clock | None:
    """Minutes, named as such, before or after the hour.

    e.g. "20 minutes to 2pm" -> 2026-03-05T13:40 minute
    """
    if length.unit != "minute" or length.seconds >= 3600 or (isinstance(hour, Clock) and hour.shape != "at"):
        return None
    minutes = length.seconds // 60
    return _minutes_from(hour, half, -minutes if side in ("to", "before", "until") else minutes)


def _minutes_from(hour: int | Clock, half: str | None, minutes: int) -> Clock | None:
    clock = hour if isinstance(hour, Clock) else clock_at(hour, 0, half)
    if clock is None or clock.start % 60:
        return None
    if clock.vague and clock.start == 720:  # a quarter to twelve: noon, unless more is said
        clock = replace(clock, vague=False) if minutes > 0 else clock
    start = (clock.start + minutes) % 1440
    return replace(clock, start=start, end=start + 1, grain="minute")


@clocks.rule("at|around|about|towards <num>", "at|around|about like|around|about <num>")
def at_hour(spot: Spot, hour: int) -> Clock | None:
    """A bare hour behind a word that asks for one; also digits run together.

    e.g. "at 3" -> 2026-03-05T15:00 hour
    e.g. "at 1030" -> 2026-03-05T10:30 minute
    """
    text = _text(spot, spot.end - spot.begin - 1)
    found = digits(text) if _is_digits(text) else (hour, 0)
    return clock_at(*found) if found and not counts_something(spot, strict=False) else None


@clocks.rule("at <length>")
def at_hours_written_h(spot: Spot, length: Length) -> Clock | None:
    """The hour as the military and the French write it.

    e.g. "at 16h" -> 2026-03-05T16:00 hour
    """
    if length.unit != "hour" or length.seconds % 3600 or length.seconds > 86400:
        return None
    return clock_at(length.seconds // 3600)


@clocks.rule("<num> noon", "<num> <clock>", "<clock> noon|midday")
def twelve_noon(spot: Spot, hour: int | Clock, clock: Clock | None = None) -> Clock | None:
    """Twelve, with its name behind it.

    e.g. "12 noon" -> 2026-03-05T12:00 hour
    """
    if isinstance(hour, int):
        return clock if hour == 12 and clock and clock.start in (0, 720) and not clock.vague else None
    return None


@clocks.rule("(early|mid|middle|late|later) in|of? the? <part>", "(early|mid|late) <part>")
def edge_of_part(spot: Spot, edge: str, part: str) -> Clock | None:
    """The first, middle or last piece of a part of the day.

    e.g. "late morning" -> 2026-03-05T10:00 part_of_day
    """
    name = f"{ {'later': 'late', 'middle': 'mid'}.get(edge, edge) } {part}"
    return of_part(name if name in PARTS else part)


@clocks.rule("(after|before) <part>", "(after|before) (work|school|class)")
def beside_a_meal(spot: Spot, side: str, thing: str) -> Clock | None:
    """Before or after lunch, work or school.

    e.g. "tomorrow after work" -> 2026-03-06T17:00 part_of_day
    """
    name = f"{side} {'school' if thing == 'class' else thing}"
    return of_part(name) if name in PARTS else None


@clocks.rule("first thing in? the? <part>?")
def first_thing(spot: Spot, part: str | None) -> Clock | None:
    """The first hours after opening.

    e.g. "first thing tomorrow" -> 2026-03-06T08:00..2026-03-06T10:00 part_of_day
    """
    opens = spot.said.hours[0]
    if part not in (None, "morning"):
        return None
    return Clock(opens, opens + 120, "part", "part_of_day", part="morning")


@clocks.rule(
    "by? the? end|close of? the? day|business", "last thing", "late in the day", "by? close of business"
)
def end_of_the_day(spot: Spot) -> Clock | None:
    """The last hours before closing.

    e.g. "end of the day tomorrow" -> 2026-03-06T16:00..2026-03-06T18:00 part_of_day
    """
    closes = spot.said.hours[1]
    return Clock(closes - 120, closes, "part", "part_of_day", part="afternoon")


@clocks.rule("in? the|my|your? <part>", "during the? <part>", "<part> time", "around the? <part>")
def named_part(spot: Spot, part: str) -> Clock | None:
    """A part of the day by name.

    e.g. "in the afternoon" -> 2026-03-05T12:00..2026-03-05T17:00 part_of_day
    """
    if part in ("morning", "evening", "afternoon") and spot.before().text == "good":
        return None  # a greeting
    return of_part(part)


@clocks.rule("<part>")
def lone_part(spot: Spot, part: str) -> Clock | None:
    """A part of the day without an article, unless it is a greeting.

    e.g. "tomorrow morning" -> 2026-03-06T08:00..2026-03-06T12:00 part_of_day
    """
    if spot.before().text in ("good", "gm", "gd"):
        return None
    greets = spot.begin == 0 and spot.after().kind == "punct" and len(spot.tokens) > 2
    return None if greets and spot.after().text in (",", "!", ".") else of_part(part)


@clocks.rule("tonight")
def tonight(spot: Spot) -> Clock | None:
    """The evening of today.

    e.g. "tonight" -> 2026-03-05T18:00..2026-03-06T00:00 part_of_day
    """
    return replace(of_part("tonight"), now_or_later=True)


@clocks.rule("this <part>")
def this_part(spot: Spot, part: str) -> Clock | None:
    """Today's part of the day, even when it is over.

    e.g. "this morning" -> 2026-03-05T08:00..2026-03-05T12:00 part_of_day
    """
    return replace(of_part(part), now_or_later=True)


@clocks.rule("in? the? <parts>", "any|most|every <part>")
def every_part(spot: Spot, part: str) -> Clock | None:
    """A part of any day.

    e.g. "mornings" -> 2026-03-06T08:00..2026-03-06T12:00 part_of_day
    """
    return of_part(part, every=True)


@clocks.rule("<num>")
def bare_hour(spot: Spot, hour: int) -> Clock | None:
    """Nothing but an hour, as the answer to the question for a time."""
    if not spot.said.bare_hours or not _is_digits(_text(spot)):
        return None
    if any(
        token.kind not in ("word", "punct")
        for token in (*spot.tokens[: spot.begin], *spot.tokens[spot.end :])
    ):
        return None
    found = digits(_text(spot))
    if not found or not ends_a_time(spot) or not 1 <= found[0] <= 23:
        return None
    return clock_at(*found)


@clocks.rule("<clock> ,? in|of|at? the? <clock>", "<clock> <clock>")
def clock_and_part(spot: Spot, first: Clock, second: Clock) -> Clock | None:
    """A clock and the part of the day that it lies in, in either order.

    e.g. "3 in the afternoon" -> 2026-03-05T15:00 hour
    e.g. "afternoon 2:30" -> 2026-03-05T14:30 minute
    """
    if first.shape == "part" and second.shape != "part":
        first, second = second, first
    if second.shape != "part" or first.shape == "part" or not second.part:
        return None
    settled = within_part(first, second.part)
    return replace(settled, now_or_later=settled.now_or_later or second.now_or_later)


@clocks.rule("<num> in? the|this? <clock>", "<num> , <clock>", "<clock> at? <num>")
def number_and_part(spot: Spot, first: int | Clock, second: int | Clock) -> Clock | None:
    """A bare hour beside a part of the day.

    e.g. "8 this evening" -> 2026-03-05T20:00 hour
    e.g. "evening 4" -> 2026-03-05T16:00 hour
    """
    number, part = (first, second) if isinstance(second, Clock) else (second, first)
    if not isinstance(part, Clock) or part.shape != "part" or not part.part or part.every:
        return None
    if isinstance(second, int) and counts_something(spot):
        return None
    place = spot.end - 1 if isinstance(second, int) else spot.begin
    text = spot.tokens[place].text
    found = digits(text) if text.isdigit() else (number, 0)
    clock = clock_at(*found) if found else None  # type: ignore[arg-type]
    if clock is None:
        return None
    return replace(within_part(clock, part.part), now_or_later=part.now_or_later)
