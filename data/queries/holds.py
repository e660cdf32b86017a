"""Openings that are taken in our own books: the guard against two appointments at one time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import clock
from data.models import Appointment, Hold


class OpeningTaken(Exception):
    """Somebody else holds that time by now: apologise and offer others."""


def hold(
    session: Session, appointment: Appointment, start: datetime, end: datetime, *, until: datetime
) -> Hold:
    """Keep [start, end) for an appointment. Raises OpeningTaken where another contact holds some of it.

    SQLite is safe by the check, because writers are alone (`BEGIN IMMEDIATE`); on PostgreSQL the exclusion
    constraint decides between two that checked at the same moment.
    """
    calendar = appointment.calendar_connection_id
    session.execute(
        delete(Hold).where(Hold.calendar_connection_id == calendar, Hold.expires_at <= clock.now())
    )
    taken = session.scalar(
        select(Hold.id)
        .where(
            Hold.calendar_connection_id == calendar,
            Hold.start_at < end,
            Hold.end_at > start,
            Hold.appointment_id != appointment.id,
        )
        .limit(1)
    )
    if taken is not None:
        raise OpeningTaken
    release_hold(session, appointment.id, also_lasting=False)
    kept = Hold(
        calendar_connection_id=calendar,
        contact_id=appointment.contact_id,
        appointment_id=appointment.id,
        start_at=start,
        end_at=end,
        expires_at=until,
    )
    try:
        with session.begin_nested():
            session.add(kept)
    except IntegrityError:
        raise OpeningTaken from None
    return kept


def make_lasting(session: Session, appointment: Appointment) -> None:
    """The calendar has it: the hold at the present time lasts, whatever else was held goes.

    A hold that had run out by then is taken anew. Raises OpeningTaken where somebody else has the time.
    """
    kept = session.scalar(
        select(Hold).where(Hold.appointment_id == appointment.id, Hold.start_at == appointment.start_at)
    )
    if kept is None:
        start, end = appointment.start_at, appointment.end_at
        kept = hold(session, appointment, start, end, until=clock.now() + timedelta(minutes=1))
    kept.expires_at = None
    session.execute(delete(Hold).where(Hold.appointment_id == appointment.id, Hold.id != kept.id))


def release_hold(session: Session, appointment_id: int, *, also_lasting: bool = True) -> None:
    """Let go of what an appointment holds: all of it, or only what was not lasting."""
    mine = delete(Hold).where(Hold.appointment_id == appointment_id)
    session.execute(mine if also_lasting else mine.where(Hold.expires_at.is_not(None)))
