"""The demo's campaign: three texts, played through, approved by the front desk and launched, as any other."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.words.library import as_steps, starter
from actions.words.template import from_braces
from bot.rehearsal.dry_run import dry_run
from data.db import writing
from data.models import Business, Campaign, StaffUser
from data.profile import Profile
from data.segments.rule import EVERYBODY
from scheduler.campaigns import lifecycle
from scheduler.campaigns.plan import Plan, PlannedTouch

CAMPAIGN = "We would love to see you again"
STARTER = "lapsed-3-to-12-health"


def launch_once() -> None:
    """Bring the campaign as far as it goes; what was done at an earlier start stays as it is."""
    with writing() as session:
        campaign = session.scalar(select(Campaign).order_by(Campaign.id).limit(1)) or _written(session)
        campaign_id, rehearsed, started = campaign.id, campaign.rehearsed_words, campaign.started_at
    if started is not None:
        return
    if rehearsed is None:
        dry_run(campaign_id)
    with writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        lifecycle.approve(session, campaign, session.scalars(select(StaffUser).limit(1)).one())
    lifecycle.launch(campaign_id)


def _written(session: Session) -> Campaign:
    business = session.scalars(select(Business)).one()
    opener = Profile.model_validate(business.profile).opener
    shelved = starter(STARTER)
    assert shelved is not None, "the library has it"
    texts = [from_braces(opener), *(step.template for step in as_steps(shelved)[1:])]
    touches = tuple(
        PlannedTouch(text=text, step=step.step, day=step.day, angle=step.angle)
        for text, step in zip(texts, as_steps(shelved), strict=True)
    )
    campaign = lifecycle.new(session, business.id, CAMPAIGN, Plan(touches=touches))
    campaign.rule = EVERYBODY.as_json()  # so that every phone of the demo gets a text
    return campaign
