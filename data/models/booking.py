"""Openings that are taken: holds and appointments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index

from data.models.base import Base, Mapped, belongs_to, mapped_column, mentions

LIVE = ("booking", "booked", "moving", "restoring")
"""The states in which a visit stands, for the contact."""


class Appointment(Base):
    """A visit. With a step still to do on the calendar it is `booking`, `moving`, `restoring`, `cancelling`.

    Every such step can be taken again after a crash: `due_at` (wall time) says when it is looked at.
    """

    __tablename__ = "appointment"
    __table_args__ = (Index("ix_appointment_due", "due_at"), Index("ix_appointment_remind", "remind_at"))

    business_id: Mapped[int] = belongs_to("business")
    contact_id: Mapped[int] = belongs_to("contact")
    person_id: Mapped[int | None] = mentions("person")
    calendar_connection_id: Mapped[int] = belongs_to("calendar_connection")
    service: Mapped[str]
    """The profile's id of the service."""
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    timezone: Mapped[str]
    event_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    """`booking`, `booked`, `moving`, `restoring` (a move given up), `cancelling`, `cancelled` or `failed`."""
    ends_as: Mapped[str] = mapped_column(default="cancelled")
    """While `cancelling`: what it is afterwards, `cancelled` (the contact's wish) or `failed` (ours)."""
    version: Mapped[int] = mapped_column(default=1)
    new_start_at: Mapped[datetime | None]
    """While `moving`: where to."""
    new_end_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    remind_at: Mapped[datetime | None]
    """When the next reminder of it is looked at (wall time)."""
    confirmed_at: Mapped[datetime | None]
    """When the contact said that they are coming."""
    no_show_at: Mapped[datetime | None]
    """When staff noted that nobody came."""
    clash_at: Mapped[datetime | None]
    """Since when something else stands at its time on the calendar."""


class Hold(Base):
    """An opening that is kept for one contact: for minutes while it is booked, then as long as the visit.

    No two holds of one calendar overlap. PostgreSQL guards that with an exclusion constraint (in the
    migration), SQLite by the check inside `BEGIN IMMEDIATE` (data/queries/holds.py).
    """

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_calendar_start", "calendar_connection_id", "start_at"),)

    calendar_connection_id: Mapped[int] = belongs_to("calendar_connection", index=False)
    contact_id: Mapped[int] = belongs_to("contact")
    appointment_id: Mapped[int] = belongs_to("appointment")
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """None: the hold lasts as long as its appointment."""
