"""What is busy, as offers and bookings need it: the calendars' word and our own holds.

Calendars are asked outside any transaction. One that cannot be read counts as busy from end to end.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.calendars import Calendar, CalendarDisconnected, CalendarError, Span
from actions.calendars.connected import connected
from actions.context import Context
from data import clock
from data.db import reading, writing
from data.models import Business, CalendarConnection
from data.queries.calendars import active_calendar, only_looked_at
from data.queries.days import before_others, held_anywhere
from scheduler import busy_cache

LOCAL = "local"
"""The kind of calendar that lies in our own database: asked directly, each time."""

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
        note_disconnected(connection.id, connection.token)
        raise NoCalendar from None


def with_calendar(context: Context) -> Context:
    """The context with what is taken, and what of that is ours; `busy` is None where it cannot be read."""
    business, now = context.business, context.now
    busy = _busy(business.id, business.zone, now, _until(context))
    if busy is None:
        return replace(context, busy=None)
    with reading() as session:
        holds = held_anywhere(session, business.id, but_not_for=context.contact.id)
        offered = before_others(session, business.id, context.contact.id)
    ours = tuple(Span(hold.start_at, hold.end_at) for hold in holds)
    return replace(context, busy=(*busy, *ours), ours=ours, before_others=tuple(offered))


def prefetch(context: Context) -> None:
    """Begin to ask the business's calendars what is busy, and return at once: the model is asked meanwhile.

    Where they are in our own database, or were asked within the last minute, nothing happens.
    """
    business = context.business.id
    if busy_cache.is_near(business):
        return
    with reading() as session:
        looked_at = [one for one in _looked_at(session, business) if one.kind != LOCAL]
    if not looked_at:
        busy_cache.note_near(business)
    try:
        for connection in looked_at:
            calendar = _calendar(connection, context.business.zone)
            busy_cache.ask(connection.id, calendar, context.now, _until(context))
    except NoCalendar:
        return  # said where it matters: when the answer is wanted


def clashes_anywhere(
    connection_id: int, start: datetime, end: datetime, *, ignoring: Collection[str] = ()
) -> tuple[Span, ...]:
    """The fresh look before a booking: what stands in [start, end) on any calendar that must be free.

    `connection_id` is the one that is booked on; the events in `ignoring` do not count. Raises NoCalendar and
    CalendarError where one of them cannot be read: unreadable is busy, and nothing is booked then.
    """
    with reading() as session:
        booked_on = session.get_one(CalendarConnection, connection_id)
        zone = session.scalars(select(Business.timezone).where(Business.id == booked_on.business_id)).one()
        others = [one for one in _looked_at(session, booked_on.business_id) if one.id != connection_id]
    found: set[Span] = set()
    for connection in (booked_on, *others):
        try:
            found.update(_calendar(connection, zone).clashes(start, end, ignoring=ignoring))
        except CalendarDisconnected:
            note_disconnected(connection.id, connection.token)
            raise NoCalendar from None
    if found:  # what we remembered did not know of it
        for connection in (booked_on, *others):
            busy_cache.forget(connection.id)
    return tuple(sorted(found))


def calendar_changed(connection_id: int) -> None:
    """We, or somebody whom we noticed, changed this calendar: the next offer asks it anew."""
    busy_cache.forget(connection_id)


def _busy(business_id: int, zone: str, start: datetime, end: datetime) -> tuple[Span, ...] | None:
    """What all calendars that must be free have on in [start, end); None where one of them cannot be read.

    Those far away are asked at the same time, or remembered for a minute.
    """
    with reading() as session:
        looked_at = _looked_at(session, business_id)
    if not looked_at:
        return None
    busy: list[Span] = []
    connection = looked_at[0]
    try:
        calendars = [(one, _calendar(one, zone)) for one in looked_at]
        asked = {
            one.id: busy_cache.ask(one.id, calendar, start, end)
            for one, calendar in calendars
            if one.kind != LOCAL
        }
        for connection, calendar in calendars:
            far = asked.get(connection.id)
            busy += far.wait() if far else calendar.busy(start, end)
    except NoCalendar:
        return None
    except CalendarDisconnected:
        note_disconnected(connection.id, connection.token)
        return None
    except CalendarError as error:
        log.warning("calendar not readable", connection=connection.id, error=type(error).__name__)
        return None
    return tuple(busy)


def _looked_at(session: Session, business_id: int) -> list[CalendarConnection]:
    """All calendars that must be free, the one that is booked on first; empty where there is none."""
    booked_on = active_calendar(session, business_id)
    return [booked_on, *only_looked_at(session, business_id)] if booked_on is not None else []


def _until(context: Context) -> datetime:
    return context.now + timedelta(days=context.business.profile.horizon_days + 1)


def note_disconnected(connection_id: int, used: bytes | None) -> None:
    """Remember that somebody must connect the calendar again; offers stop until then.

    `used` is the consent that was refused, None where the settings let us in: a calendar that was connected
    anew meanwhile is not blamed.
    """
    with writing() as session:
        connection = session.get_one(CalendarConnection, connection_id)
        if connection.token != used:
            return
        connection.disconnected_at = connection.disconnected_at or clock.now()
    log.error("calendar disconnected: connect it again", connection=connection_id)
