"""Locks on rows that let one transaction at a time decide something."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Business


def lock_business(session: Session, business_id: int) -> None:
    """One at a time for this business, until the commit; whoever only refers to the row goes on."""
    session.execute(select(Business.id).where(Business.id == business_id).with_for_update(key_share=True))
