"""Reconciling: a text whose outcome is unknown is looked for at the provider before anything is repeated."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import clock
from data.db import reading, writing
from data.message_states import FAILURES, KINDS
from data.models import DeliveryEvent, Message
from scheduler.consequences import answer_lost
from scheduler.deliver import record
from scheduler.jobs import Job
from scheduler.provider.client import NotReached, Refused, Sent, provider

UNKNOWN_AFTER = timedelta(seconds=60)
"""A text that has been `sending` for so long (real time) has an unknown outcome."""

SKEW = timedelta(seconds=5)
"""How far the provider's clock may be behind ours."""

log = structlog.get_logger(__name__)


def reconcile(message_id: int) -> list[Job]:
    """Find out what became of a text. Found: recorded. Not found: a reply goes once more, a touch never."""
    with reading() as session:
        message = session.get(Message, message_id)
        if message is None or message.state != "sending" or message.claimed_at is None:
            return []
        if message.claimed_at + UNKNOWN_AFTER > clock.real():
            return []
        ours = _known(session, message)
        to, channel, body, claimed_at = message.to_address, message.channel, message.body, message.claimed_at
        sent_after = message.claimed_at - SKEW + (clock.now() - clock.real())
    try:
        found = [
            sent
            for sent in provider().sent_to(to, channel, sent_after)
            if sent.provider_id not in ours and _same(sent.body, body) and _since(sent, sent_after)
        ]
    except (NotReached, Refused) as error:
        log.warning("cannot reconcile yet", message=message_id, error=type(error).__name__)
        return []
    with writing() as session:
        message = session.get_one(Message, message_id)
        if message.state != "sending" or message.claimed_at != claimed_at:
            return []  # a receipt was quicker
        if found:
            record(message, found[0])
            return []
        message.unknowns += 1
        if KINDS[message.kind].proactive or message.unknowns > 1:
            message.state = "unknown"
            return answer_lost(session, message)
        message.state, message.claimed_at, message.due_at = "queued", None, clock.now()
        return [Job("deliver", message.id)]


def _known(session: Session, message: Message) -> set[str]:
    """The provider's ids of the other texts to the same number, and of old attempts at this one."""
    others = select(Message.provider_id).where(
        Message.provider_id.is_not(None), Message.contact_id == message.contact_id
    )
    if message.contact_id is None:  # a notice to staff, among those of the last days
        others = others.where(Message.created_at >= message.created_at - timedelta(days=2))
    old = select(DeliveryEvent.provider_id).where(
        DeliveryEvent.message_id == message.id, DeliveryEvent.status.in_(FAILURES)
    )
    return {known for known in (*session.scalars(others), *session.scalars(old)) if known}


def _same(theirs: str, ours: str) -> bool:
    return " ".join(theirs.split()) == " ".join(ours.split())


def _since(sent: Sent, moment: datetime) -> bool:
    return sent.created_at is None or sent.created_at >= moment
