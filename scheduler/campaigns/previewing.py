"""A campaign's words over its real contacts, for whoever is to approve them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from data import clock
from data.models import Business, Campaign, Contact, Person
from scheduler.campaigns.sample import sample
from scheduler.campaigns.words import brief_of, steps_of
from scheduler.outreach.preview import Preview, preview

MOST = 5_000
"""So many contacts are looked at, the most promising of each stretch of the list first."""


def preview_of(session: Session, campaign: Campaign, most: int = MOST) -> Preview:
    """The worst cases among its contacts, what they lack, and what the whole sequence costs at most.

    Reads no calendar: two times of the day stand for live openings. Raises UnusableRule.
    """
    business = session.get_one(Business, campaign.business_id)
    tiers: dict[int, str] = {}

    def candidates() -> Iterator[tuple[Contact, Person | None]]:
        for one in sample(session, campaign, most):
            tiers[one.contact.id] = one.tier
            yield one.contact, one.person

    return preview(
        candidates(),
        steps_of(session, campaign),
        brief_of(campaign),
        business,
        openings=_examples(),
        tiers=tiers,
    )


def _examples() -> tuple[datetime, datetime]:
    """Two times that take as much room as live openings do."""
    now = clock.now().replace(minute=30, second=0, microsecond=0)
    return now + timedelta(days=2), now + timedelta(days=3, hours=3)
