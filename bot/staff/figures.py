"""Figures: all campaigns side by side, from the first text to the money; what is estimated stays apart."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from bot.staff import sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm
from bot.staff.outreach_bars import width
from data.db import reading
from data.figures import Funnel, Revenue, Spend, by_campaign, by_segment, revenue, spend, variants
from data.models import Business, Campaign
from data.profile import Profile
from data.queries import campaign_list

STAGES = ("sent", "delivered", "replied", "conversing", "booked", "attended", "opted_out", "failed")
"""The columns of a funnel, in order."""


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign in the comparison. `cost_per_booking`: None while nobody has booked."""

    campaign: Campaign
    whole: Funnel
    revenue: tuple[Revenue, ...]
    spend: Spend
    verdict: str

    @property
    def cost_per_booking(self) -> float | None:
        """What was spent for each contact who booked."""
        return self.spend.total / self.whole.booked if self.whole.booked else None


@blueprint.get("/figures", endpoint="figures")
def show() -> str:
    """The page."""
    me = sessions.me()
    with reading() as session:
        profile = Profile.model_validate(session.get_one(Business, me.business_id).profile)
        begun = [one for one in campaign_list.of_business(session, me.business_id) if one.started_at]
        funnels = by_campaign(session, [one.id for one in begun])
        lines = [_line(session, one, funnels[one.id]) for one in begun]
        segments = by_segment(session, me.business_id)
    return render_template(
        "staff/figures.html",
        lines=lines,
        segments=[row for row in segments if row.enrolled],
        stages=STAGES,
        width=width,
        profile=profile,
        zone=me.timezone,
        act=ActForm(),
    )


def _line(session: Session, campaign: Campaign, whole: Funnel) -> Line:
    return Line(
        campaign,
        whole,
        revenue(session, campaign.id),
        spend(session, campaign.id),
        variants(session, campaign.id).verdict,
    )
