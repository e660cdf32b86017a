"""Receipts: status callbacks as they come, in any order and more than once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import clock
from data.db import writing
from data.db_faults import once_more
from data.message_states import FAILURES, FROM_PROVIDER, advances
from data.models import DeliveryEvent, Message
from data.queries.messages import locked
from scheduler.consequences import fail
from scheduler.jobs import Job
from scheduler.stopping import start_again

TRIES = 4
"""How often two receipts, or what follows from them, may get in each other's way."""


@once_more
def receive_receipt(
    provider_id: str, status: str, error_code: str | None, message_id: int | None
) -> list[Job]:
    """Store a status callback and let it move our row, never backwards. Returns the jobs to wake.

    `message_id` is the one we put into the callback's address: a callback may come before the provider's
    answer to our request did, or in place of it. A status that we do not know says nothing, and is not kept.
    """
    if status not in FROM_PROVIDER:
        return []
    for _ in range(TRIES - 1):
        try:
            with writing() as session:
                return _receive(session, provider_id, status, error_code, message_id)
        except IntegrityError:
            # The same receipt on another connection at the same moment, or another one that suppresses the
            # same number: look again, everything is to be seen now.
            continue
    with writing() as session:
        return _receive(session, provider_id, status, error_code, message_id)


def _receive(
    session: Session, provider_id: str, status: str, error_code: str | None, message_id: int | None
) -> list[Job]:
    known = select(DeliveryEvent.id).where(
        DeliveryEvent.provider_id == provider_id, DeliveryEvent.status == status
    )
    if session.scalar(known) is not None:
        return []
    message, old = _message(session, provider_id, message_id)
    session.add(
        DeliveryEvent(
            message_id=message.id if message else None,
            provider_id=provider_id,
            status=status,
            error_code=error_code,
        )
    )
    reported = FROM_PROVIDER.get(status)
    if message is None or old or reported is None or not advances(message.state, reported):
        return []
    message.provider_id = message.provider_id or provider_id
    message.sent_at = message.sent_at or clock.now()
    if reported in FAILURES:
        return fail(session, message, error_code or "30008", reported)
    message.state = reported
    if reported == "delivered":
        start_again(session, message, delivered=True)
    return []


def _message(session: Session, provider_id: str, message_id: int | None) -> tuple[Message | None, bool]:
    """Our row, and whether the receipt is of an old attempt at it, which moves nothing any more.

    It is found by the provider's id, else by ours where the provider's is not known yet. A reply that was
    not found and waits to go once more needs not go: the provider has it after all.
    """
    by_theirs = session.scalar(
        select(Message.id).where(Message.provider_id == provider_id, Message.direction == "out")
    )
    if by_theirs is not None:
        return locked(session, by_theirs), False
    known = message_id is not None and session.scalar(
        select(Message.id).where(Message.id == message_id, Message.direction == "out")
    )
    if not known:
        return None, False
    ours = locked(session, known)
    if _has_failed(session, provider_id):
        return ours, True
    looked_for = ours.state in ("sending", "unknown") or (ours.state == "queued" and ours.unknowns > 0)
    return (ours, False) if ours.provider_id in (None, provider_id) and looked_for else (None, False)


def _has_failed(session: Session, provider_id: str) -> bool:
    """Whether this attempt is known to have failed: only then is there another one."""
    failed = select(DeliveryEvent.id).where(
        DeliveryEvent.provider_id == provider_id, DeliveryEvent.status.in_(FAILURES)
    )
    return session.scalar(failed.limit(1)) is not None
