"""What is asked about: campaigns of one business, and the touches that anything may belong to.

Whatever happens belongs to the latest touch before it, of whichever campaign, so that nothing is counted in
two.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CTE, ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from data.figures.spans import Spans
from data.models import Business, Campaign, Enrollment, Message, Touch
from data.models.base import Moment

Split = Literal["", "touch", "channel"]
"""What is counted: contacts, contacts for each touch (its step), contacts for each channel."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the statements of one count have in common."""

    session: Session
    business: Business
    campaigns: tuple[int, ...]
    spans: Spans
    since: datetime
    """When the earliest of the campaigns was made: nothing that matters happened before."""
    split: Split = ""

    @classmethod
    def of(cls, session: Session, campaigns: Collection[int], split: Split = "") -> Ground:
        """For these campaigns, which belong to one business."""
        chosen = tuple(sorted(campaigns))
        business, since = session.execute(
            select(Business, func.min(Campaign.created_at))
            .join(Campaign, Campaign.business_id == Business.id)
            .where(Campaign.id.in_(chosen))
            .group_by(Business.id)
        ).one()
        return cls(session, business, chosen, Spans(session, business.timezone, since), since, split)

    def part(self, step: Any, channel: Any) -> ColumnElement[Any]:
        """The column by which the contacts are told apart beside the campaign's own traits."""
        parts: dict[str, Any] = {"": literal(""), "touch": step, "channel": channel}
        column: ColumnElement[Any] = parts[self.split].label("part")
        return column


def touches(ground: Ground, contacts: Any) -> CTE:
    """The touches that left to these contacts of the campaigns, with their traits and the moment of the next.

    `contacts` selects the ids of those of whom something is asked, which are few: only theirs are put in
    order. `followed_at` is when the same contact got the next touch of any campaign; `began_at` is this
    campaign's first one.
    """
    order = (Message.sent_at, Message.id)
    left = (
        select(
            Message.contact_id,
            Message.enrollment_id,
            Message.touch_id,
            Message.channel,
            Message.sent_at,
            func.lead(Message.sent_at, type_=Moment())
            .over(partition_by=Message.contact_id, order_by=order)
            .label("followed_at"),
            func.min(Message.sent_at)
            .over(partition_by=(Message.contact_id, Message.enrollment_id))
            .label("began_at"),
        )
        .where(Message.kind == "touch", Message.sent_at.is_not(None), Message.contact_id.in_(contacts))
        .subquery("touch_left")
    )
    return (
        select(
            left.c.contact_id,
            left.c.enrollment_id,
            Enrollment.campaign_id,
            Enrollment.variant,
            Enrollment.tier,
            ground.part(func.coalesce(Touch.step, 0), left.c.channel),
            left.c.sent_at,
            left.c.followed_at,
            left.c.began_at,
        )
        .join(Enrollment, Enrollment.id == left.c.enrollment_id)
        .outerjoin(Touch, Touch.id == left.c.touch_id)
        .where(Enrollment.campaign_id.in_(ground.campaigns))
        .cte("touches")
    )


def whose(ground: Ground, contact: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of those contacts of the campaigns that a table has rows about."""
    mine = Enrollment.campaign_id.in_(ground.campaigns)
    if contact.class_ is Enrollment:
        return select(contact).where(mine, *conditions)
    return select(contact).join(Enrollment, Enrollment.contact_id == contact).where(mine, *conditions)


def belongs(touch: Any, moment: Any) -> ColumnElement[bool]:
    """Whether this touch is the latest one before a moment."""
    return and_(moment >= touch.c.sent_at, or_(touch.c.followed_at.is_(None), moment < touch.c.followed_at))


def belongs_on(ground: Ground, touch: Any, day: Any) -> ColumnElement[bool]:
    """Whether this touch is the latest one up to and on a day, as the business's calendar has it."""
    spans = ground.spans
    return and_(
        day >= spans.day(touch.c.sent_at),
        or_(touch.c.followed_at.is_(None), day < spans.day(touch.c.followed_at)),
    )
