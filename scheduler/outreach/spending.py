"""What a campaign's texts have cost so far, those in the outbox included: remembered, and summed up anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.db import reading
from data.models import Campaign, Enrollment, Message
from scheduler import rate_limit
from scheduler.outreach.facts import KIND

ANEW = 60
"""Seconds (real time) after which the rows are summed up again: by then the provider has named prices."""

NOTHING = ("cancelled", "failed")
"""What never left costs nothing."""

_ADD = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCRBYFLOAT', KEYS[1], ARGV[1]) end return 1"


def left_to_spend(campaign: Campaign) -> float | None:
    """What remains of the budget; None: there is no limit. Asks Redis, so never inside a transaction."""
    return None if campaign.budget is None else campaign.budget - _spent(campaign.id)


def spend(campaign: Campaign, cost: float) -> None:
    """So much more stands in the outbox."""
    if campaign.budget is not None and cost:
        key = _key(campaign.id)
        rate_limit.ask(lambda server: server.eval(_ADD, 1, key, cost))


def _spent(campaign_id: int) -> float:
    key = _key(campaign_id)
    known: Any = rate_limit.ask(lambda server: server.get(key))
    if known is not None:
        return float(known)
    with reading() as session:
        spent = spent_in_rows(session, campaign_id)
    rate_limit.ask(lambda server: server.set(key, spent, nx=True, ex=ANEW))
    return spent


def spent_in_rows(session: Session, campaign_id: int) -> float:
    """The sum of what its texts cost, also those of steps that are gone, in the business's currency."""
    wanted = (
        select(func.coalesce(func.sum(Message.cost), 0.0))
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .where(Enrollment.campaign_id == campaign_id, Message.kind == KIND, Message.state.not_in(NOTHING))
    )
    return float(session.scalar(wanted) or 0.0)


def _key(campaign_id: int) -> str:
    return f"rekindle:spent:{campaign_id}"
