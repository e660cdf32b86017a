"""A calendar that nobody has read yet: most texts are decided without it, and reading one costs time."""

from __future__ import annotations

from collections.abc import Iterator

from actions.calendars import Span


class CalendarWanted(Exception):
    """What is busy decides here: read the calendar, and decide anew with what it says."""


class Unread(tuple[Span, ...]):
    """Stands in a Context for what is busy; whoever looks into it raises CalendarWanted."""

    __slots__ = ()

    def __bool__(self) -> bool:
        raise CalendarWanted

    def __len__(self) -> int:
        raise CalendarWanted

    def __iter__(self) -> Iterator[Span]:
        raise CalendarWanted


UNREAD = Unread()
