"""Receipts: status callbacks as they come, in any order and more than once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import clock
from data.db import writing
from data.message_states import FROM_PROVIDER, advances
from data.models import DeliveryEvent, Message
from scheduler.consequences import fail
from scheduler.jobs import Job


def receive_receipt(
    provider_id: str, status: str, error_code: str | None, message_id: int | None
) -> list[Job]:
    """Store a status callback and let it move our row, never backwards. Returns the jobs to wake.

    `message_id` is the one we put into the callback's address: a callback may come before the provider's
    answer to our request did, or in place of it.
    """
    try:
        with writing() as session:
            return _receive(session, provider_id, status, error_code, message_id)
    except IntegrityError:
        return []  # the same receipt on another connection at the same moment


def _receive(
    session: Session, provider_id: str, status: str, error_code: str | None, message_id: int | None
) -> list[Job]:
    known = select(DeliveryEvent.id).where(
        DeliveryEvent.provider_id == provider_id, DeliveryEvent.status == status
    )
    if session.scalar(known) is not None:
        return []
    message = _message(session, provider_id, message_id)
    session.add(
        DeliveryEvent(
            message_id=message.id if message else None,
            provider_id=provider_id,
            status=status,
            error_code=error_code,
        )
    )
    reported = FROM_PROVIDER.get(status)
    if message is None or reported is None or not advances(message.state, reported):
        return []
    message.provider_id = message.provider_id or provider_id
    message.sent_at = message.sent_at or clock.now()
    if reported in ("failed", "undelivered"):
        return fail(session, message, error_code or "30008", reported)
    message.state = reported
    return []


def _message(session: Session, provider_id: str, message_id: int | None) -> Message | None:
    """Our row: by the provider's id, else by ours where the provider's is not known yet."""
    by_theirs = session.scalar(
        select(Message).where(Message.provider_id == provider_id, Message.direction == "out")
    )
    if by_theirs is not None or message_id is None:
        return by_theirs
    ours = session.get(Message, message_id)
    fits = ours is not None and ours.direction == "out" and ours.provider_id is None
    return ours if fits and ours is not None and ours.state in ("sending", "unknown") else None
