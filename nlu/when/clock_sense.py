"""Morning or afternoon: what settles an hour that was said without am or pm."""

from __future__ import annotations

from dataclasses import replace

from nlu.when.values import MIDNIGHT, Clock, Said
from nlu.when.words import PARTS

HALF_DAY = 12 * 60


def clock_at(
    hour: float, minute: float = 0, half: str | None = None, grain: str | None = None
) -> Clock | None:
    """A time of day from its digits, or None where there is no such time.

    `half` is "am" or "pm". Without it, 1 to 12 stay vague; 0 and 13 to 23 cannot be.
    """
    if hour != int(hour) or minute != int(minute) or not 0 <= hour <= 24 or not 0 <= minute < 60:
        return None
    hour, minute = int(hour), int(minute)
    if half == "am" and hour == 12:
        hour = 0
    elif half == "pm" and hour < 12:
        hour += 12
    start = hour % 24 * 60 + minute
    exact = grain == "minute" or (minute != 0 and grain is None)
    return Clock(
        start,
        start + (1 if exact else 60),
        "at",
        "minute" if exact else "hour",
        vague=half is None and 1 <= hour <= 12,
    )


def digits(text: str) -> tuple[int, int] | None:
    """Hour and minute of "1530", "930", "9:05", "15"."""
    if ":" in text:
        hour, minute = text.split(":")[:2]
        return int(hour), int(minute)
    if len(text) in (3, 4):
        return int(text[:-2]), int(text[-2:])
    return (int(text), 0) if len(text) <= 2 else None


def settle(clock: Clock, said: Said) -> Clock:
    """The clock with every vague end settled, by its other end first and by the business's hours else."""
    if clock.shape == "between":
        return _settle_both(clock, said)
    if not clock.vague:
        return clock
    start = clock.end if clock.shape == "before" else clock.start
    chosen = by_hours(start, said)
    shift = chosen - start
    if clock.shape == "before":
        return replace(clock, end=clock.end + shift, vague=False)
    if clock.shape == "after":
        return replace(clock, start=clock.start + shift, vague=False)
    return replace(clock, start=clock.start + shift, end=clock.end + shift, vague=False)


def by_hours(minutes: int, said: Said) -> int:
    """A vague time put into the half of the day in which the business is open.

    Where both or neither would do, one to six is the afternoon and the rest the morning.
    """
    opens, closes = said.hours
    early = minutes % HALF_DAY
    late = early + HALF_DAY
    if early < 60:  # twelve without more is noon
        return late
    is_open = [opens <= at < closes for at in (early, late)]
    if is_open[0] != is_open[1]:
        return early if is_open[0] else late
    return late if early < 7 * 60 else early


def _settle_both(clock: Clock, said: Said) -> Clock:
    start, end = clock.start, clock.end
    if clock.vague and clock.end_vague:
        start = by_hours(start, said)
    elif clock.vague:
        earlier = [at for at in (start % HALF_DAY, start % HALF_DAY + HALF_DAY) if at < end % MIDNIGHT]
        start = max(earlier, default=start % HALF_DAY + HALF_DAY)
    if clock.end_vague:
        later = [end % HALF_DAY + half * HALF_DAY for half in range(4)]
        end = min(at for at in later if at > start)
    if end <= start:
        end += MIDNIGHT
    return replace(clock, start=start, end=end, vague=False, end_vague=False)


def within_part(clock: Clock, part: str) -> Clock:
    """A vague clock settled by the part of the day that was said with it.

    A clock that is settled already stays: "17:05 in the afternoon" is five past five.
    """
    word = part.split()[-1]
    if clock.shape == "between":
        start = _half_of(clock.start, word) if clock.vague else clock.start
        end = _half_of(clock.end, word) if clock.end_vague else clock.end
        if clock.vague and end < start:
            start -= HALF_DAY
        return replace(clock, start=start, end=end, vague=False, end_vague=False)
    if not clock.vague:
        return clock
    if clock.shape == "before":
        return replace(clock, end=_half_of(clock.end, word), vague=False)
    moved = _half_of(clock.start, word)
    if clock.shape == "after":
        return replace(clock, start=moved, vague=False)
    return replace(clock, start=moved, end=moved + clock.end - clock.start, vague=False)


def _half_of(minutes: int, word: str) -> int:
    early = minutes % HALF_DAY
    late = early + HALF_DAY
    if word in ("morning", "breakfast"):
        return early if early >= 60 else late  # "12 in the morning" from a contact is noon
    if word == "night":
        return late if early >= 6 * 60 else early
    if word in ("tonight", "evening") and early < 60:
        return MIDNIGHT + early
    return late


def of_part(part: str, *, every: bool = False) -> Clock:
    """The stretch of a part of the day."""
    start, end = PARTS[part]
    return Clock(start, end, "part", "part_of_day", part=part, every=every)
