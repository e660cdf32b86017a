"""Do the books and the calendar say the same? Overlaps, doubles and strays, read from both sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select

from data.db import reading
from data.models import Appointment, Hold, LocalEvent


@dataclass(frozen=True, slots=True, order=True)
class Taken:
    """One stretch of time that something takes: aware moments, `what` for people who read the list."""

    start: datetime
    end: datetime
    what: str


def overlaps(taken: Iterable[Taken]) -> list[tuple[Taken, Taken]]:
    """Those neighbours in time that share a moment; touching is not overlapping."""
    ordered = sorted(taken)
    latest = ordered[:1]
    found = []
    for before, after in pairwise(ordered):
        latest = [max(latest[0], before, key=lambda one: one.end)]
        if after.start < latest[0].end:
            found.append((latest[0], after))
    return found


def visits() -> list[Appointment]:
    """Every visit there ever was, in order."""
    with reading() as session:
        return list(session.scalars(select(Appointment).order_by(Appointment.id)))


def local_events() -> list[Taken]:
    """What stands on the local calendar."""
    with reading() as session:
        rows = session.scalars(select(LocalEvent).where(LocalEvent.removed_at.is_(None)))
        return [Taken(row.start_at, row.end_at, row.event_id) for row in rows]


def disagreements(events: Sequence[Taken]) -> list[str]:
    """What is not as it should be once all is quiet, by what it is; nothing where all is well.

    `events` are those of the service that stand on the calendar, by event id.
    """
    rows = visits()
    booked = [Taken(row.start_at, row.end_at, row.event_id) for row in rows if row.state == "booked"]
    wrong = [f"two visits overlap: {one}, {other}" for one, other in overlaps(booked)]
    wrong += [f"two events overlap: {one}, {other}" for one, other in overlaps(events)]
    wrong += [f"not on the calendar: {one}" for one in sorted(set(booked) - set(events))]
    wrong += [f"only on the calendar: {one}" for one in sorted(set(events) - set(booked))]
    wrong += [f"{len(events) - len(set(events))} events twice"] if len(events) != len(set(events)) else []
    wrong += [f"never settled: visit {row.id}, {row.state}" for row in rows if row.due_at is not None]
    with reading() as session:
        holds = list(session.scalars(select(Hold)))
    lasting = {(hold.appointment_id, hold.start_at) for hold in holds if hold.expires_at is None}
    expected = {(row.id, row.start_at) for row in rows if row.state == "booked"}
    wrong += [f"no hold lasts for visit {visit}" for visit, _ in sorted(expected - lasting)]
    wrong += [f"a hold lasts for nothing: visit {visit}" for visit, _ in sorted(lasting - expected)]
    return wrong
