"""What came of it in money, and who else is told: sales, and the CRM's webhooks with their deliveries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint

from data.models.base import Base, Encrypted, Mapped, belongs_to, mapped_column, mentions


class Sale(Base):
    """Money that a contact has really paid, as staff entered it or a list said."""

    __tablename__ = "sale"
    __table_args__ = (
        UniqueConstraint("business_id", "reference"),
        Index("ix_sale_contact", "contact_id", "sold_on"),
    )

    business_id: Mapped[int] = belongs_to("business", index=False)
    contact_id: Mapped[int] = belongs_to("contact", index=False)
    appointment_id: Mapped[int | None] = mentions("appointment")
    amount: Mapped[float]
    """In the business's currency."""
    sold_on: Mapped[date]
    """A day of the business's zone."""
    source: Mapped[str]
    """`staff` or `import`."""
    reference: Mapped[str]
    """The sale's number in the business's own books, or one of ours: the same sale is never counted twice."""


class WebhookEndpoint(Base):
    """An address of the business's CRM that is told what came of its contacts."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (UniqueConstraint("business_id", "url"),)

    business_id: Mapped[int] = belongs_to("business", index=False)
    url: Mapped[str]
    secret: Mapped[bytes] = mapped_column(Encrypted)
    """What each delivery is signed with."""
    active: Mapped[bool] = mapped_column(default=True)
    told_to: Mapped[int] = mapped_column(default=0)
    """The last row of outcome_change that was turned into a delivery."""


class OutcomeChange(Base):
    """An outcome that has changed, to be told to the CRM."""

    __tablename__ = "outcome_change"

    business_id: Mapped[int] = belongs_to("business")
    contact_id: Mapped[int] = belongs_to("contact")
    outcome: Mapped[str]


class WebhookDelivery(Base):
    """One call to an endpoint, tried until it is taken or given up."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_due", "due_at"),
    )

    endpoint_id: Mapped[int] = belongs_to("webhook_endpoint", index=False)
    event_id: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="waiting")
    """`waiting`, `delivered` or `given_up`."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    status: Mapped[int | None]
    """The HTTP status of the last answer; None: there was none."""
    answered: Mapped[str] = mapped_column(default="")
    """What went wrong the last time, in a few words."""
    delivered_at: Mapped[datetime | None]
