"""Claiming touches out of a sender's outbox: a small batch in one transaction, asked about together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, column, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from actions.guards import Drop, Leave, Wait
from actions.state import State
from actions.words.brief import says_never
from data import addresses, clock, crypto
from data.db import writing
from data.models import (
    Business,
    Campaign,
    Contact,
    Conversation,
    Enrollment,
    Message,
    Sender,
    Touch,
    WhatsAppTemplate,
)
from scheduler.campaigns.taking_back import is_withdrawn, rewind
from scheduler.consequences import drop
from scheduler.jobs import Job
from scheduler.outreach.composing import brief_of, names_openings
from scheduler.outreach.facts import Text, verdicts
from scheduler.outreach.marks import About
from scheduler.outreach.outbox import expecting
from scheduler.outreach.places import outbox_of
from scheduler.outreach.wording import health_in
from scheduler.provider.client import Outbound

_CLAIMING = 20_260
"""The class of our locks on contacts: what is locked is an idea, so that nobody who writes a row waits."""

_contact = func.unnest(bindparam("contacts", type_=ARRAY(Integer))).table_valued(column("id", Integer))
_contact = _contact.render_derived(name="contact_of_text")
_FREE = select(_contact.c.id).where(func.pg_try_advisory_xact_lock(_CLAIMING, _contact.c.id))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A touch that is ours to send."""

    about: About
    outbound: Outbound
    contact: int
    segments: int
    is_last: bool = False
    with_openings: bool = False


@dataclass(slots=True)
class Batch:
    """What was claimed, how many texts were looked at, and the jobs that come of those that may not leave."""

    at: datetime
    claimed: list[Claimed] = field(default_factory=list)
    looked_at: int = 0
    jobs: list[Job] = field(default_factory=list)


def claim_some(sender: Sender, most: int) -> Batch:
    """Take up to `most` touches that are due; those against which something speaks are dealt with."""
    batch = Batch(clock.real())
    with writing() as session:
        messages = session.scalars(
            outbox_of(sender)
            .where(Message.due_at <= clock.now())
            .order_by(Message.due_at, Message.id)
            .limit(most)
            .with_for_update(of=Message, skip_locked=True, key_share=True)
        ).all()
        batch.looked_at = len(messages)
        if alone := _one_a_contact(session, messages):
            _sort(session, sender, alone, batch)
    return batch


def _one_a_contact(session: Session, messages: Sequence[Message]) -> list[Message]:
    """The first text of each contact for whom nobody else claims at this moment.

    Two campaigns may have a text for the same contact in the outbox. The guards see of each that the other
    one only waits; once one is claimed they see that, and the other one keeps its distance.
    """
    first: dict[int | None, Message] = {}
    for message in messages:
        first.setdefault(message.contact_id, message)
    if first and session.get_bind().dialect.name == "postgresql":  # SQLite has one writer
        free = set(session.scalars(_FREE, {"contacts": list(first)}))
        return [message for contact, message in first.items() if contact in free]
    return list(first.values())


def _sort(session: Session, sender: Sender, messages: Sequence[Message], batch: Batch) -> None:
    business = session.get_one(Business, sender.business_id)
    contacts = _by_id(session, Contact, {message.contact_id for message in messages})
    enrollments = _by_id(session, Enrollment, {message.enrollment_id for message in messages})
    campaigns = _by_id(session, Campaign, {row.campaign_id for row in enrollments.values()})
    touches = _by_id(session, Touch, {message.touch_id for message in messages})
    templates = _by_id(session, WhatsAppTemplate, {row.whatsapp_template_id for row in touches.values()})
    texts = []
    for message in messages:
        enrollment = enrollments.get(message.enrollment_id)
        campaign = campaigns.get(enrollment.campaign_id) if enrollment else None
        texts.append(
            Text(
                contacts[message.contact_id],
                enrollment,
                campaign,
                message.channel,
                message.created_at,
                message.content_sid is not None,
                message.id,
            )
        )
    taken: list[int] = []
    for message, text, verdict in zip(messages, texts, verdicts(session, business, texts), strict=True):
        campaign = text.campaign
        if text.enrollment and campaign and is_withdrawn(campaign, message.created_at):
            if not isinstance(verdict, Drop):
                _take_back(session, message, text.enrollment, batch)
                continue
        elif isinstance(verdict, Leave) and campaign and says_never(brief_of(campaign), message.body):
            verdict = Drop("says_never")
        elif isinstance(verdict, Leave) and health_in(message.body, business):
            verdict = Drop("names_health")  # the trade was set, or a service added, since it was worded
        touch = touches.get(message.touch_id)
        template = templates.get(touch.whatsapp_template_id) if touch else None
        with_openings = touch is not None and names_openings(message.channel, touch, template)
        match verdict:
            case Drop(reason):
                batch.jobs += drop(session, message, reason)
                if with_openings:
                    _unsay(session, message)
            case Wait(until):
                message.due_at = until
            case Leave(valid_for):
                taken.append(message.id)
                batch.claimed.append(
                    Claimed(
                        About(
                            message.id,
                            batch.at,
                            business.id,
                            crypto.keyed_hash(business.hash_key, text.contact.phone),
                            message.channel,
                        ),
                        outbound(sender, message, valid_for),
                        text.contact.id,
                        message.segments or 1,
                        is_last=touch is not None and touch.is_last,
                        with_openings=with_openings,
                    )
                )
    session.flush()
    if taken:
        session.execute(
            update(Message)
            .where(Message.id.in_(taken))
            .values(
                state="sending",
                claimed_at=batch.at,
                called_at=None,
                attempts=Message.attempts + 1,
                paced=False,
            ),
            execution_options={"synchronize_session": False},
        )


def _take_back(session: Session, message: Message, enrollment: Enrollment, batch: Batch) -> None:
    """Its words are no longer the campaign's: it is worded anew when its turn comes again."""
    rewind(enrollment, message)
    session.delete(message)
    refill = Job("outreach", message.business_id)
    if refill not in batch.jobs:
        batch.jobs.append(refill)


def _unsay(session: Session, message: Message) -> None:
    """Openings that were noted for this text (scheduler/outreach/freshening.py) were never offered: it was
    claimed before, and something came between. An answer is not to be taken as a choice among them."""
    conversation = session.scalar(
        select(Conversation)
        .where(Conversation.contact_id == message.contact_id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    state = State.from_json(conversation.state) if conversation else State()
    if conversation and state.in_touch and state.offered:
        conversation.state = expecting(state).to_json()


def outbound(sender: Sender, message: Message, valid_for: timedelta | None) -> Outbound:
    """What the provider is handed."""
    return Outbound(
        to=message.to_address,
        sender=sender.address,
        channel=message.channel,
        body=message.body,
        status_callback=addresses.status_callback(message.id),
        valid_for=valid_for,
        content_sid=message.content_sid,
        content_variables=message.content_variables,
    )


def put_off(sender: Sender, wait: timedelta) -> None:
    """The sender may not send, or the provider is away: what is due waits that much longer."""
    until = clock.now() + wait
    with writing() as session:
        due = session.scalars(
            outbox_of(sender)
            .where(Message.due_at <= clock.now())
            .with_only_columns(Message.id)
            .limit(1_000)
            .with_for_update(of=Message, skip_locked=True, key_share=True)
        ).all()
        if due:
            session.execute(
                update(Message).where(Message.id.in_(due)).values(due_at=until, paced=False),
                execution_options={"synchronize_session": False},
            )


def _by_id(session: Session, model: Any, ids: set[Any]) -> dict[Any, Any]:
    wanted = ids - {None}
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(wanted)))}
