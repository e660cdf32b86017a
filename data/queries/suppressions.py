"""Whom to leave alone: reading and writing the suppression list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from data import clock, crypto
from data.models import Business, Suppression

PROMISED_LAST = "promised_last"
"""The reason of who was told that a text is the last one: no campaign writes again, but whoever is answered,
called back or reminded as they asked is so. What they write themselves does not lift it."""

_REASONS = select(Suppression.channel, Suppression.reason).where(
    Suppression.business_id == bindparam("business"),
    Suppression.phone_hash == bindparam("hash"),
    or_(Suppression.channel == "all", Suppression.channel == bindparam("channel")),
    Suppression.lifted_at.is_(None),
    Suppression.reason != PROMISED_LAST,
)


def suppress(
    session: Session,
    business: Business,
    phone: str,
    *,
    reason: str,
    source: str,
    evidence: str = "",
    channel: str = "all",
    since: datetime | None = None,
) -> None:
    """Put a number on the list, `since` now where nothing else is said; a number that is on it already stays,
    an opt-out replaces a lesser reason, and everything a promise."""
    row = _row(session, business, phone, channel)
    if row is None:
        session.add(
            Suppression(
                business_id=business.id,
                phone_hash=crypto.keyed_hash(business.hash_key, phone),
                channel=channel,
                reason=reason,
                source=source,
                evidence=evidence,
                created_at=since or clock.now(),
            )
        )
        session.flush()
    elif row.lifted_at is not None or reason == "opt_out" or row.reason == PROMISED_LAST:
        row.reason, row.source, row.evidence = reason, source, evidence
        row.lifted_at, row.created_at = None, since or clock.now()


def leave_alone_as_well(
    session: Session, business: Business, phone: str, other: str, *, evidence: str
) -> None:
    """Put what takes a number's place on the list, for the number's own reasons and since the same moments.

    The evidence is not taken along, but given.
    """
    hashed = crypto.keyed_hash(business.hash_key, phone)
    for row in session.scalars(
        select(Suppression).where(
            Suppression.business_id == business.id,
            Suppression.phone_hash == hashed,
            Suppression.lifted_at.is_(None),
        )
    ).all():
        suppress(
            session, business, other, reason=row.reason, source=row.source, evidence=evidence,
            channel=row.channel, since=row.created_at,
        )  # fmt: skip


def suppressed_for(session: Session, business: Business, phone: str, channel: str) -> str | None:
    """Why this number gets nothing proactive on this channel; None where it may.

    A promise to be the last text binds campaigns alone (scheduler/outreach/facts.py).
    """
    hashed = crypto.keyed_hash(business.hash_key, phone)
    rows = session.execute(_REASONS, {"business": business.id, "hash": hashed, "channel": channel})
    reasons = {row.channel: row.reason for row in rows}
    return reasons.get("all") or reasons.get(channel)


def lift(session: Session, business: Business, phone: str, *, evidence: str, channel: str = "all") -> None:
    """Take a number off the list again: on its own explicit wish, or since it can be reached after all."""
    for where in {"all", channel}:
        row = _row(session, business, phone, where)
        if row is not None and row.lifted_at is None and row.reason != PROMISED_LAST:
            row.lifted_at, row.evidence = clock.now(), evidence


def _row(session: Session, business: Business, phone: str, channel: str) -> Suppression | None:
    return session.scalar(
        select(Suppression).where(
            Suppression.business_id == business.id,
            Suppression.phone_hash == crypto.keyed_hash(business.hash_key, phone),
            Suppression.channel == channel,
        )
    )
