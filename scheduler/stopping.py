"""Senders that the provider has stopped: nothing but a probe leaves, and one that succeeds starts them again.

Nobody can be told by a text that no text can leave: the log, the staff view and `rekindle doctor` say it.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Message, Sender
from data.queries.senders import sender_of
from scheduler import rate_limit
from scheduler.provider.errors import Verdict, verdict

PROBE_EVERY = timedelta(minutes=5)
"""A stopped sender lets one text through so often (real time); the others wait as long."""

RARELY = 6
"""So many times rarer where each probe costs its text: the provider takes it first and fails it then."""

log = structlog.get_logger(__name__)


def stop_senders(session: Session, message: Message, code: str, ruling: Verdict) -> None:
    """Stop the sender of a text, or all senders of its business where the account itself is refused."""
    sender = sender_of(session, message)
    wanted = select(Sender).where(Sender.business_id == sender.business_id)
    if ruling.stop == "sender":
        wanted = wanted.where(Sender.id == sender.id)
    for stopped in session.scalars(wanted):
        if stopped.stopped_reason is None:
            stopped.stopped_reason = f"{code}: {ruling.meaning}"
            log.error("sender stopped", sender=stopped.id, code=code, meaning=ruling.meaning)


def may_probe(sender: Sender) -> bool:
    """Whether a text may leave from a stopped sender, to see if it is still refused. Asks Redis."""
    if _stopped_by(sender).stop is None:
        return False  # not the provider's doing: whoever stopped it starts it again
    return rate_limit.once_in(f"probe:{sender.id}", wait_of(sender).total_seconds())


def probe_every(ruling: Verdict) -> timedelta:
    """How long a stopped sender waits between two probes, by what stopped it."""
    return PROBE_EVERY * (1 if ruling.kept else RARELY)


def wait_of(sender: Sender) -> timedelta:
    """The same for a sender that is stopped; one that somebody stopped by hand is asked about as often."""
    ruling = _stopped_by(sender)
    return probe_every(ruling) if ruling.stop is not None else PROBE_EVERY


def start_again(session: Session, message: Message, *, delivered: bool) -> None:
    """The provider has accepted a text, or delivered it: what that disproves no longer stops its sender.

    A number that is not registered is refused by receipts alone: to be accepted proves nothing there.
    """
    sender = sender_of(session, message)
    reason, stop = sender.stopped_reason, _stopped_by(sender).stop
    if stop == "account":
        same = select(Sender).where(Sender.business_id == sender.business_id, Sender.stopped_reason == reason)
        for one in session.scalars(same):
            _start(one)
    elif stop == "sender" and delivered:
        _start(sender)


def _start(sender: Sender) -> None:
    sender.stopped_reason = None
    log.info("sender started again", sender=sender.id)


def _stopped_by(sender: Sender) -> Verdict:
    return verdict((sender.stopped_reason or "").partition(":")[0])
