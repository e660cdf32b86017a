"""Times without a day of their own: they lie on the days that are spoken of, not today.

After "Tue 3:00, Tue 3:30, Wed 2:00" an "is 4 free?" means Tuesday or Wednesday; "can we make it 4?" means the
day of the visit that stands; "half an hour later" counts from that visit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from nlu.understanding import Times, Window

_NAMES_A_DAY = re.compile(
    r"\b(?:\w*days?|mon|tues?|weds?|thu|thurs?|fri|sat|sun"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
    r"|tod?a?y|ton[ie]|tom|tmr|tmw|2moro|2nite|\d(?:st|nd|rd|th)\b|\d/\d|week|month",
    re.IGNORECASE,
)
_COUNTS_FROM_NOW = re.compile(
    r"tod?a?y|ton[ie]|tom|tmr|tmw|2moro|2nite|\bin\b(?! the (?:morn|after|eve|aft))|next|nxt|this"
    r"|week|month|year|\bago\b|\bnow\b",
    re.IGNORECASE,
)
_SHIFT = re.compile(
    r"\b(\d{1,3}|an?|half an|one|two|a couple(?: of)?) ?(m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?)"
    r" (later|earlier|sooner)\b",
    re.IGNORECASE,
)
_HOW_MANY = {"a": 1, "an": 1, "one": 1, "two": 2, "half an": 0.5, "a couple": 2, "a couple of": 2}


def names_a_day(text: str) -> bool:
    """Whether the text says which day it means."""
    return bool(_NAMES_A_DAY.search(text))


def counts_from_now(text: str) -> bool:
    """Whether the text counts its time from the moment at which it is said."""
    return bool(_COUNTS_FROM_NOW.search(text))


def on_the_days_spoken_of(
    text: str,
    times: Times,
    days: Iterable[date],
    read_at: Callable[[datetime], Times],
) -> Times:
    """`times` (of the text, read at the real moment), but on `days` where the text names no day itself."""
    if not times.windows or names_a_day(text) or counts_from_now(text):
        return times
    windows: list[Window] = []
    excluded: list[Window] = []
    for day in sorted(set(days)):
        there = read_at(datetime.combine(day, time()))
        windows += (window for window in there.windows if window.start.date() == day)
        excluded += (window for window in there.excluded if window.start.date() == day)
    return Times(tuple(windows), tuple(excluded)) if windows else times


def shifted(text: str, base: datetime) -> Times | None:
    """ "Half an hour later", counted from `base`; None where the text says nothing of the kind."""
    found = _SHIFT.search(text)
    if found is None or counts_from_now(text):
        return None
    many, unit, way = (part.lower() for part in found.groups())
    number = _HOW_MANY.get(many) or float(many)
    length = timedelta(hours=number) if unit.startswith("h") else timedelta(minutes=number)
    start = base - length if way in ("earlier", "sooner") else base + length
    return Times((Window(start, start + timedelta(minutes=1), "minute"),))
