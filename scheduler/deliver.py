"""Delivering: claim the row, ask the guards again, let go of the database, call the provider, record.

A text whose outcome is unknown stays `sending` and is never simply repeated: see reconcile.py. What a call
has led to is written only while the claim is still ours: another worker may have given it up for lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from actions.guards import Drop, Leave, Wait
from data import addresses, clock
from data.db import reading, writing
from data.models import Message
from data.queries.messages import claim, claimed_since, locked
from data.queries.senders import sender_of
from scheduler import rate_limit
from scheduler.consequences import drop, fail
from scheduler.jobs import SWEEP_EVERY, Job
from scheduler.provider import reach
from scheduler.provider.client import NotReached, Outbound, OutcomeUnknown, Refused, Sent, provider
from scheduler.standing import verdict_on
from scheduler.stopping import may_probe, start_again, wait_of
from scheduler.wake import wake

AT_ONCE = 0.01
"""Seconds that are not worth waiting for."""

AGAIN = timedelta(seconds=10)
"""How long a text waits when the provider could not be reached at all."""

CALL_WITHIN = timedelta(seconds=20)
"""So soon after the claim (real time) the call must begin: it and its time-outs have to be over before
reconcile.py looks for the text. A worker that was stopped in between for longer gives the text back."""

PLACE_LASTS = timedelta(seconds=2 * SWEEP_EVERY)
"""A place in the sender's pace that lies further back is lost: after an outage all of them do, at once."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that is ours to send; as a `probe` it shows whether its stopped sender may send again."""

    message: int
    at: datetime
    outbound: Outbound
    probe: bool


def deliver(message_id: int) -> list[Job]:
    """Send a queued text, if it is its turn and nothing speaks against it. Returns the jobs to wake."""
    with reading() as session:
        message = session.get(Message, message_id)
        if message is None or message.state != "queued":
            return []
        if not (message.due_at and message.due_at <= clock.now()):
            return []
        sender = sender_of(session, message)
        # a text that may not leave takes no place from others
        leaves = isinstance(verdict_on(session, message), Leave)
        has_place = message.paced and message.due_at >= clock.now() - PLACE_LASTS
    if leaves and not reach.may_try():
        _put_off(message_id, AGAIN)
        return []
    if leaves and not has_place:
        waits = rate_limit.reserve(sender.address, sender.per_second)
        if waits > AT_ONCE:
            _take_place(message_id, waits)
            return []
    probe = sender.stopped_reason is not None
    if leaves and probe and not may_probe(sender):
        _put_off(message_id, wait_of(sender))
        return []
    with writing() as session:
        claimed, jobs = _claim(session, message_id, probe)
    return jobs if claimed is None else _send(claimed)


def _take_place(message_id: int, seconds: float) -> None:
    """Wait for the place in the sender's pace that was reserved.

    What is further ahead is left to the sweeper, as the queue carries no long waits: of those a few seconds'
    worth leave together, and over any longer time the pace is kept.
    """
    with writing() as session:
        message = locked(session, message_id)
        if message.state != "queued" or (message.paced and message.due_at and message.due_at > clock.now()):
            return  # another worker was quicker
        message.due_at, message.paced = clock.now() + timedelta(seconds=seconds), True
    if seconds < SWEEP_EVERY:
        wake([Job("deliver", message_id)], delay=seconds)


def _put_off(message_id: int, wait: timedelta) -> None:
    """The sender is stopped, or the provider away, and another text tries whether it still is."""
    with writing() as session:
        message = locked(session, message_id)
        if message.state == "queued":
            message.due_at, message.paced = clock.now() + wait, False


def _claim(session: Session, message_id: int, probe: bool) -> tuple[Claimed | None, list[Job]]:
    """Take the row, unless a guard speaks against it now. Only a call to the provider is an attempt."""
    message = claim(session, message_id)
    if message is None:
        return None, []
    message.paced = False
    sender = sender_of(session, message)
    if sender.stopped_reason is not None and not probe:
        _give_back(message, clock.now() + wait_of(sender))
        return None, []
    match verdict_on(session, message):
        case Drop(reason):
            message.attempts -= 1
            return None, drop(session, message, reason)
        case Wait(until):
            _give_back(message, until)
            return None, []
        case Leave(valid_for):
            outbound = Outbound(
                to=message.to_address,
                sender=sender.address,
                channel=message.channel,
                body=message.body,
                status_callback=addresses.status_callback(message.id),
                valid_for=valid_for,
            )
            assert message.claimed_at is not None, "claim() has set it"
            return Claimed(message.id, message.claimed_at, outbound, probe), []


def _give_back(message: Message, until: datetime) -> None:
    """It was not sent, for certain: it waits again, and no attempt is counted."""
    message.state, message.claimed_at, message.due_at = "queued", None, until
    message.attempts -= 1


def _send(claimed: Claimed) -> list[Job]:
    begun = False
    try:
        client = provider()
        begun = clock.real() - claimed.at <= CALL_WITHIN
        if not begun:
            _return(claimed, timedelta(0))
            return []
        sent = client.send(claimed.outbound)
    except NotReached:
        reach.failed()
        _return(claimed, AGAIN)
        log.warning("provider not reached, trying again", message=claimed.message)
        return []
    except OutcomeUnknown:
        reach.failed()
        log.warning("outcome unknown, to be reconciled", message=claimed.message)
        return []
    except Refused as refusal:
        reach.answered()
        with writing() as session:
            message = claimed_since(session, claimed.message, claimed.at)
            if message is None:
                return []
            return fail(session, message, refusal.code, "failed", asked_to_wait=refusal.wait)
    except BaseException:
        # this worker is to end, or has run out of time, before the provider was called
        if not begun:
            _return(claimed, timedelta(0))
        raise
    reach.answered()
    with writing() as session:
        message = locked(session, claimed.message)
        record(message, sent)
        if claimed.probe:
            start_again(session, message, delivered=False)
    return []


def _return(claimed: Claimed, wait: timedelta) -> None:
    """Put a text back that was not sent, unless it is no longer ours."""
    with writing() as session:
        message = claimed_since(session, claimed.message, claimed.at)
        if message is not None:
            _give_back(message, clock.now() + wait)


def record(message: Message, sent: Sent) -> None:
    """The provider has it: its id, and the moment from which it stands in the transcript."""
    message.provider_id = message.provider_id or sent.provider_id
    message.sent_at = message.sent_at or clock.now()
    if message.state in ("sending", "unknown"):
        message.state = "sent"
