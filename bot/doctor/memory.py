"""The database and what must stand in it: business, staff, sender, calendar; and work that waits too long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from bot.doctor.finding import Finding, idle, unwell, well
from bot.health import memory as health
from data import clock, db, demo_clock
from data.crypto import KeysDoNotFit
from data.db import reading
from data.models import Business, CalendarConnection, Sender, StaffUser
from data.settings import Settings

STALE = timedelta(seconds=90)
"""The sweeper comes every five seconds: what has been due for so long is done by nobody."""

Look = Callable[[Settings], Finding]


def _file(present: Settings) -> Path | None:
    address = present.database_address
    return Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:///") else None


def connect(present: Settings) -> None:
    """Bind the engine once, before several looks need it at the same time; asks nobody yet."""
    if not _not_there(present):
        db.connect()
        if present.rekindle_demo:
            clock.use(demo_clock.now)


def _not_there(present: Settings) -> bool:
    """Looking must not make a database."""
    file = _file(present)
    return file is not None and not file.exists()


def database(present: Settings) -> Finding:
    """Reachable, and at the newest revision."""
    make = "run .venv/bin/rekindle db migrate (rekindle up does it too)"
    if _not_there(present):
        return unwell("there is none yet", make)
    kind = "SQLite" if _file(present) else "PostgreSQL"
    try:
        with db.engine().connect() as connection:
            at, newest = health.revision(connection), health.newest()
            writable = at != newest or health.takes_writes(connection)
    except OperationalError:
        return unwell(f"{kind} cannot be reached", "see that the server runs, and check DATABASE_URL")
    except DatabaseError:
        return unwell(f"{kind} answers, but this is no database of ours", "check DATABASE_URL")
    if at is None:
        return unwell(f"{kind} answers, but is empty", make)
    if at != newest:
        return unwell(f"{kind} is at revision {at}, not {newest}", make)
    if not writable:
        advice = "see that it is no replica, and that its disk has room and its files the right owner"
        return unwell(f"{kind} can be read but not written", advice)
    return well(f"{kind}, at revision {at}")


def _in_database(look: Callable[[Session, Settings], Finding]) -> Look:
    """A look that needs the tables; it is idle where they cannot be read, which the line above says."""

    @wraps(look)
    def looking(present: Settings) -> Finding:
        if _not_there(present):
            return idle("needs the database")
        try:
            with reading() as session:
                return look(session, present)
        except DatabaseError:
            return idle("needs the database")
        except KeysDoNotFit:
            return idle("needs the keys")

    return looking


@_in_database
def business(session: Session, _present: Settings) -> Finding:
    names = session.scalars(select(Business.name)).all()
    if not names:
        return unwell("none is loaded", "run .venv/bin/rekindle business load YOUR-FILE.yml")
    return well(", ".join(names))


@_in_database
def keys(session: Session, _present: Settings) -> Finding:
    """Whether ENCRYPTION_KEYS reads what the database keeps encrypted."""
    try:
        found = session.scalars(select(Business)).all()  # whole rows: each holds a key that is encrypted
    except KeysDoNotFit as error:
        return unwell("what the database keeps encrypted cannot be read", str(error))
    return well("they fit the database") if found else idle("nothing is encrypted yet")


@_in_database
def staff(session: Session, _present: Settings) -> Finding:
    count = session.scalar(select(func.count()).select_from(StaffUser).where(StaffUser.active)) or 0
    if not count:
        return unwell(
            "nobody can log in to the staff view", "run .venv/bin/rekindle staff add EMAIL --name NAME"
        )
    return well(f"{count} may log in")


@_in_database
def sender(session: Session, present: Settings) -> Finding:
    from scheduler.outreach.registration import needs_registration

    senders = session.scalars(select(Sender)).all()
    if not senders:
        return idle("comes with the business")
    stopped = [one for one in senders if one.stopped_reason]
    if stopped:
        return unwell(
            f"stopped for {stopped[0].channel}: {stopped[0].stopped_reason}",
            "put right what the reason says; until then nothing leaves",
        )
    if present.twilio_from and present.twilio_from not in {one.address for one in senders}:
        return unwell("TWILIO_FROM is not the number of the business", "run rekindle business load again")
    if present.twilio_account_sid and (unregistered := [one for one in senders if needs_registration(one)]):
        return unwell(
            f"{unregistered[0].address} is not registered for business texts: no campaign starts",
            "register it with the provider, then run rekindle sender set with --registration",
        )
    return well(", ".join(f"{one.channel} at {one.per_second:g} a second" for one in senders))


@_in_database
def waiting_work(session: Session, _present: Settings) -> Finding:
    """Whether texts, callbacks or touches are due and nobody does them."""
    from scheduler.due import due_jobs

    now = clock.now()
    late = due_jobs(session, now - STALE)
    if not late:
        return well("none is overdue")
    return unwell(
        f"{len(late)} overdue, the oldest since {_ago(now, late[0].due_at)}",
        "start the service with .venv/bin/rekindle up, or see why its worker or beat does not run",
    )


def _ago(now: datetime, then: datetime) -> str:
    minutes = int((now - then).total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"


def calendar(present: Settings) -> Finding:
    """Which calendar is connected, and whether it can be read."""
    from actions.calendars import CalendarDisconnected, CalendarError
    from actions.calendars.connected import connected
    from data.queries.calendars import active_calendar

    chosen: list[tuple[CalendarConnection, str]] = []

    def find(session: Session, _present: Settings) -> Finding:
        found = (
            (active_calendar(session, one.id), one.timezone) for one in session.scalars(select(Business))
        )
        chosen.extend((connection, zone) for connection, zone in found if connection)
        return idle("comes with the business")

    finding = _in_database(find)(present)
    again = "see docs/google-calendar.md; .venv/bin/rekindle calendar selftest says more"
    for connection, zone in chosen:
        if connection.disconnected_at is not None:
            return unwell(f"{connection.kind}: access was refused", again)
        wants_google = bool(present.google_service_account_file or present.google_token_file)
        if wants_google and connection.kind == "local":
            return unwell("local, though Google is set", "run rekindle business load again")
        try:
            now = clock.real()
            connected(connection.id, connection.kind, connection.calendar_id, zone, connection.token).busy(
                now, now + timedelta(days=1)
            )
        except CalendarDisconnected as error:
            return unwell(f"{connection.kind}: {error}", again)
        except CalendarError:
            return unwell(f"{connection.kind} cannot be read just now", again)
        finding = well(
            "Google, readable" if connection.kind == "google" else "local, in our own database, readable"
        )
    return finding
