"""All campaigns of a business side by side, from the first text to the money; and the same by segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.figures.ab_test import variants
from data.figures.counting import by_campaign, by_segment
from data.figures.money import (
    WINDOWS,
    Revenue,
    Spend,
    cost_per_booking,
    return_on_spend,
    revenue,
    spend,
)
from data.figures.row import Funnel
from data.models import Campaign, Segment


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign, or all campaigns that were made from one segment. Money is in the business's currency."""

    name: str
    """Of the campaign or segment; "" for the campaigns that were made from none."""
    campaign: int | None
    """The campaign's id; None for a segment."""
    segment: str
    whole: Funnel
    revenue: tuple[Revenue, ...]
    spend: Spend
    verdict: str = ""
    """On a campaign's variants, where it has two."""

    @property
    def cost_per_booking(self) -> float | None:
        """What was spent for each contact who booked; None while nobody has."""
        return cost_per_booking(self.spend, self.whole)

    @property
    def return_on_spend(self) -> float | None:
        """Real sales within 90 days for each unit of money spent; None where nothing was spent."""
        return return_on_spend(self.revenue, self.spend)


def campaigns_compared(session: Session, business_id: int) -> list[Line]:
    """A line for each campaign that has been launched, the newest first."""
    begun = session.execute(
        select(Campaign.id, Campaign.name, Segment.name.label("segment"))
        .outerjoin(Segment, Segment.id == Campaign.segment_id)
        .where(Campaign.business_id == business_id, Campaign.started_at.is_not(None))
        .order_by(Campaign.id.desc())
    ).all()
    wholes = by_campaign(session, [one.id for one in begun])
    return [
        Line(
            one.name,
            one.id,
            one.segment or "",
            wholes[one.id],
            revenue(session, one.id),
            spend(session, one.id),
            variants(session, one.id).verdict,
        )
        for one in begun
    ]


def segments_compared(session: Session, business_id: int, campaigns: Sequence[Line]) -> list[Line]:
    """A line for each segment, its money that of its `campaigns`: no sale and no text belongs to two."""
    rows = [row for row in by_segment(session, business_id) if row.enrolled]
    mine = {row.key: [line for line in campaigns if line.segment == row.key] for row in rows}
    return [
        Line(
            row.key,
            None,
            row.key,
            row,
            tuple(_revenue(days, place, mine[row.key]) for place, days in enumerate(WINDOWS)),
            _spend([line.spend for line in mine[row.key]]),
        )
        for row in rows
    ]


def _revenue(days: int, place: int, lines: Sequence[Line]) -> Revenue:
    each = [line.revenue[place] for line in lines]
    guesses = [one.estimate for one in each if one.estimate is not None]
    return Revenue(
        days,
        sum(one.sales for one in each),
        round(sum(one.amount for one in each), 2),
        sum(one.visits_without_sale for one in each),
        round(sum(guesses), 2) if guesses else None,
    )


def _spend(each: Sequence[Spend]) -> Spend:
    return Spend(
        touches=round(sum(one.touches for one in each), 6),
        talk=round(sum(one.talk for one in each), 6),
        known=round(sum(one.known for one in each), 6),
        texts=sum(one.texts for one in each),
        unpriced=sum(one.unpriced for one in each),
    )
