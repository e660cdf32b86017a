"""The time of day where the words leave no doubt: "3pm", "half past 2", "quarter to 5", "1530h", "2ish"."""

from __future__ import annotations

from dataclasses import replace

from nlu.when.clock_sense import clock_at, digits
from nlu.when.followers import counts_something
from nlu.when.grammar import Spot, Stage
from nlu.when.values import Clock, Length

clocks = Stage()


@clocks.rule("<clocktext> <ampm>?")
def hour_and_minute(spot: Spot, text: str, half: str | None) -> Clock | None:
    """Hour and minute in digits. A leading zero or an hour past twelve leaves nothing to settle.

    e.g. "2:30" -> 2026-03-05T14:30 minute
    e.g. "09:45" -> 2026-03-06T09:45 minute
    """
    hour, minute = digits(text) or (99, 0)
    clock = clock_at(hour, minute, half, "minute" if minute else "hour")
    return replace(clock, vague=False) if clock and text.startswith("0") and len(text) > 4 else clock


@clocks.rule("<num>")
def military(spot: Spot, number: int) -> Clock | None:
    """Four digits with a leading zero.

    e.g. "0930" -> 2026-03-06T09:30 minute
    """
    text = spot.text()
    if len(text) != 4 or not text.startswith("0") or spot.after().kind == "ampm":
        return None
    clock = clock_at(int(text[:2]), int(text[2:]))
    return replace(clock, vague=False) if clock else None


@clocks.rule("<num> <ampm>")
def hour_with_half(spot: Spot, number: int, half: str) -> Clock | None:
    """An hour, or hour and minute run together, with am or pm.

    e.g. "3pm" -> 2026-03-05T15:00 hour
    e.g. "1130 am" -> 2026-03-05T11:30 minute
    """
    if spot.before().kind == "month":  # "feb 5 am" is a date and a half of the day
        return None
    text = spot.text()
    found = digits(text) if text.isdigit() else (number, 0)
    return clock_at(*found, half) if found else None


@clocks.rule("<num> <num> <ampm>?", "<num> <num> oclock? <ampm>?")
def spoken_minutes(spot: Spot, hour: int, minute: int, half: str | None) -> Clock | None:
    """Hour and minute as two numbers.

    e.g. "at two thirty" -> 2026-03-05T14:30 minute
    e.g. "5 45 pm" -> 2026-03-05T17:45 minute
    """
    first, second = spot.text(), spot.text(1)
    if spot.before().kind == "month":  # "march 10 10am"
        return None
    if first.isdigit() != second.isdigit() or (second.isdigit() and len(second) != 2):
        return None
    if not second.isdigit() and minute not in (10, 15, 20, 25, 30, 35, 40, 45, 50, 55):
        return None
    if half is None and (counts_something(spot) or spot.before().kind == "ord"):
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

    e.g. "around 3pm" -> 2026-03-05T15:00 hour
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
    in_a_month = spot.after().text in ("of", "next") or spot.after().kind == "month"
    if in_a_month and spot.before().text not in ("at", "around"):
        return None  # "10 to 15 of next month"
    backwards = side in ("to", "until", "before")
    if backwards and minutes <= 10 and not _says_when(spot, minutes, hour):
        return None
    if backwards and minutes <= 24 and spot.before().text in ("from", "between"):
        return None
    return _minutes_from(hour, half, -minutes if backwards else minutes)


def _says_when(spot: Spot, minutes: int, hour: int | Clock) -> bool:
    if isinstance(hour, int) and (hour > 12 or (hour - minutes) % 12 > 8):
        return True  # "5 to 3" is no range that anybody means
    if not spot.text().isdigit() and isinstance(hour, int) and spot.before().kind in ("end", "punct"):
        return True  # "ten to five"
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
