"""Following the calendars: what people change in Google is noticed within a minute or so, by its sync token.

Google is asked outside any transaction, and what seems to have happened to a visit is looked at afresh before
it is believed: an echo of our own writing, or a list that lags behind, changes nothing. The cursor moves on
only when everything before it has been dealt with; dealing with something twice is harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from actions.calendars import Calendar, CalendarDisconnected, CalendarError, Change, Changes
from data import clock
from data.db import reading, writing
from data.models import Appointment, CalendarConnection
from data.models.booking import LIVE
from scheduler import noticed
from scheduler.calendar_view import (
    NoCalendar,
    calendar_changed,
    calendar_of,
    clashes_anywhere,
    note_disconnected,
)
from scheduler.jobs import Job
from scheduler.noticed import Known

EVERY = timedelta(seconds=35)
"""Between two looks at one calendar, at least (real time)."""

JITTER = 20
"""So many seconds more at most, by the connection: many calendars are not asked all at once."""

BACK = timedelta(days=7)
"""A visit that is over is still followed for so long: somebody may drag it to another day."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What the rows say before the calendar is asked: whatever changes here meanwhile is not judged by it."""

    connection: int
    business: int
    cursor: str | None
    visits: tuple[Known, ...]
    consent: bytes | None = field(repr=False)
    """By which the calendar let us in when the rows were read."""


def due_to_follow(session: Session, at: datetime) -> list[tuple[int, datetime]]:
    """The connections whose turn it is at `at` (real time), and since when."""
    last_look = CalendarConnection.followed_at
    waited = or_(last_look.is_(None), last_look <= at - EVERY)
    rows = session.execute(select(CalendarConnection.id, last_look).where(_followed(), waited))
    turns = ((row, at if last is None else last + EVERY + _jitter(row)) for row, last in rows)
    return [(row, since) for row, since in turns if since <= at]


def follow(connection_id: int) -> list[Job]:
    """Look once at what has changed on a calendar, if it is its turn. Returns the jobs to wake."""
    look = _take(connection_id)
    if look is None:
        return []
    jobs: list[Job] = []
    try:
        calendar = calendar_of(connection_id)
        changes = calendar.changes(look.cursor, since=clock.now() - BACK)
        settled = _notice(look, calendar, changes, jobs)
    except NoCalendar:
        return jobs
    except CalendarDisconnected:
        note_disconnected(connection_id, look.consent)
        return jobs
    except CalendarError as error:
        log.warning("calendar not followed", connection=connection_id, error=type(error).__name__)
        return jobs
    if changes.events:
        calendar_changed(connection_id)
    if settled:
        _move_on(look, changes.cursor)
    return jobs


def _take(connection_id: int) -> Look | None:
    """Begin a look, unless another worker has just done so: that moment is the lease."""
    with writing() as session:
        connection = session.scalar(
            select(CalendarConnection)
            .where(CalendarConnection.id == connection_id, _followed())
            .with_for_update(skip_locked=True)
        )
        at = clock.real()
        if connection is None or (connection.followed_at is not None and at - connection.followed_at < EVERY):
            return None
        connection.followed_at = at
        visits = session.scalars(
            select(Appointment).where(
                Appointment.calendar_connection_id == connection_id,
                Appointment.state.in_(LIVE),
                Appointment.end_at > clock.now() - BACK,
            )
        )
        known = tuple(Known.of(visit) for visit in visits)
        return Look(connection_id, connection.business_id, connection.cursor, known, connection.token)


def _move_on(look: Look, cursor: str) -> None:
    with writing() as session:
        connection = session.scalars(
            select(CalendarConnection).where(CalendarConnection.id == look.connection).with_for_update()
        ).one()
        if connection.cursor == look.cursor:  # else somebody has followed it further meanwhile
            connection.cursor = cursor


def _notice(look: Look, calendar: Calendar, changes: Changes, jobs: list[Job]) -> bool:
    """Deal with all changes; False where something could not be judged yet and must be looked at again."""
    settled, moved = True, set[int]()
    for known in _differing(look, changes):
        if known.state != "booked":
            settled = False  # we are writing to it ourselves just now
            continue
        event = calendar.get(known.event)
        if event is None:
            jobs += noticed.deleted(known)
        elif (event.start, event.end) != (known.start, known.end):
            jobs += noticed.moved(known, event.start, event.end)
            moved.add(known.visit)
    foreign = _foreign(look, changes)
    jobs += noticed.booked_elsewhere(look.business, [change for change in foreign if change.says])
    if changes.events:
        _look_for_clashes(look, foreign, moved, jobs)
    return settled


def _differing(look: Look, changes: Changes) -> Iterator[Known]:
    """The visits whose event no longer stands as their row says, as far as the list tells."""
    changed = {change.id: change for change in changes.events}
    for known in look.visits:
        change = changed.get(known.event)
        if change is None:
            # from a list of everything it may be missing for its age alone: it is looked up
            if changes.complete and known.state == "booked":
                yield known
        elif change.cancelled or (change.start, change.end) != (known.start, known.end):
            yield known


def _foreign(look: Look, changes: Changes) -> list[Change]:
    """The changed events that are not ours, that take time, and that are not over."""
    ours = {known.event for known in look.visits}
    standing = [
        change
        for change in changes.events
        if change.busy and change.id not in ours and change.end is not None and change.end > clock.now()
    ]
    with reading() as session:
        earlier = noticed.ours(session, [change.id for change in standing])
    return [change for change in standing if change.id not in earlier]


def _look_for_clashes(look: Look, foreign: list[Change], moved: set[int], jobs: list[Job]) -> None:
    """Visits beside which something else stands now: staff are rung, once. Those free again are noted."""
    with reading() as session:
        ahead = noticed.ahead(session, look.business)
    for known in ahead:
        overlapped = any(
            change.start is not None and change.end is not None
            and change.start < known.end and known.start < change.end
            for change in foreign
        )  # fmt: skip
        if not (overlapped or known.clashes or known.visit in moved):
            continue
        try:
            clashes = clashes_anywhere(known.connection, known.start, known.end, ignoring=(known.event,))
        except NoCalendar:
            continue  # another calendar wants connecting again: staff know, and this one goes on
        jobs += noticed.clash(known, bool(clashes))


def _followed() -> ColumnElement[bool]:
    """Google calendars that let us in, and that are used or that visits still stand on."""
    stood_on = exists().where(
        Appointment.calendar_connection_id == CalendarConnection.id,
        Appointment.state.in_(LIVE),
        Appointment.end_at > clock.now(),
    )
    return (
        (CalendarConnection.kind == "google")
        & CalendarConnection.disconnected_at.is_(None)
        & (CalendarConnection.active | stood_on)
    )


def _jitter(connection_id: int) -> timedelta:
    return timedelta(seconds=connection_id * 7 % JITTER)
