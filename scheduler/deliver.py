"""Delivering: claim the row, ask the guards again, let go of the database, call the provider, record.

A text whose outcome is unknown stays `sending` and is never simply repeated: see reconcile.py. What a call
has led to is written only while the claim is still ours: another worker may have given it up for lost.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from actions.guards import Drop, Leave, Wait
from data import addresses, clock
from data.db import reading, writing
from data.models import Message
from data.queries.messages import claim, claimed_since, locked
from data.queries.senders import sender_of
from scheduler import permits
from scheduler.consequences import drop, fail
from scheduler.jobs import SWEEP_EVERY, Job
from scheduler.outreach.promised import keep_promise
from scheduler.outreach.registration import needs_registration
from scheduler.provider import reach
from scheduler.provider.client import NotReached, Outbound, OutcomeUnknown, Refused, Sent, provider
from scheduler.standing import verdict_on
from scheduler.stopping import may_probe, start_again, wait_of
from scheduler.wake import wake

AGAIN = timedelta(seconds=10)
"""How long a text waits when the provider could not be reached at all."""

CALL_WITHIN = timedelta(seconds=20)
"""So soon after the claim (real time) the call must begin: it and its time-outs have to be over before
reconcile.py looks for the text. A worker that was stopped in between for longer gives the text back."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Permit:
    """The text's permit to leave at its sender's pace (permits.py)."""

    sender: str
    per_second: float
    message: int
    token: str = field(default_factory=lambda: secrets.token_hex(6))

    def take(self) -> float:
        """0, or in how many seconds to ask again: answers wait before everything that is sent in bulk."""
        waits_as = f"message {self.message}"
        taken = permits.take(self.sender, self.per_second, [self.token], first=waits_as)
        return 0.0 if taken.permits else taken.wait

    def give_up(self) -> None:
        permits.give_up(self.sender, [self.token])

    def returned(self) -> None:
        permits.returned(self.sender, self.per_second, [self.token])


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
        bulk = message.kind == "touch"
    if leaves and not reach.may_try():
        _put_off(message_id, AGAIN)
        return []
    probe = sender.stopped_reason is not None
    if leaves and ((probe and not may_probe(sender)) or (bulk and needs_registration(sender))):
        _put_off(message_id, wait_of(sender))
        return []
    permit = Permit(sender.address, sender.per_second, message_id)
    if leaves and (waits := permit.take()):
        _take_place(message_id, waits)
        return []
    claimed = None
    try:
        with writing() as session:
            claimed, jobs = _claim(session, message_id, probe)
    finally:
        if claimed is None:
            permit.give_up()
    return jobs if claimed is None else _send(claimed, permit)


def _take_place(message_id: int, seconds: float) -> None:
    """Wait for a permit, for about so long.

    What is further ahead is left to the sweeper, as the queue carries no long waits.
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
                content_sid=message.content_sid,
                content_variables=message.content_variables,
            )
            assert message.claimed_at is not None, "claim() has set it"
            message.called_at = message.claimed_at  # as good as called: nobody gives it back without asking
            return Claimed(message.id, message.claimed_at, outbound, probe), []


def _give_back(message: Message, until: datetime) -> None:
    """It was not sent, for certain: it waits again, and no attempt is counted."""
    message.state, message.claimed_at, message.called_at, message.due_at = "queued", None, None, until
    message.attempts -= 1


def _send(claimed: Claimed, permit: Permit) -> list[Job]:
    begun = False
    try:
        client = provider()
        begun = clock.real() - claimed.at <= CALL_WITHIN
        if not begun:
            permit.give_up()
            _return(claimed, timedelta(0))
            return []
        try:
            sent = client.send(claimed.outbound)
        finally:
            permit.returned()
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
            permit.give_up()
            _return(claimed, timedelta(0))
        raise
    reach.answered()
    with writing() as session:
        message = locked(session, claimed.message)
        record(message, sent)
        keep_promise(session, message)
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
