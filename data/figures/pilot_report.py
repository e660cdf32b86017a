"""The report of a campaign, on one page: above all what a pilot has shown before the rest is released."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from data import clock
from data.figures.ab_test import Variants, beside
from data.figures.advice import Seen, advice
from data.figures.counting import funnels
from data.figures.endings import Outcomes, outcomes
from data.figures.money import Revenue, Spend, cost_per_booking, return_on_spend, revenue, spend
from data.figures.row import Funnel
from data.message_states import FAILURES
from data.models import Business, Campaign, Conversation, Enrollment, Message, Segment
from data.profile import Profile

DEAD = ("undeliverable", "wrong_number")


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """How often touches came back with one of the provider's codes."""

    code: str
    meaning: str
    texts: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Report:
    """One page on a campaign. Money is in `currency`."""

    campaign: int
    name: str
    state: str
    paused_reason: str | None
    segment: str
    currency: str
    at: datetime
    started_at: datetime | None
    whole: Funnel
    by_touch: tuple[Funnel, ...]
    by_tier: tuple[Funnel, ...]
    outcomes: Outcomes
    dead_numbers: int
    """Contacts whose texts do not arrive, or whose number is somebody else's."""
    unknown_texts: int
    """Touches of which nobody knows whether they left."""
    errors: tuple[ErrorCount, ...]
    spend: Spend
    revenue: tuple[Revenue, ...]
    variants: Variants
    next_steps: tuple[str, ...]
    """What to do now, in plain sentences, the most pressing first."""

    @property
    def cost_per_booking(self) -> float | None:
        """What was spent for each contact who booked; None while nobody has."""
        return cost_per_booking(self.spend, self.whole)

    @property
    def return_on_spend(self) -> float | None:
        """Real sales within 90 days for each unit of money spent; None where nothing was spent."""
        return return_on_spend(self.revenue, self.spend)

    @property
    def reactivation_rate(self) -> float | None:
        """Those who booked or came by another road, of those who got a text; None where nobody did."""
        return self.whole.reactivation_rate


def report(session: Session, campaign_id: int, meaning: Callable[[str], str] = lambda code: "") -> Report:
    """The report of a campaign as it stands; `meaning` says in words what a code of the provider's means."""
    campaign = session.get_one(Campaign, campaign_id)
    business = session.get_one(Business, campaign.business_id)
    profile = Profile.model_validate(business.profile)
    rows = funnels(session, campaign_id, "", "touch", "tier", "variant")
    segment = session.get(Segment, campaign.segment_id) if campaign.segment_id else None
    made = Report(
        campaign=campaign.id,
        name=campaign.name,
        state=campaign.state,
        paused_reason=campaign.paused_reason,
        segment=segment.name if segment else "",
        currency=profile.currency,
        at=clock.now(),
        started_at=campaign.started_at,
        whole=rows[""][0],
        by_touch=tuple(rows["touch"]),
        by_tier=tuple(rows["tier"]),
        outcomes=outcomes(session, campaign_id),
        dead_numbers=_dead(session, campaign_id),
        unknown_texts=_unknown(session, campaign_id),
        errors=_errors(session, campaign_id, meaning),
        spend=spend(session, campaign_id),
        revenue=revenue(session, campaign_id),
        variants=beside(rows["variant"], campaign.differs_in),
        next_steps=(),
    )
    seen = Seen(
        whole=made.whole,
        outcomes=made.outcomes,
        dead_numbers=made.dead_numbers,
        filtered=sum(one.texts for one in made.errors if one.code == "30007"),
        spend=made.spend,
        revenue=made.revenue,
        state=campaign.state,
        paused_reason=campaign.paused_reason,
        is_pilot=campaign.pilot_size is not None and campaign.released_at is None,
        verdict=made.variants.verdict,
        brakes=profile.brakes,
    )
    return replace(made, next_steps=advice(seen))


def _dead(session: Session, campaign_id: int) -> int:
    wanted = (
        select(func.count())
        .select_from(Enrollment)
        .outerjoin(Conversation, Conversation.contact_id == Enrollment.contact_id)
        .where(Enrollment.campaign_id == campaign_id)
        .where(or_(Enrollment.outcome.in_(DEAD), Conversation.outcome.in_(DEAD)))
    )
    return session.scalar(wanted) or 0


def _unknown(session: Session, campaign_id: int) -> int:
    wanted = (
        select(func.count())
        .select_from(Message)
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .where(Enrollment.campaign_id == campaign_id, Message.kind == "touch", Message.state == "unknown")
    )
    return session.scalar(wanted) or 0


def _errors(session: Session, campaign_id: int, meaning: Callable[[str], str]) -> tuple[ErrorCount, ...]:
    rows = session.execute(
        select(Message.error_code, func.count(), func.count(Message.contact_id.distinct()))
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .where(
            Enrollment.campaign_id == campaign_id,
            Message.kind == "touch",
            Message.state.in_(sorted(FAILURES)),
        )
        .group_by(Message.error_code)
    )
    counts = [ErrorCount(code or "", meaning(code or ""), texts, contacts) for code, texts, contacts in rows]
    return tuple(sorted(counts, key=lambda one: (-one.texts, one.code)))
