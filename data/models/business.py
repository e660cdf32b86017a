"""The business, the numbers it texts from, its answers, and the people who work there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, false

from data.models.base import Base, Encrypted, Mapped, belongs_to, mapped_column, mentions


class Business(Base):
    """The root that everything hangs off. `profile` holds hours, services and texts (data/profile.py)."""

    __tablename__ = "business"

    name: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str]
    country: Mapped[str] = mapped_column(default="US")
    timezone: Mapped[str]
    trade: Mapped[str] = mapped_column(default="")
    profile: Mapped[dict[str, Any]]
    lawful_table: Mapped[str | None]
    """The business's own table of lawful hours as CSV (actions/lawful_table.py); None: the shipped one."""
    hash_key: Mapped[bytes] = mapped_column(Encrypted)
    """The key of the suppression list's hashes. It never changes: a suppression must outlive everything."""


class Sender(Base):
    """A number or messaging service that the business texts from."""

    __tablename__ = "sender"
    __table_args__ = (UniqueConstraint("business_id", "channel", "address"),)

    business_id: Mapped[int] = belongs_to("business")
    channel: Mapped[str]
    """`sms` or `whatsapp`."""
    address: Mapped[str] = mapped_column(index=True)
    per_second: Mapped[float] = mapped_column(default=1.0)
    """Texts that the provider lets leave in a second."""
    per_day: Mapped[int | None]
    """Segments that may leave in a day of the business's zone; None: no limit is known."""
    registration: Mapped[str] = mapped_column(default="")
    """What shows that a US number may be used for this: "10dlc", "toll-free" or "short code" and its id."""
    stopped_reason: Mapped[str | None]
    """Set: nothing leaves but a probe now and then (scheduler/stopping.py), which may clear it."""


class FaqEntry(Base):
    """A question that contacts ask and the owner's own answer to it; nothing is ever added to the answer."""

    __tablename__ = "faq_entry"

    business_id: Mapped[int] = belongs_to("business")
    topic: Mapped[str]
    service: Mapped[str | None]
    """The profile's id of the service that the entry is about, None for all."""
    question: Mapped[str]
    answer: Mapped[str]
    by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Added in the staff view: loading the business file anew leaves it as it is."""


class CalendarConnection(Base):
    """A calendar that appointments are booked on."""

    __tablename__ = "calendar_connection"

    business_id: Mapped[int] = belongs_to("business")
    kind: Mapped[str]
    """`local` (in this database) or `google`."""
    calendar_id: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    """New visits are booked on the active one; earlier visits keep the calendar that they stand on."""
    disconnected_at: Mapped[datetime | None]
    """Since when the calendar refuses us; nothing is offered meanwhile."""
    role: Mapped[str] = mapped_column(default="bookings")
    """`bookings` (visits go there), or `busy`: only looked at, and what stands on it is taken as well."""
    who: Mapped[str] = mapped_column(default="")
    """Whose calendar it is where several people can be booked, as contacts call them; else empty."""
    name: Mapped[str] = mapped_column(default="")
    """What the calendar is called where it comes from, for staff."""
    account: Mapped[str] = mapped_column(default="")
    """The address of the account that it was connected with, for staff; empty for a key or token file."""
    token: Mapped[bytes | None] = mapped_column(Encrypted)
    """What OAuth gave us, as google-auth writes it (JSON). None: the settings name the way in."""
    cursor: Mapped[str | None]
    """From where its changes are followed."""
    followed_at: Mapped[datetime | None]
    """When that was last done (real time)."""


class LocalEvent(Base):
    """An event on a local calendar: an appointment of ours, or time that is taken otherwise."""

    __tablename__ = "local_event"
    __table_args__ = (UniqueConstraint("calendar_connection_id", "event_id"),)

    calendar_connection_id: Mapped[int] = belongs_to("calendar_connection")
    event_id: Mapped[str]
    start_at: Mapped[datetime] = mapped_column(index=True)
    end_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None]


class StaffUser(Base):
    """Somebody who may log in to the staff view."""

    __tablename__ = "staff_user"

    business_id: Mapped[int] = belongs_to("business")
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """The name that staff replies are signed with."""
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class AuditEvent(Base):
    """What a member of staff did, when, and to what."""

    __tablename__ = "audit_event"

    business_id: Mapped[int] = belongs_to("business")
    staff_user_id: Mapped[int | None] = mentions("staff_user")
    action: Mapped[str]
    conversation_id: Mapped[int | None] = mentions("conversation")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DemoClock(Base):
    """One row: how far the demo's time is ahead of the machine's, in seconds."""

    __tablename__ = "demo_clock"

    offset_seconds: Mapped[float] = mapped_column(default=0.0)
