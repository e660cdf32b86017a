"""Which outreach is due, read from the rows: queues that may be filled from, outboxes that may be sent from.

Each question reads a stretch of one partial index, however long the lists are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from data import clock
from data.models import Campaign, Enrollment, Message, Sender
from scheduler.campaigns.ending import left_open
from scheduler.campaigns.enrolling_slices import left_lying
from scheduler.jobs import DueJob, Job
from scheduler.outreach.places import OUTBOX, RUNS
from scheduler.outreach.waiting import STANDS, WAITS

JUST_NOW = timedelta(seconds=5)

ORPHANS = 20
"""Touches from a number that the business no longer has: so many at a time are delivered one by one."""


def due_outreach(session: Session, until: datetime) -> Iterator[DueJob]:
    """The outreach that waits for a moment up to `until` (aware)."""
    yield from _enrolling(session, until)
    yield from _waiting(session, until)
    # to stand in a queue is to wait for one's turn, and is never overdue: whoever asks what has been due for
    # minutes hears nothing of it (the moment of a sweep itself is past by a little, too)
    if until >= clock.now() - JUST_NOW:
        yield from _standing(session)
    yield from _ready(session, until)
    yield from _orphans(session, until)


def _enrolling(session: Session, until: datetime) -> Iterator[DueJob]:
    """Campaigns whose enrolling, or ending, is under way, and in nobody's hand."""
    if until < clock.now() - JUST_NOW:
        return
    for campaign in session.scalars(select(Campaign.id).where(left_lying(clock.real()))):
        yield DueJob(Job("enrol", campaign), clock.now(), in_bulk=True)
    for campaign in session.scalars(select(Campaign.id).where(left_open(clock.real()))):
        yield DueJob(Job("end", campaign), clock.now(), in_bulk=True)


def _waiting(session: Session, until: datetime) -> Iterator[DueJob]:
    """The first that takes its place: the job takes care of all others."""
    first = session.execute(
        select(Campaign.business_id, Enrollment.due_at)
        .join(Campaign, Campaign.id == Enrollment.campaign_id)
        .where(WAITS, Enrollment.due_at <= until)
        .order_by(Enrollment.due_at)
        .limit(1)
    ).one_or_none()
    if first is not None and first.due_at is not None:
        yield DueJob(Job("outreach", first.business_id), first.due_at, in_bulk=True)


def _standing(session: Session) -> Iterator[DueJob]:
    """Businesses with somebody in the queue of a running campaign, and nothing in the outbox to send."""
    stands = exists().where(Enrollment.campaign_id == Campaign.id, STANDS)
    sender = exists().where(Sender.business_id == Campaign.business_id)
    sends = exists().where(Sender.business_id == Campaign.business_id, Sender.stopped_reason.is_(None))
    now = clock.now()
    businesses = session.scalars(
        select(Campaign.business_id)
        .where(
            Campaign.state == "running", Campaign.looked_to.is_(None), stands, sender, or_(sends, ~_outbox())
        )
        .where(~_outbox(Message.due_at <= now))
        .distinct()
    )
    for business in businesses:
        yield DueJob(Job("outreach", business), now, in_bulk=True)


def _outbox(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the business of a campaign has touches in the outbox that may leave."""
    other = select(Campaign.id, Campaign.state).subquery()
    return exists(
        select(Message.id)
        .join(Sender, (Sender.address == Message.from_address) & (Sender.channel == Message.channel))
        .outerjoin(Enrollment, Enrollment.id == Message.enrollment_id)
        .outerjoin(other, other.c.id == Enrollment.campaign_id)
        .where(
            OUTBOX,
            Sender.business_id == Campaign.business_id,
            Message.business_id == Campaign.business_id,
            or_(other.c.id.is_(None), other.c.state.not_in(("paused", "draft"))),
            *which,
        )
        .correlate(Campaign)
    )


def _ready(session: Session, until: datetime) -> Iterator[DueJob]:
    """Senders with touches in their outbox, and since when the first of them waits."""
    first = (
        select(Message.due_at)
        .outerjoin(Enrollment, Enrollment.id == Message.enrollment_id)
        .outerjoin(Campaign, Campaign.id == Enrollment.campaign_id)
        .where(
            OUTBOX,
            Message.from_address == Sender.address,
            Message.business_id == Sender.business_id,
            Message.channel == Sender.channel,
            Message.due_at <= until,
            RUNS,
        )
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .correlate(Sender)
        .scalar_subquery()
    )
    for sender, due_at in session.execute(select(Sender.id, first)):
        if due_at is not None:
            yield DueJob(Job("dispatch", sender), due_at, in_bulk=True)


def _orphans(session: Session, until: datetime) -> Iterator[DueJob]:
    has_sender = exists().where(
        Sender.address == Message.from_address,
        Sender.business_id == Message.business_id,
        Sender.channel == Message.channel,
    )
    rows = session.execute(
        select(Message.id, Message.due_at)
        .where(OUTBOX, Message.due_at <= until, ~has_sender)
        .order_by(Message.due_at)
        .limit(ORPHANS)
    )
    for message, due_at in rows:
        if due_at is not None:
            yield DueJob(Job("deliver", message), due_at, in_bulk=True)
