"""The meanings that phrases are reduced to on their way from words to windows.

A phrase speaks about days (`Days`), about the time of day (`Clock`), about one exact moment
(`Moment`), or is only a measure such as "two weeks" (`Length`) that a larger phrase uses.
All of it is local wall time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal

from nlu.understanding import Grain

DAY = timedelta(days=1)
MIDNIGHT = 24 * 60


@dataclass(frozen=True)
class Said:
    """The circumstances in which a text was written: what every rule may look at besides the words."""

    now: datetime
    zone: str
    opens: time
    closes: time
    bare_hours: bool = False

    @cached_property
    def today(self) -> date:
        """The local date."""
        return self.now.date()

    @cached_property
    def hours(self) -> tuple[int, int]:
        """Opening and closing, in minutes after midnight."""
        closes = self.closes.hour * 60 + self.closes.minute
        return self.opens.hour * 60 + self.opens.minute, closes or MIDNIGHT


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of whole days: `start` None means from now, `end` (exclusive) None means open.

    `weekday` (0 = Monday) and `ordinal` are set while the phrase said no more than that, so that a
    named week or month beside it may still move it. `every` is a plural: "mondays".
    """

    start: date | None
    end: date | None
    grain: Grain = "day"
    weekday: int | None = None
    ordinal: int | None = None
    every: bool = False

    @property
    def open(self) -> bool:
        """Whether one side has no bound."""
        return self.start is None or self.end is None

    @property
    def single(self) -> bool:
        """Whether this is one day and no more."""
        return self.start is not None and self.end is not None and self.end - self.start == DAY

    @property
    def first(self) -> date:
        """The first day; only for stretches with a start."""
        assert self.start is not None
        return self.start

    @property
    def last(self) -> date:
        """The last day; only for stretches with an end."""
        assert self.end is not None
        return self.end - DAY


def one_day(day: date, weekday: int | None = None, ordinal: int | None = None) -> Days:
    """A single day."""
    return Days(day, day + DAY, "day", weekday, ordinal)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in minutes after midnight (past 1440: the next day).

    `shape` tells how it was said: at a time, between two, from one on ("after"), up to one ("before"),
    or as a part of the day. `vague` and `end_vague`: morning or afternoon is not settled yet.
    """

    start: int
    end: int
    shape: Literal["at", "between", "after", "before", "part"]
    grain: Grain
    vague: bool = False
    end_vague: bool = False
    part: str | None = None
    every: bool = False
    now_or_later: bool = False  # "this morning": today's, even when it is over


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch that is already exact to the minute, such as "in three hours"; `end` None is open."""

    start: datetime
    end: datetime | None
    grain: Grain


@dataclass(frozen=True, slots=True)
class Length:
    """A measure of time. Months and days move on the calendar, seconds are elapsed time."""

    months: int = 0
    days: int = 0
    seconds: int = 0
    unit: str = "day"  # the finest unit that was named
    workdays: int = 0

    def __add__(self, other: Length) -> Length:
        return Length(
            self.months + other.months, self.days + other.days, self.seconds + other.seconds, other.unit
        )

    @property
    def exact(self) -> bool:
        """Whether it goes down to hours, minutes or seconds."""
        return self.seconds != 0


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A place in a row: "3rd", "third"; `spelled` when it was a word, which is weaker evidence for a date."""

    number: int
    spelled: bool = False


Value = Days | Clock | Moment | Length | Ordinal | int | float | str | date | None
