"""Brakes: a campaign that goes wrong pauses by itself, before it costs the number its name.

Judged are the last texts of the campaign whose fate is known (data/profile.py, Brakes): how many of their
contacts have opted out, how many arrived, how many the carriers filtered. Whoever resumes it begins anew:
what was looked at then brakes no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.db import reading, writing
from data.models import AuditEvent, Business, Campaign, Conversation, Enrollment, Message
from data.profile import Brakes
from scheduler import rate_limit
from scheduler.gather import profile_of
from scheduler.outreach.facts import KIND

LOOK_EVERY = 3.0
"""Seconds (real time) between two looks at a campaign, over all workers."""

LOOKED_AT = 20_000
"""So many of the newest texts of the installation are looked through for a campaign's own."""

KNOWN = frozenset({"delivered", "read", "failed", "undelivered"})
ARRIVED = frozenset({"delivered", "read"})
FILTERED = "30007"

PAUSED = "paused by itself"
"""What the audit trail says."""

REASONS = {
    "opt_outs": "too many of its contacts opted out",
    "delivery": "too few of its texts arrived",
    "filtered": "carriers filtered too many of its texts",
    "budget": "its budget is spent",
}
"""Campaign.paused_reason -> in words for staff."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a text."""

    state: str
    error_code: str | None
    opted_out: bool


def verdict(fates: Sequence[Fate], brakes: Brakes) -> str | None:
    """Why a campaign has to stop, a key of REASONS; None where nothing speaks against it. Pure.

    `fates`: its last texts whose fate is known, at most `brakes.last` of them.
    """
    count = len(fates)
    if count < brakes.least:
        return None
    if sum(fate.opted_out for fate in fates) > brakes.opt_outs_above * count:
        return "opt_outs"
    if sum(fate.error_code == FILTERED for fate in fates) > brakes.filtered_above * count:
        return "filtered"
    if sum(fate.state in ARRIVED for fate in fates) < brakes.delivered_below * count:
        return "delivery"
    return None


def holds(campaign: Campaign) -> bool:
    """Whether the campaign may go on; looked at anew every few seconds. Asks Redis: in no transaction."""
    if not rate_limit.once_in(f"brakes:{campaign.id}", LOOK_EVERY):
        return True
    with reading() as session:
        business = session.get_one(Business, campaign.business_id)
        limits = profile_of(business).brakes
        reason = verdict(fates_of(session, campaign, limits.last), limits)
    return reason is None or not pause(campaign.id, reason)


def budget_spent(campaign: Campaign) -> None:
    """What the next text would cost is not left of its budget."""
    pause(campaign.id, "budget")


def pause(campaign_id: int, reason: str) -> bool:
    """Pause a running campaign, with a note in the audit trail; whether it ran. Staff are alerted
    (scheduler/troubles.py)."""
    with writing() as session:
        campaign = session.scalar(select(Campaign).where(Campaign.id == campaign_id).with_for_update())
        if campaign is None or campaign.state != "running":
            return False
        campaign.state, campaign.paused_reason = "paused", reason
        detail = {"campaign": campaign.name, "reason": reason, "says": REASONS[reason]}
        session.add(AuditEvent(business_id=campaign.business_id, action=PAUSED, detail=detail))
    log.error("campaign paused by itself", campaign=campaign_id, reason=reason)
    return True


def fates_of(session: Session, campaign: Campaign, last: int) -> list[Fate]:
    """The fates of a campaign's last texts, as far as they are known, the newest first."""
    newest = session.scalar(select(func.max(Message.id))) or 0
    since = max(campaign.braked_to or 0, newest - LOOKED_AT)
    recent = (  # a stretch of the primary key, whatever the planner thinks of the index over touches
        select(Message.id, Message.contact_id, Message.enrollment_id, Message.state, Message.error_code)
        .where(Message.id > since, Message.kind == KIND)
        .order_by(Message.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    wanted = (
        select(recent.c.state, recent.c.error_code, Conversation.outcome)
        .join(Enrollment, Enrollment.id == recent.c.enrollment_id)  # the step itself may be gone by now
        .outerjoin(Conversation, Conversation.contact_id == recent.c.contact_id)
        .where(
            Enrollment.campaign_id == campaign.id,
            recent.c.state.in_(KNOWN),
        )
        .order_by(recent.c.id.desc())
        .limit(last)
    )
    return [Fate(state, code, outcome == "opted_out") for state, code, outcome in session.execute(wanted)]
