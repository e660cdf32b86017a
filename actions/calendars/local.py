"""The calendar in our own database: the embedded default, for businesses that have connected none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.calendars import CalendarEvent, Change, Changes, EventGone, Span
from data import clock
from data.db import reading, writing
from data.models import LocalEvent


class LocalCalendar:
    """A Calendar (see actions/calendars) over the table local_event."""

    def __init__(self, connection_id: int, zone: str) -> None:
        self.connection_id = connection_id
        self.zone = zone

    def busy(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """The busy times in [start, end)."""
        return self.clashes(start, end)

    def clashes(self, start: datetime, end: datetime, *, ignoring: Collection[str] = ()) -> tuple[Span, ...]:
        """What stands in [start, end), apart from the events in `ignoring`."""
        with reading() as session:
            rows = session.execute(
                select(LocalEvent.start_at, LocalEvent.end_at)
                .where(
                    LocalEvent.calendar_connection_id == self.connection_id,
                    LocalEvent.removed_at.is_(None),
                    LocalEvent.start_at < end,
                    LocalEvent.end_at > start,
                    LocalEvent.event_id.not_in(list(ignoring)),
                )
                .order_by(LocalEvent.start_at)
            )
            return tuple(Span(start_at, end_at) for start_at, end_at in rows)

    def put(self, event: CalendarEvent) -> CalendarEvent:
        """See to it that the event stands; a repeat changes nothing."""
        with writing() as session:
            row = self._row(session, event.id)
            if row is None:
                session.add(
                    LocalEvent(
                        calendar_connection_id=self.connection_id,
                        event_id=event.id,
                        start_at=event.start,
                        end_at=event.end,
                        title=event.title,
                        description=event.description,
                    )
                )
                return event
            if row.removed_at is not None:
                row.start_at, row.end_at, row.removed_at = event.start, event.end, None
            return self._event(row)

    def move(self, event_id: str, start: datetime, end: datetime) -> None:
        """Move an event. Raises EventGone."""
        with writing() as session:
            row = self._row(session, event_id)
            if row is None or row.removed_at is not None:
                raise EventGone("the event is not on the calendar any more")
            row.start_at, row.end_at = start, end

    def blank(self, event_id: str, title: str) -> None:
        """Take the words of an event away, those of one that was removed too."""
        with writing() as session:
            row = self._row(session, event_id)
            if row is not None:
                row.title, row.description = title, ""

    def remove(self, event_id: str) -> None:
        """Take an event off the calendar; one that is gone is fine."""
        with writing() as session:
            row = self._row(session, event_id)
            if row is not None and row.removed_at is None:
                row.removed_at = clock.now()

    def get(self, event_id: str) -> CalendarEvent | None:
        """The event as it stands now."""
        with reading() as session:
            row = self._row(session, event_id)
            return self._event(row) if row is not None and row.removed_at is None else None

    def changes(self, cursor: str | None, *, since: datetime | None = None) -> Changes:
        """Everything, each time: nobody but us changes this calendar."""
        with reading() as session:
            wanted = select(LocalEvent).where(LocalEvent.calendar_connection_id == self.connection_id)
            rows = session.scalars(wanted if since is None else wanted.where(LocalEvent.end_at > since))
            events = tuple(
                Change(
                    row.event_id, row.removed_at is not None, row.removed_at is None, row.start_at, row.end_at
                )
                for row in rows
            )
        return Changes(events, cursor="local", complete=True)

    def _row(self, session: Session, event_id: str) -> LocalEvent | None:
        return session.scalar(
            select(LocalEvent).where(
                LocalEvent.calendar_connection_id == self.connection_id, LocalEvent.event_id == event_id
            )
        )

    def _event(self, row: LocalEvent) -> CalendarEvent:
        return CalendarEvent(row.event_id, row.start_at, row.end_at, self.zone, row.title, row.description)
