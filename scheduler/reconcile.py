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
from data.queries.messages import claimed_since
from scheduler.consequences import answer_lost
from scheduler.deliver import record
from scheduler.jobs import Job
from scheduler.outreach.marks import give_back
from scheduler.outreach.promised import keep_promise
from scheduler.provider import reach
from scheduler.provider.client import NotReached, Refused, Sent, provider
from scheduler.receipts import receive_receipt

UNKNOWN_AFTER = timedelta(seconds=60)
"""A text that has been `sending` for so long (real time) has an unknown outcome."""

SKEW = timedelta(seconds=5)
"""How far the provider's clock may be behind ours."""

log = structlog.get_logger(__name__)


def reconcile(message_id: int) -> list[Job]:
    """Find out what became of a text. Found: recorded. Not found: a reply goes once more, a touch never.

    A touch whose call never began is given back without asking: its worker died before.
    """
    with reading() as session:
        message = session.get(Message, message_id)
        if message is None or message.state != "sending" or message.claimed_at is None:
            return []
        if message.claimed_at + UNKNOWN_AFTER > clock.real():
            return []
        never_called = message.kind == "touch" and message.called_at is None
        ours = _known(session, message) if not never_called else set()
        to, channel, body, claimed_at = message.to_address, message.channel, message.body, message.claimed_at
    if never_called:
        give_back([message_id], claimed_at)
        return []
    # wall time may have been moved on since (a demo), or lie in the past (a rehearsal)
    sent_after = claimed_at - SKEW + min(clock.now() - clock.real(), timedelta(0))
    if not reach.may_try():
        return []
    try:
        found = [
            sent
            for sent in provider().sent_to(to, channel, sent_after)
            if sent.provider_id not in ours and _same(sent.body, body)
        ]
    except NotReached:
        reach.failed()
        log.warning("cannot reconcile yet: no answer", message=message_id)
        return []
    except Refused as refusal:
        reach.answered()
        log.warning("cannot reconcile yet: refused", message=message_id, code=refusal.code)
        return []
    reach.answered()
    if found and _record(message_id, claimed_at, found[-1]):
        # as it stands by now: the receipts that told may have been lost
        return receive_receipt(found[-1].provider_id, found[-1].status, found[-1].error_code, message_id)
    return [] if found else _not_found(message_id, claimed_at)


def _record(message_id: int, claimed_at: datetime, sent: Sent) -> bool:
    with writing() as session:
        message = claimed_since(session, message_id, claimed_at)
        if message is None:
            return False  # a receipt was quicker
        record(message, sent)
        keep_promise(session, message)
        return True


def _not_found(message_id: int, claimed_at: datetime) -> list[Job]:
    with writing() as session:
        message = claimed_since(session, message_id, claimed_at)
        if message is None:
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
