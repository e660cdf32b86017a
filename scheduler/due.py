"""What is due, read from the rows alone: how the sweeper rebuilds every queue entry that was ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data import clock
from data.message_states import KINDS
from data.models import (
    Appointment,
    Callback,
    Campaign,
    Contact,
    Conversation,
    Enrollment,
    Handoff,
    Message,
    Sender,
)
from scheduler.jobs import DueJob, Job, JobKind
from scheduler.reconcile import UNKNOWN_AFTER

PROACTIVE = [name for name, kind in KINDS.items() if kind.proactive]

SWEEP_EVERY = 5.0
"""Seconds between two sweeps: how long a text waits at most when its wake-up was lost."""

Source = tuple[JobKind, InstrumentedAttribute[int], InstrumentedAttribute[Any], ColumnElement[bool], int]


def _sources(limit: int, openers: int) -> Iterator[Source]:
    """For each kind of job: its row, the moment it waits for, what makes it wait, how many at a time."""
    yield "converse", Contact.id, Contact.due_at, Contact.due_at.is_not(None), limit
    queued = Message.state == "queued"
    yield "deliver", Message.id, Message.due_at, queued & Message.kind.not_in(PROACTIVE), limit
    yield "deliver", Message.id, Message.due_at, queued & Message.kind.in_(PROACTIVE), openers
    yield "appointment", Appointment.id, Appointment.due_at, Appointment.due_at.is_not(None), limit
    yield "notice", Handoff.id, Handoff.notice_due_at, Handoff.notice_due_at.is_not(None), limit
    yield "callback", Callback.id, Callback.due_at, (Callback.state == "pending") & ~_held_up(), limit
    yield (
        "touch",
        Enrollment.id,
        Enrollment.due_at,
        (Enrollment.state == "active")
        & Enrollment.due_at.is_not(None)
        & exists().where(Campaign.id == Enrollment.campaign_id, Campaign.state == "running"),
        openers,
    )


def _held_up() -> ColumnElement[bool]:
    """A conversation that staff have, or that an emergency froze, keeps its callbacks waiting."""
    waits_for_staff = exists().where(
        Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None), Handoff.silent
    )
    return exists().where(
        Conversation.contact_id == Callback.contact_id,
        or_(
            Conversation.frozen_at.is_not(None),
            Conversation.staff_took_over_at.is_not(None),
            waits_for_staff,
        ),
    )


def due_jobs(session: Session, until: datetime, limit: int = 500) -> list[DueJob]:
    """The jobs that wait for a moment up to `until` (aware), the longest waiting first."""
    found: list[DueJob] = []
    # no more openers at a time than can leave until the next look, so that replies never queue behind them
    paces = session.scalars(select(Sender.per_second).where(Sender.stopped_reason.is_(None)))
    openers = min(limit, int(sum(paces) * SWEEP_EVERY) + 1)
    for kind, row, due_at, waits, most in _sources(limit, openers):
        rows = session.execute(
            select(row, due_at).where(waits, due_at <= until).order_by(due_at, row).limit(most)
        )
        found += (DueJob(Job(kind, row_id), moment) for row_id, moment in rows)
    stuck = session.execute(
        select(Message.id, Message.claimed_at)
        .where(Message.state == "sending", Message.claimed_at <= clock.real() - UNKNOWN_AFTER)
        .limit(limit)
    )
    found += (DueJob(Job("reconcile", row_id), until) for row_id, _ in stuck)
    return sorted(found, key=lambda due: due.due_at)
