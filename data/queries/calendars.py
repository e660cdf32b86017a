"""Which calendars a business books on and looks at, and how they are connected."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from data import clock
from data.models import Appointment, Business, CalendarConnection
from data.models.booking import LIVE

BOOKINGS, BUSY = "bookings", "busy"

UNNAMED = "a Google account"
"""The account of a consent where the server does not say whose it is."""


def active_calendar(session: Session, business_id: int) -> CalendarConnection | None:
    """The connection that new visits are booked on."""
    return session.scalar(
        _of(business_id)
        .where(CalendarConnection.active, CalendarConnection.role == BOOKINGS)
        .order_by(CalendarConnection.id.desc())
        .limit(1)
    )


def only_looked_at(session: Session, business_id: int) -> list[CalendarConnection]:
    """The connections on which nothing is booked, but what stands there is taken as well."""
    wanted = _of(business_id).where(CalendarConnection.active, CalendarConnection.role == BUSY)
    return list(session.scalars(wanted.order_by(CalendarConnection.id)))


def consent_of(session: Session, business_id: int) -> CalendarConnection | None:
    """The connection with the latest consent: one that waits for a choice, else the one in use."""
    waiting = session.scalar(_waiting(business_id))
    if waiting is not None:
        return waiting
    active = active_calendar(session, business_id)
    return active if active is not None and active.token else None


def keep_consent(session: Session, business_id: int, account: str, token: bytes) -> CalendarConnection:
    """Keep a fresh consent until calendars are chosen; an earlier one that nobody chose with is forgotten."""
    forget_waiting(session, business_id)
    fresh = CalendarConnection(
        business_id=business_id, kind="google", active=False, account=account, token=token
    )
    session.add(fresh)
    session.flush()
    return fresh


def reconnect(
    session: Session, business_id: int, account: str, token: bytes, *, seen: set[str], writable: set[str]
) -> CalendarConnection | None:
    """A fresh consent of the account that is connected, which sees all that is used: it goes on as it was.

    `seen` and `writable` are ids of the account's calendars. None: calendars must be chosen.
    """
    lock(session, business_id)
    active = active_calendar(session, business_id)
    if active is None or active.account != account or active.calendar_id not in writable:
        return None
    others = [one for one in only_looked_at(session, business_id) if one.account == account]
    if account == UNNAMED or not {one.calendar_id for one in others} <= seen:
        return None
    _let_in(session, business_id, account, token)
    forget_waiting(session, business_id)
    return active


def choose(
    session: Session,
    consent: CalendarConnection,
    bookings: tuple[str, str],
    busy: Iterable[tuple[str, str]],
) -> CalendarConnection:
    """Book on the calendar `bookings` (its id and name) from now on, and look at those in `busy` as well.

    Earlier visits keep the calendar that they stand on; while some are still to come there, it is looked at
    too, so that nobody is booked over them.
    """
    business_id, account, token = consent.business_id, consent.account, consent.token
    assert token is not None
    lock(session, business_id)
    before = list(session.scalars(_of(business_id).where(CalendarConnection.active)))
    forget_waiting(session, business_id)
    chosen = _entry(session, business_id, *bookings)
    looked_at = [_entry(session, business_id, *one) for one in busy if one[0] != bookings[0]]
    for earlier in before:
        if earlier not in (chosen, *looked_at):
            earlier.active = earlier.disconnected_at is None and visits_ahead(session, earlier.id) > 0
            earlier.role = BUSY
    for connection, role in ((chosen, BOOKINGS), *((one, BUSY) for one in looked_at)):
        connection.account, connection.token = account, token
        connection.role, connection.active, connection.disconnected_at = role, True, None
    if account != UNNAMED:
        _let_in(session, business_id, account, token)
    session.flush()
    return chosen


def disconnect(session: Session, business_id: int) -> bool:
    """Forget every consent. Nothing is offered until a calendar is connected again; False: there was none."""
    lock(session, business_id)
    forget_waiting(session, business_id)
    found = list(session.scalars(_of(business_id).where(CalendarConnection.token.is_not(None))))
    for connection in found:
        connection.token = None
        connection.disconnected_at = connection.disconnected_at or clock.now()
    return bool(found)


def works_again(session: Session, connection_id: int) -> None:
    """It was written to and read just now: whatever refused us does so no more."""
    session.get_one(CalendarConnection, connection_id).disconnected_at = None


def visits_ahead(session: Session, connection_id: int) -> int:
    """How many visits stand on a calendar that are still to come."""
    return session.scalar(select(func.count()).select_from(_ahead(connection_id).subquery())) or 0


def lock(session: Session, business_id: int) -> Business:
    """One at a time changes the calendars of a business."""
    return session.scalars(select(Business).where(Business.id == business_id).with_for_update()).one()


def forget_waiting(session: Session, business_id: int) -> None:
    """Nobody chooses calendars with a consent that was given before."""
    for waiting in session.scalars(_waiting(business_id)).all():
        session.delete(waiting)
    session.flush()


def _let_in(session: Session, business_id: int, account: str, token: bytes) -> None:
    """The consent is good for all calendars of its account, those of earlier visits included."""
    for connection in session.scalars(_of(business_id).where(CalendarConnection.account == account)):
        connection.token, connection.disconnected_at = token, None


def _entry(session: Session, business_id: int, calendar_id: str, name: str) -> CalendarConnection:
    """The connection of that calendar: the one that earlier visits stand on, or a new one."""
    found = session.scalar(
        _of(business_id)
        .where(CalendarConnection.kind == "google", CalendarConnection.calendar_id == calendar_id)
        .order_by(CalendarConnection.id.desc())
        .limit(1)
    )
    if found is None:
        found = CalendarConnection(business_id=business_id, kind="google", calendar_id=calendar_id)
        session.add(found)
    found.name = name
    session.flush()
    return found


def _ahead(connection_id: int) -> Select[int]:
    return select(Appointment.id).where(
        Appointment.calendar_connection_id == connection_id,
        Appointment.state.in_(LIVE),
        Appointment.end_at > clock.now(),
    )


def _of(business_id: int) -> Select[CalendarConnection]:
    return select(CalendarConnection).where(CalendarConnection.business_id == business_id)


def _waiting(business_id: int) -> Select[CalendarConnection]:
    return _of(business_id).where(
        CalendarConnection.kind == "google",
        CalendarConnection.calendar_id == "",
        ~CalendarConnection.active,
        CalendarConnection.token.is_not(None),
    )
