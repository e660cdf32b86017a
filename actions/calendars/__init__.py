"""Calendars behind one small interface: what the business has on, and the events that we put there.

Every moment is aware; a span's end is exclusive. Implementations: `local` (in the database) and `google`.
A calendar that cannot be read raises and never looks free: callers treat what they cannot see as busy.
"""

from __future__ import annotations

import hashlib
from base64 import b32hexencode
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class CalendarError(Exception):
    """A calendar could not do what was asked; `permanent` says that trying again cannot help.

    The message is for staff and logs: it names no event, contact, address or secret.
    """

    permanent = True


class CalendarUnavailable(CalendarError):
    """The calendar cannot be reached or read just now; trying again can help."""

    permanent = False


class CalendarDisconnected(CalendarError):
    """We are no longer let in, or the calendar is gone: somebody must connect it again."""


class EventGone(CalendarError):
    """The event is not on the calendar any more: somebody deleted it."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time: aware, UTC, end exclusive."""

    start: datetime
    end: datetime

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether any moment of [start, end) lies in it; touching is not overlapping."""
        return self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event of ours: `start` and `end` aware, `zone` the IANA name in which people read them."""

    id: str
    start: datetime
    end: datetime
    zone: str
    title: str
    description: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One event that changed, whoever changed it.

    A cancelled one may carry nothing but its id; `busy` says whether it takes time (neither cancelled,
    nor shown as free, nor declined). An all-day event runs from midnight to midnight of the calendar's zone.
    """

    id: str
    cancelled: bool
    busy: bool
    start: datetime | None = None
    end: datetime | None = None
    says: str = field(default="", compare=False, repr=False)
    """Its title and description, looked through for a contact's number and never kept."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a cursor, and the cursor for the next look.

    `complete` is True where this is no difference but everything (the first look, or the old cursor had
    expired): an event of ours that is not in it is gone.
    """

    events: tuple[Change, ...]
    cursor: str
    complete: bool = False


class Calendar(Protocol):
    """One calendar. Every method may raise CalendarUnavailable and CalendarDisconnected."""

    def busy(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """The busy times in [start, end), in order: for offers. May lag some seconds behind."""
        ...

    def clashes(self, start: datetime, end: datetime, *, ignoring: Collection[str] = ()) -> tuple[Span, ...]:
        """The fresh look before booking: what stands in [start, end) apart from the events in `ignoring`.

        Events shown as free, cancelled or declined do not count; tentative and all-day ones do.
        """
        ...

    def put(self, event: CalendarEvent) -> CalendarEvent:
        """See to it that the event stands under its own id, and return it as it now stands.

        Repeating it is harmless, whatever became of the first answer. One that was deleted is revived. One
        that somebody has moved meanwhile is left where it is: compare `start` if that matters.
        """
        ...

    def move(self, event_id: str, start: datetime, end: datetime) -> None:
        """Move an event of ours. Raises EventGone if it was deleted; repeating it is harmless."""
        ...

    def blank(self, event_id: str, title: str) -> None:
        """Leave an event of ours where it stands, without its words: `title` and nothing else.

        One that is gone is fine, and repeating it is harmless.
        """
        ...

    def remove(self, event_id: str) -> None:
        """Take an event of ours off the calendar; one that is already gone is fine."""
        ...

    def get(self, event_id: str) -> CalendarEvent | None:
        """The event as it stands now, None if it was deleted or never put."""
        ...

    def changes(self, cursor: str | None, *, since: datetime | None = None) -> Changes:
        """The events that changed since `cursor`, whoever changed them.

        None as cursor asks for everything that ends after `since` (None: for everything). Where the cursor
        has expired the answer is everything too, and says so by `complete`.
        """
        ...


def event_id(*parts: str) -> str:
    """The same id for the same parts, always: how a booking that is repeated stays one event.

    Within Google's alphabet for ids that clients choose (base32hex in lower case: a–v and 0–9, 5 to 1024
    long; https://developers.google.com/workspace/calendar/api/v3/reference/events/insert).
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return b32hexencode(digest).decode().rstrip("=").lower()
