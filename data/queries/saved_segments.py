"""The segments that a business has saved, and what its contacts' lists offer to tell them by."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models import Campaign, Contact, Person, Segment

LOOKED_AT = 500
"""Persons whose columns are looked at: the latest ones."""


def saved(session: Session, business_id: int) -> list[Segment]:
    """All of a business, by name."""
    return list(
        session.scalars(select(Segment).where(Segment.business_id == business_id).order_by(Segment.name))
    )


def find(session: Session, business_id: int, segment_id: int) -> Segment | None:
    """One of a business's own."""
    segment = session.get(Segment, segment_id)
    return segment if segment is not None and segment.business_id == business_id else None


def is_taken(session: Session, business_id: int, name: str, but: int | None = None) -> bool:
    """Whether another segment of the business has this name."""
    wanted = select(Segment.id).where(Segment.business_id == business_id, Segment.name == name)
    found = session.scalar(wanted)
    return found is not None and found != but


def used_by(session: Session, segment_id: int) -> list[str]:
    """The campaigns that were made with it."""
    return list(session.scalars(select(Campaign.name).where(Campaign.segment_id == segment_id)))


def contacts(session: Session, business_id: int) -> int:
    """How many contacts a business has."""
    counted = select(func.count()).select_from(Contact).where(Contact.business_id == business_id)
    return session.scalar(counted) or 0


def extra_columns(session: Session, business_id: int) -> list[str]:
    """The columns of its lists that are not ours, as the latest contacts have them."""
    latest = (
        select(Person.extra)
        .join(Contact, Contact.id == Person.contact_id)
        .where(Contact.business_id == business_id)
        .order_by(Person.id.desc())
        .limit(LOOKED_AT)
    )
    return sorted({str(name) for extra in session.scalars(latest) for name in extra})
