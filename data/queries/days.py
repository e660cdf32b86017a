"""What we have booked ourselves, over all of a business's calendars: for offers, and for the cap of a day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from data import clock
from data.models import Business, CalendarConnection, Conversation, Hold
from data.queries.holds import OpeningTaken

UNDECIDED = timedelta(minutes=15)
"""How long somebody may think about an offer before the same is put to others as if nothing were."""

NEWEST = 30
"""More conversations than these are not looked into: each opening of a busy day is before somebody."""


def held_anywhere(session: Session, business_id: int, *, but_not_for: int | None = None) -> list[Hold]:
    """What is held on any calendar of the business, those it booked on before included.

    Without what this contact itself holds for a moment: nobody stands in their own way.
    """
    now = clock.now()
    rows = session.scalars(
        select(Hold)
        .join(CalendarConnection, CalendarConnection.id == Hold.calendar_connection_id)
        .where(
            CalendarConnection.business_id == business_id,
            or_(Hold.expires_at.is_(None), Hold.expires_at > now),
            Hold.end_at > now - timedelta(days=1),  # what is over today still counts for the day
        )
        .order_by(Hold.start_at)
    )
    return [row for row in rows if row.expires_at is None or row.contact_id != but_not_for]


def before_others(session: Session, business_id: int, contact_id: int) -> list[datetime]:
    """The openings that other contacts of the business were offered within UNDECIDED, the newest few.

    An offer holds nothing: these are only offered to somebody else where nothing else fits as well.
    """
    states = session.scalars(
        select(Conversation.state)
        .where(
            Conversation.business_id == business_id,
            Conversation.contact_id != contact_id,
            Conversation.last_text_at > clock.now() - UNDECIDED,
        )
        .order_by(Conversation.last_text_at.desc())
        .limit(NEWEST)
    )
    return [datetime.fromisoformat(opening) for state in states for opening in state.get("offered", ())]


def keep_room(session: Session, business: Business, start: datetime, most: int, *, besides: int) -> None:
    """Make sure that the local day of `start` has room for one more, in a transaction that then holds it.

    `besides` is the appointment that wants it, whose own holds do not count. Raises OpeningTaken where `most`
    others begin on that day already. The business's row is locked, so that two cannot take the last place;
    not its key, which everybody who books refers to.
    """
    session.execute(select(Business.id).where(Business.id == business.id).with_for_update(key_share=True))
    zone = ZoneInfo(business.timezone)
    day = start.astimezone(zone).date()
    first, last = (datetime.combine(date, time(), zone) for date in (day, day + timedelta(days=1)))
    others = session.scalar(
        select(func.count(Hold.appointment_id.distinct()))
        .join(CalendarConnection, CalendarConnection.id == Hold.calendar_connection_id)
        .where(
            CalendarConnection.business_id == business.id,
            Hold.start_at >= first,
            Hold.start_at < last,
            Hold.appointment_id != besides,
            or_(Hold.expires_at.is_(None), Hold.expires_at > clock.now()),
        )
    )
    if (others or 0) >= most:
        raise OpeningTaken
