"""Who wanted no more texts, and after which touch: the suppression list says when, and holds no numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, union_all

from data import crypto
from data.figures.facts import REPLY_DAYS
from data.figures.ground import Ground, touches, whose
from data.models import Contact, Conversation, Enrollment, Suppression


@dataclass(frozen=True, slots=True)
class OptOut:
    """A contact of a campaign who opted out, the traits of the touch that it belongs to, and when."""

    campaign_id: int
    variant: str
    tier: str
    part: Any
    enrollment_id: int
    contact_id: int
    at: datetime


def opt_outs(ground: Ground) -> list[OptOut]:
    """The opt-outs that belong to a touch of these campaigns and have not been taken back.

    Only those are looked up whom a row of ours calls opted out: a hash is a question for each number.
    """
    called_so = union_all(
        whose(ground, Conversation.contact_id, Conversation.outcome == "opted_out"),
        whose(ground, Enrollment.contact_id, Enrollment.outcome == "opted_out"),
    )
    touch = touches(ground, called_so)
    until = ground.spans.later(touch.c.sent_at, REPLY_DAYS).label("until")
    rows = ground.session.execute(
        select(touch, Contact.phone, until).join(Contact, Contact.id == touch.c.contact_id)
    ).all()
    if not rows:
        return []
    when = _moments(ground)
    key, found = ground.business.hash_key, []
    hashes = {phone: crypto.keyed_hash(key, phone) for phone in {row.phone for row in rows}}
    for row in rows:
        at = when.get(hashes[row.phone])
        follows = row.followed_at is None or (at is not None and at < row.followed_at)
        if at is not None and row.sent_at <= at < row.until and follows:
            found.append(
                OptOut(
                    row.campaign_id, row.variant, row.tier, row.part, row.enrollment_id, row.contact_id, at
                )
            )
    return found


def _moments(ground: Ground) -> dict[str, datetime]:
    """When each number that opted out did so, by its hash; the earliest where there are several channels."""
    rows = ground.session.execute(
        select(Suppression.phone_hash, Suppression.created_at)
        .where(
            Suppression.business_id == ground.business.id,
            Suppression.reason == "opt_out",
            Suppression.lifted_at.is_(None),
        )
        .order_by(Suppression.created_at.desc())
    )
    return {row.phone_hash: row.created_at for row in rows}
