"""What is due, read from the rows alone: how the sweeper rebuilds every queue entry that was ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data import clock
from data.models import (
    Appointment,
    Callback,
    Campaign,
    Contact,
    Conversation,
    Enrollment,
    Handoff,
    Message,
)
from scheduler.jobs import DueJob, Job, JobKind
from scheduler.reconcile import UNKNOWN_AFTER

Source = tuple[JobKind, InstrumentedAttribute[int], InstrumentedAttribute[Any], ColumnElement[bool]]


def _sources() -> Iterator[Source]:
    """For each kind of job: its row's id, the moment it waits for, and what makes it wait at all."""
    yield "converse", Contact.id, Contact.due_at, Contact.due_at.is_not(None)
    yield "deliver", Message.id, Message.due_at, Message.state == "queued"
    yield "appointment", Appointment.id, Appointment.due_at, Appointment.due_at.is_not(None)
    yield "notice", Handoff.id, Handoff.notice_due_at, Handoff.notice_due_at.is_not(None)
    yield "callback", Callback.id, Callback.due_at, (Callback.state == "pending") & ~_held_up()
    yield (
        "touch",
        Enrollment.id,
        Enrollment.due_at,
        (Enrollment.state == "active")
        & Enrollment.due_at.is_not(None)
        & exists().where(Campaign.id == Enrollment.campaign_id, Campaign.state == "running"),
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
    for kind, row, due_at, waits in _sources():
        rows = session.execute(
            select(row, due_at).where(waits, due_at <= until).order_by(due_at, row).limit(limit)
        )
        found += (DueJob(Job(kind, row_id), moment) for row_id, moment in rows)
    stuck = session.execute(
        select(Message.id, Message.claimed_at)
        .where(Message.state == "sending", Message.claimed_at <= clock.real() - UNKNOWN_AFTER)
        .limit(limit)
    )
    found += (DueJob(Job("reconcile", row_id), until) for row_id, _ in stuck)
    return sorted(found, key=lambda due: due.due_at)
