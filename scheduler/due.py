"""What is due, read from the rows alone: how the sweeper rebuilds every queue entry that was ever lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    bindparam,
    exists,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from data import clock
from data.message_states import KINDS
from data.models import (
    Appointment,
    Callback,
    Contact,
    Conversation,
    Handoff,
    Message,
    Sender,
)
from scheduler.follow import due_to_follow
from scheduler.jobs import SWEEP_EVERY as SWEEP_EVERY  # app.py beats by it
from scheduler.jobs import DueJob, Job, JobKind
from scheduler.outreach.due import due_outreach
from scheduler.reconcile import UNKNOWN_AFTER

REPLIES = [name for name, kind in KINDS.items() if not kind.proactive]
PROACTIVE = [name for name, kind in KINDS.items() if kind.proactive and name != "touch"]
"""What the business starts one by one; touches leave in bulk (scheduler/outreach)."""

LATE = timedelta(seconds=3 * SWEEP_EVERY)
"""What has been due for so long (wall time) goes ahead of everything that waits in the queue."""

FIRST = 20
"""So many go ahead at a sweep: a few seconds' worth, so that the queue itself goes on too."""

Source = tuple[JobKind, InstrumentedAttribute[int], InstrumentedAttribute[Any], ColumnElement[bool]]


def _work() -> Iterator[Source]:
    """What is never held back: for each kind of job its row, the moment it waits for, what makes it wait."""
    yield "converse", Contact.id, Contact.due_at, Contact.due_at.is_not(None)
    for kind in REPLIES:  # one by one, so that each is read in order from the index
        yield "deliver", Message.id, Message.due_at, _queued(kind)
    yield "appointment", Appointment.id, Appointment.due_at, Appointment.due_at.is_not(None)
    yield "notice", Handoff.id, Handoff.notice_due_at, Handoff.notice_due_at.is_not(None)
    silence = Conversation.nudge_due_at.is_not(None) & ~_held_up(Conversation.contact_id)
    yield "nudge", Conversation.id, Conversation.nudge_due_at, silence
    pending = Callback.state == "pending"
    yield "callback", Callback.id, Callback.due_at, pending & ~_held_up(Callback.contact_id)
    reminded = Appointment.remind_at.is_not(None) & ~_held_up(Appointment.contact_id)
    yield "reminder", Appointment.id, Appointment.remind_at, reminded


def _openers() -> Iterator[Source]:
    """The texts that the business starts one by one."""
    for kind in PROACTIVE:
        yield "deliver", Message.id, Message.due_at, _queued(kind) & ~_held_up(Message.contact_id)


def _queued(kind: str) -> ColumnElement[bool]:
    return (Message.state == "queued") & (Message.kind == kind)


def _held_up(contact: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """A conversation that staff have, or that an emergency froze, keeps what the business starts waiting."""
    waits_for_staff = exists().where(
        Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None), Handoff.silent
    )
    return exists().where(
        Conversation.contact_id == contact,
        or_(
            Conversation.frozen_at.is_not(None),
            Conversation.staff_took_over_at.is_not(None),
            waits_for_staff,
        ),
    )


def due_jobs(session: Session, until: datetime, limit: int = 500) -> list[DueJob]:
    """The jobs that wait for a moment up to `until` (aware), the longest waiting first."""
    # no more openers at a time than can leave until the next look, so that replies never queue behind them
    paces = session.scalars(select(Sender.per_second).where(Sender.stopped_reason.is_(None)))
    places = min(limit, int(sum(paces) * SWEEP_EVERY) + 1)
    found = [*_find(session, until, limit, places), *due_outreach(session, until)]
    stuck = session.execute(
        select(Message.id, Message.claimed_at)
        .where(Message.state == "sending", Message.claimed_at <= clock.real() - UNKNOWN_AFTER)
        .limit(limit)
    )
    found += (
        # since when its outcome could have been asked for, which is real time
        DueJob(Job("reconcile", row_id), until - (clock.real() - claimed_at - UNKNOWN_AFTER))
        for row_id, claimed_at in stuck
        if claimed_at is not None
    )
    real = clock.real()
    # whoever asks about a moment in the past (rekindle doctor) wants what has been due since then
    late = clock.now() - until - timedelta(seconds=5)
    found += (
        DueJob(Job("follow", row_id), until - (real - since))
        for row_id, since in due_to_follow(session, real)
        if real - since > late
    )
    return sorted(found, key=lambda due: due.due_at)


def late_jobs(due: Iterable[DueJob], now: datetime) -> list[Job]:
    """Those of the due jobs that have waited for several sweeps, the longest waiting first; no openers.

    Their wake-ups are lost, or lie behind too much else: the workers are to do these first.
    """
    late = (one.job for one in due if not one.in_bulk and one.due_at <= now - LATE)
    return list(islice(late, FIRST))


def _find(session: Session, until: datetime, most: int, places: int) -> Iterator[DueJob]:
    """The longest waiting of each source: `most` of those never held back, `places` of the openers in all."""
    kinds, begins, statement = _question()
    rows = list(session.execute(statement, {"until": until, "most": most, "places": places}))
    rows.sort(key=lambda row: (row.source, row.due, row.row))
    for row in rows:
        in_bulk = row.source >= begins
        if in_bulk and places == 0:
            return
        places -= in_bulk
        yield DueJob(Job(kinds[row.source], row.row), row.due, in_bulk=in_bulk)


@lru_cache(maxsize=1)
def _question() -> tuple[list[JobKind], int, CompoundSelect[Any]]:
    """All sources in one statement; the kinds of job that they lead to, and from which on they are openers.

    Each for itself they would be seventeen ways to the database, at every sweep.
    """
    work, openers = list(_work()), list(_openers())
    parts = []
    for number, (_, row, due_at, waits) in enumerate([*work, *openers]):
        most = bindparam("most" if number < len(work) else "places", type_=Integer)
        part = select(literal(number).label("source"), row.label("row"), due_at.label("due"))
        parts.append(
            part.where(waits, due_at <= bindparam("until", type_=Contact.due_at.type))
            .order_by(due_at, row)
            .limit(most)
            .subquery()
        )
    kinds = [kind for kind, *_ in (*work, *openers)]
    return kinds, len(work), union_all(*(select(part) for part in parts))
