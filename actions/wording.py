"""Moments and choices in the words of a text: short, unambiguous, in the zone that counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nlu.understanding import Window


def clock_time(moment: datetime) -> str:
    """3:30 pm, noon, midnight; of an aware or naive moment as it stands."""
    if (moment.hour, moment.minute) == (12, 0):
        return "noon"
    hour = moment.hour % 12 or 12
    return f"{hour}:{moment.minute:02d} {'am' if moment.hour < 12 else 'pm'}"


def day(moment: datetime, now: datetime | None = None) -> str:
    """Thursday, March 12; with its year where that is not the one of `now`."""
    year = f", {moment.year}" if now is not None and moment.year != now.year else ""
    return f"{moment:%A, %B} {moment.day}{year}"


def missed(window: Window | None) -> str:
    """The time that was asked for and is not open: "on Sat Mar 7", "just then" where it is longer."""
    if window is None or (window.end or window.start + timedelta(days=1)) - window.start > timedelta(days=1):
        return "just then"
    if window.end is not None and window.end - window.start <= timedelta(hours=1):
        return f"at {clock_time(window.start)} on {_short(window.start)}"
    return f"on {_short(window.start)}" if window.grain == "day" else f"then on {_short(window.start)}"


def closed(day: date, holiday: str | None) -> str:
    """The day on which nobody is there: "on Thu Nov 26 (Thanksgiving Day)".

    A holiday whose name is not plain letters stays unnamed: it would double the segments of the text.
    """
    why = f" ({holiday})" if holiday and holiday.isascii() else ""
    return f"on {_short(day)}{why}"


def _short(moment: date) -> str:
    return f"{moment:%a %b} {moment.day}"


def opening(moment: datetime, zone: str, *, named: bool = False) -> str:
    """Thursday, March 12 at 3:30 pm, with the zone's place where `named`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day(local)} at {clock_time(local)}{place(zone) if named else ''}"


def numbered(openings: Sequence[datetime], zone: str, *, named: bool = False) -> str:
    """The openings as numbered lines, in time order."""
    local = [moment.astimezone(ZoneInfo(zone)) for moment in openings]
    lines = (f"{n}) {_short(m)}, {clock_time(m)}" for n, m in enumerate(local, 1))
    return "\n".join(lines) + (place(zone) if named else "")


def place(zone: str) -> str:
    """(New York time)."""
    return f" ({zone.rsplit('/', 1)[-1].replace('_', ' ')} time)"


def listed(names: Sequence[str]) -> str:
    """a, b or c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
