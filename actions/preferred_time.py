"""The preferred time on file ("mornings", "Tue or Thu after 4"), read as far as plain words go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time

_DAYS = {
    "monday": {1}, "mon": {1},
    "tuesday": {2}, "tue": {2}, "tues": {2},
    "wednesday": {3}, "wed": {3},
    "thursday": {4}, "thu": {4}, "thur": {4}, "thurs": {4},
    "friday": {5}, "fri": {5},
    "saturday": {6}, "sat": {6},
    "sunday": {7}, "sun": {7},
    "weekday": {1, 2, 3, 4, 5},
    "weekend": {6, 7},
}  # fmt: skip

_PARTS = {
    "early": (time(0), time(10)),
    "morning": (time(0), time(12)),
    "am": (time(0), time(12)),
    "lunch": (time(11, 30), time(14)),
    "lunchtime": (time(11, 30), time(14)),
    "noon": (time(11, 30), time(14)),
    "midday": (time(11, 30), time(14)),
    "afternoon": (time(12), time(17)),
    "pm": (time(12), time.max),
    "late": (time(15), time.max),
    "evening": (time(16, 30), time.max),
}

_TURNED_ROUND = re.compile(r"\b(not?|never|except|but|avoid|any ?time)\b|n't\b")
"""With these a note says when not, or takes back what it says: then it is left alone."""

_EDGE = re.compile(r"\b(after|from|before|until|by)\s+(\d{1,2})(?::([0-5]\d))?\s*(am|pm)?\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class PreferredTime:
    """Weekdays (1 = Monday; none = any) and the time of day that somebody likes best, local."""

    days: frozenset[int]
    start: time
    end: time

    def suits(self, local: datetime) -> bool:
        """Whether a start in local time is to their liking."""
        return (not self.days or local.isoweekday() in self.days) and self.start <= local.time() < self.end


def preferred_time(text: str | None) -> PreferredTime | None:
    """What a note on file says; None where it says nothing that we can read."""
    told = re.sub(r"\bi am\b", " ", (text or "").casefold())
    if _TURNED_ROUND.search(told):
        return None
    start, end = time.min, time.max
    for edge, hour, minute, half in _EDGE.findall(told):
        clock = _clock(int(hour), int(minute or 0), half)
        if clock and edge in ("after", "from"):
            start = clock
        elif clock:
            end = clock
    words = re.findall(r"[a-z]+", _EDGE.sub(" ", told))
    days: set[int] = set()
    for word in words:
        known = word if word in _DAYS or word in _PARTS else word.removesuffix("s")
        days |= _DAYS.get(known, set())
        if known in _PARTS:
            start, end = max(start, _PARTS[known][0]), min(end, _PARTS[known][1])
    if start >= end or not (days or (start, end) != (time.min, time.max)):
        return None
    return PreferredTime(frozenset(days), start, end)


def _clock(hour: int, minute: int, half: str) -> time | None:
    """Without am or pm, hours before 8 are in the afternoon."""
    if hour > 23:
        return None
    if (half == "pm" or (not half and hour < 8)) and hour < 12:
        hour += 12
    return time(0 if half == "am" and hour == 12 else hour, minute)
