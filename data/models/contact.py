"""Whom the business may text, why it may, and whom it must leave alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, orm

from data.models.base import Base, Mapped, belongs_to, mapped_column, mentions


class ImportBatch(Base):
    """One list that somebody brought in."""

    __tablename__ = "import_batch"

    business_id: Mapped[int] = belongs_to("business")
    filename: Mapped[str]
    sha256: Mapped[str]
    counts: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="done")
    """`running` while its rows are stored in parts (an import that died is taken up again), then `done`."""
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Field -> column, as it was used."""
    attested_by: Mapped[str] = mapped_column(default="")
    """Who has said that the list is the business's own."""
    attested_at: Mapped[datetime | None]
    report: Mapped[str] = mapped_column(default="")
    """Where the refused rows stand: a file below the data folder, or beside the list."""


class Contact(Base):
    """A number. The people who share it are its Persons; conversation and suppression are the number's.

    `due_at`, `leased_until` and `fence` say whose turn it is: an inbound text sets `due_at` (wall time); a
    worker takes the contact by raising `fence` while the lease (real time) has run out, and may commit
    only while the fence is still its own.
    """

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("business_id", "phone"),
        Index("ix_contact_due", "due_at"),
    )

    business_id: Mapped[int] = belongs_to("business", index=False)
    import_batch_id: Mapped[int | None] = mentions("import_batch")
    phone: Mapped[str]
    country: Mapped[str] = mapped_column(default="US")
    state: Mapped[str | None]
    postal_code: Mapped[str | None]
    timezone: Mapped[str | None]
    """The contact's zone as imported; else `zones` holds every zone that the number might be in."""
    zones: Mapped[list[Any]] = mapped_column(default=list)
    zones_source: Mapped[str] = mapped_column(default="unknown")
    preferred_time: Mapped[str | None]
    sender_id: Mapped[int | None] = mentions("sender")
    """The number that they know: whatever the business starts comes from it."""
    line_type: Mapped[str | None]
    """As a look-up said: `mobile`, `landline`, `voip` …"""
    looked_up_at: Mapped[datetime | None]
    reassigned: Mapped[bool] = mapped_column(default=False)
    """A look-up said that the number has changed hands since the last contact."""
    called_at: Mapped[datetime | None]
    """When they last called the number that they were texted from."""
    cool_until: Mapped[date | None]
    """Left alone by campaigns up to and on this day, after a sequence that met silence."""
    archived_at: Mapped[datetime | None]
    """After two sequences without a reply: no campaign enrols them any more."""

    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often the present texts could not be understood because the model was away."""

    persons: orm.Mapped[list[Person]] = orm.relationship(
        back_populates="contact", order_by="Person.id", lazy="selectin"
    )


class Person(Base):
    """Somebody reached at a contact's number, with their own history at the business."""

    __tablename__ = "person"

    contact_id: Mapped[int] = belongs_to("contact")
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    crm_id: Mapped[str | None]
    relationship: Mapped[str] = mapped_column(default="customer")
    last_visit: Mapped[date | None]
    last_service: Mapped[str | None]
    value: Mapped[float | None]
    booked_until: Mapped[date | None]
    quoted_on: Mapped[date | None]
    """When they got a quote or a consultation."""
    enquired_on: Mapped[date | None]
    due_on: Mapped[date | None]
    """When a service is due, a contract renews, a product comes of age."""
    visits: Mapped[int | None]
    """How many visits the business has on record."""
    unhappy: Mapped[bool] = mapped_column(default=False)
    """Openly unhappy, as the list or staff say: for a personal call, and for no campaign."""
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Columns of the import that are not ours, as they came."""

    contact: orm.Mapped[Contact] = orm.relationship(back_populates="persons")


class ContactBasis(Base):
    """Why the business may text this number: consent or an existing relationship, with its evidence."""

    __tablename__ = "contact_basis"

    contact_id: Mapped[int] = belongs_to("contact")
    kind: Mapped[str]
    """`consent` or `relationship`."""
    evidence: Mapped[str]
    given_on: Mapped[date | None]
    expires_on: Mapped[date | None]


class Suppression(Base):
    """A number that gets nothing proactive any more, over every campaign. Kept by keyed hash, for good.

    `channel` is `all`, or the one channel that cannot be reached. `lifted_at` is set only by a re-opt-in
    with evidence.
    """

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("business_id", "phone_hash", "channel"),)

    business_id: Mapped[int] = belongs_to("business", index=False)
    phone_hash: Mapped[str]
    channel: Mapped[str] = mapped_column(default="all")
    reason: Mapped[str]
    """`opt_out`, `wrong_number`, `undeliverable` or `do_not_contact`."""
    source: Mapped[str]
    """Where it came from: `text`, `import`, `provider`, `staff`."""
    evidence: Mapped[str] = mapped_column(default="")
    lifted_at: Mapped[datetime | None]
