"""Which calendar a business books on."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import CalendarConnection


def active_calendar(session: Session, business_id: int) -> CalendarConnection | None:
    """The connection that new visits are booked on."""
    return session.scalar(
        select(CalendarConnection)
        .where(CalendarConnection.business_id == business_id, CalendarConnection.active)
        .order_by(CalendarConnection.id.desc())
        .limit(1)
    )
