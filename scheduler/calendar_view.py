"""What is busy, as offers need it: the calendar's word and our own holds. Asked outside any transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from actions.calendars import Calendar, CalendarDisconnected, CalendarError, Span
from actions.calendars.connected import connected
from data import clock
from data.db import reading, writing
from data.models import Business, CalendarConnection
from data.queries.calendars import active_calendar
from data.queries.holds import held

log = structlog.get_logger(__name__)


class NoCalendar(Exception):
    """The business has no calendar that can be used just now."""


def calendar_of(connection_id: int) -> Calendar:
    """The calendar behind a connection. Raises NoCalendar where somebody must connect it again."""
    with reading() as session:
        connection = session.get_one(CalendarConnection, connection_id)
        zone = session.scalars(select(Business.timezone).where(Business.id == connection.business_id)).one()
    return _calendar(connection, zone)


def _calendar(connection: CalendarConnection, zone: str) -> Calendar:
    if connection.disconnected_at is not None:
        raise NoCalendar
    try:
        return connected(connection.id, connection.kind, connection.calendar_id, zone, connection.token)
    except CalendarDisconnected:
        note_disconnected(connection.id)
        raise NoCalendar from None


def busy_times(business_id: int, contact_id: int, now: datetime, days: int) -> tuple[Span, ...] | None:
    """Busy times over the next `days`; None where the calendar cannot be read: nothing is offered then."""
    with reading() as session:
        connection = active_calendar(session, business_id)
        zone = session.scalar(select(Business.timezone).where(Business.id == business_id))
    if connection is None or zone is None:
        return None
    connection_id = connection.id
    try:
        busy = _calendar(connection, zone).busy(now, now + timedelta(days=days))
    except NoCalendar:
        return None
    except CalendarDisconnected:
        note_disconnected(connection_id)
        return None
    except CalendarError as error:
        log.warning("calendar not readable", error=type(error).__name__)
        return None
    with reading() as session:
        holds = held(session, connection_id, but_not_for=contact_id)
        return (*busy, *(Span(hold.start_at, hold.end_at) for hold in holds))


def note_disconnected(connection_id: int) -> None:
    """Remember that somebody must connect the calendar again; offers stop until then."""
    with writing() as session:
        connection = session.get_one(CalendarConnection, connection_id)
        connection.disconnected_at = connection.disconnected_at or clock.now()
    log.error("calendar disconnected: connect it again", connection=connection_id)
