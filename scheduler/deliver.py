"""Delivering: claim the row, ask the guards again, let go of the database, call the provider, record.

A text whose outcome is unknown stays `sending` and is never simply repeated: see reconcile.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from actions.guards import Drop, Leave, Wait, may_leave
from data import addresses, clock
from data.db import reading, writing
from data.models import Contact, Message
from data.queries.messages import claim
from data.queries.senders import sender_of
from data.whereabouts import Whereabouts
from scheduler import rate_limit
from scheduler.consequences import fail
from scheduler.gather import whereabouts_of
from scheduler.jobs import Job
from scheduler.provider.client import NotReached, Outbound, OutcomeUnknown, Refused, Sent, provider
from scheduler.standing import standing_of
from scheduler.wake import wake

AT_ONCE = 0.01
"""Seconds that are not worth waiting for."""

AGAIN = timedelta(seconds=10)
"""How long a text waits when the provider could not be reached at all."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that is ours to send."""

    message: int
    outbound: Outbound


def deliver(message_id: int) -> list[Job]:
    """Send a queued text, if it is its turn and nothing speaks against it. Returns the jobs to wake."""
    with reading() as session:
        message = session.get(Message, message_id)
        if message is None or message.state != "queued":
            return []
        if not (message.due_at and message.due_at <= clock.now()):
            return []
        sender, paced = sender_of(session, message), message.paced
    if not paced:
        waits = rate_limit.reserve(sender.address, sender.per_second)
        if waits > AT_ONCE:
            _take_place(message_id, waits)
            return []
    with writing() as session:
        claimed = _claim(session, message_id)
    return [] if claimed is None else _send(claimed)


def _take_place(message_id: int, seconds: float) -> None:
    """Wait for the place in the sender's pace that was reserved."""
    with writing() as session:
        message = session.get_one(Message, message_id)
        if message.state != "queued" or message.paced:
            return
        message.due_at, message.paced = clock.now() + timedelta(seconds=seconds), True
    wake([Job("deliver", message_id)], delay=seconds)


def _claim(session: Session, message_id: int) -> Claimed | None:
    """Take the row, unless a guard speaks against it now."""
    message = claim(session, message_id)
    if message is None:
        return None
    message.paced = False
    sender = sender_of(session, message)
    where = Whereabouts()
    if message.contact_id is not None:
        where = whereabouts_of(session.get_one(Contact, message.contact_id))
    if sender.stopped_reason is not None:
        message.state, message.claimed_at = "queued", None
        message.due_at = clock.now() + timedelta(minutes=5)
        return None
    match may_leave(message.kind, message.channel, standing_of(session, message), where, clock.now()):
        case Drop(reason):
            message.state, message.cancelled_reason, message.claimed_at = "cancelled", reason, None
            return None
        case Wait(until):
            message.state, message.due_at, message.claimed_at = "queued", until, None
            message.attempts -= 1
            return None
        case Leave(valid_for):
            return Claimed(
                message.id,
                Outbound(
                    to=message.to_address,
                    sender=sender.address,
                    channel=message.channel,
                    body=message.body,
                    status_callback=addresses.status_callback(message.id),
                    valid_for=valid_for,
                ),
            )


def _send(claimed: Claimed) -> list[Job]:
    try:
        sent = provider().send(claimed.outbound)
    except NotReached:
        with writing() as session:
            message = session.get_one(Message, claimed.message)
            message.state, message.claimed_at, message.due_at = "queued", None, clock.now() + AGAIN
        log.warning("provider not reached, trying again", message=claimed.message)
        return []
    except OutcomeUnknown:
        log.warning("outcome unknown, to be reconciled", message=claimed.message)
        return []
    except Refused as refusal:
        with writing() as session:
            return fail(session, session.get_one(Message, claimed.message), refusal.code, "failed")
    with writing() as session:
        record(session.get_one(Message, claimed.message), sent)
    return []


def record(message: Message, sent: Sent) -> None:
    """The provider has it: its id, and the moment from which it stands in the transcript."""
    message.provider_id = message.provider_id or sent.provider_id
    message.sent_at = message.sent_at or clock.now()
    if message.state in ("sending", "unknown"):
        message.state = "sent"
