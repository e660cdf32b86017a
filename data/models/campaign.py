"""What the business starts: campaigns, their touches, and the contacts enrolled in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from data.models.base import Base, Mapped, belongs_to, mapped_column


class Campaign(Base):
    """A reason to text many contacts. Only a `running` one sends."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("business_id", "name"),)

    business_id: Mapped[int] = belongs_to("business")
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    """`draft`, `running`, `paused` or `done`."""


class Touch(Base):
    """A step of a campaign's sequence: the words, and the day on which they leave."""

    __tablename__ = "touch"
    __table_args__ = (UniqueConstraint("campaign_id", "step"),)

    campaign_id: Mapped[int] = belongs_to("campaign", index=False)
    step: Mapped[int]
    day: Mapped[int] = mapped_column(default=0)
    template: Mapped[str]


class Enrollment(Base):
    """A contact in a campaign. `due_at` is when the next touch is looked at; None when nothing follows."""

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("campaign_id", "contact_id"),
        Index("ix_enrollment_due", "due_at"),
    )

    campaign_id: Mapped[int] = belongs_to("campaign", index=False)
    contact_id: Mapped[int] = belongs_to("contact")
    state: Mapped[str] = mapped_column(default="active")
    """`active`, `finished` or `stopped`."""
    stopped_reason: Mapped[str | None]
    next_step: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime | None]
