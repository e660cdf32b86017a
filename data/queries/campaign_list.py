"""The campaigns of a business, and how far each has come."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from data.models import AuditEvent, Campaign, Enrollment, StaffUser


def of_business(session: Session, business_id: int) -> list[Campaign]:
    """All of them, the newest first."""
    mine = select(Campaign).where(Campaign.business_id == business_id)
    return list(session.scalars(mine.order_by(Campaign.id.desc())))


def find(session: Session, business_id: int, campaign_id: int, *, locked: bool = False) -> Campaign | None:
    """One of a business's own; `locked` for whoever changes it."""
    campaign = session.get(Campaign, campaign_id, with_for_update=locked or None)
    return campaign if campaign is not None and campaign.business_id == business_id else None


def progress(session: Session, campaigns: list[int]) -> dict[int, Counter[str]]:
    """Campaign -> how many enrollments are waiting, under_way, held, finished, stopped."""
    begun = and_(Enrollment.state == "active", Enrollment.began_at.is_not(None))
    stands = case(
        (begun, "under_way"), (Enrollment.state == "active", "waiting"), else_=Enrollment.state
    ).label("stands")
    found: dict[int, Counter[str]] = {one: Counter() for one in campaigns}
    rows = session.execute(
        select(Enrollment.campaign_id, stands, func.count())
        .where(Enrollment.campaign_id.in_(campaigns))
        .group_by(Enrollment.campaign_id, stands)
    )
    for campaign, name, many in rows:
        found[campaign][name] += many
    return found


def history(session: Session, campaign: Campaign, most: int = 12) -> list[tuple[AuditEvent, str | None]]:
    """The latest that was done with a campaign, the newest first, and by whom of the staff."""
    rows = session.execute(
        select(AuditEvent, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == AuditEvent.staff_user_id)
        .where(
            AuditEvent.business_id == campaign.business_id,
            AuditEvent.conversation_id.is_(None),
            AuditEvent.created_at >= campaign.created_at,
            AuditEvent.detail["campaign"].as_string() == campaign.name,
        )
        .order_by(AuditEvent.id.desc())
        .limit(most)
    )
    return [(event, name) for event, name in rows]
