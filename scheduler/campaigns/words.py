"""What a campaign says, read from its rows: steps, brief, fingerprint, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.words.about import About
from actions.words.brief import Brief
from actions.words.fingerprint import fingerprint
from actions.words.health import services_of
from actions.words.lint import Finding, lint
from actions.words.step import Step, WhatsAppWords
from data import clock
from data.models import Business, Campaign, Touch, WhatsAppTemplate
from data.models.campaign import WHATSAPP_FIRST
from data.segments.rule import Rule, read_rule
from scheduler.campaigns.sample import sample
from scheduler.gather import profile_of
from scheduler.outreach.preview import Preview, preview

LOOKED_AT = 500
"""So many contacts tell which fields are often missing, and how long a name gets."""


def touches_of(session: Session, campaign_id: int) -> list[Touch]:
    """The touches in order, variant a before b."""
    of_it = select(Touch).where(Touch.campaign_id == campaign_id).order_by(Touch.step, Touch.variant)
    return list(session.scalars(of_it))


def steps_of(session: Session, campaign: Campaign) -> tuple[Step, ...]:
    """The sequence as the words see it."""
    touches = touches_of(session, campaign.id)
    templates = _templates(session, touches)
    return tuple(_step(touch, templates.get(touch.whatsapp_template_id or 0)) for touch in touches)


def brief_of(campaign: Campaign) -> Brief:
    """The campaign's one-page brief."""
    return Brief.from_json(campaign.brief)


def fingerprint_of(session: Session, campaign: Campaign) -> str:
    """What approval and dry run hold for: any changed word makes another one."""
    return fingerprint(steps_of(session, campaign), brief_of(campaign))


def findings(session: Session, campaign: Campaign) -> list[Finding]:
    """All that speaks against the words of a campaign; an error keeps it from being launched."""
    business = session.get_one(Business, campaign.business_id)
    steps, brief, today = steps_of(session, campaign), brief_of(campaign), _today(business)
    people = ((one.contact, one.person) for one in sample(session, campaign, LOOKED_AT))
    over = preview(people, steps, brief, business, today=today)
    return lint(steps, brief, _about(business, campaign, today, over))


def _templates(session: Session, touches: Iterable[Touch]) -> dict[int, WhatsAppTemplate]:
    wanted = {touch.whatsapp_template_id for touch in touches if touch.whatsapp_template_id}
    if not wanted:
        return {}
    rows = session.scalars(select(WhatsAppTemplate).where(WhatsAppTemplate.id.in_(wanted)))
    return {row.id: row for row in rows}


def _step(touch: Touch, template: WhatsAppTemplate | None) -> Step:
    return Step(
        step=touch.step,
        day=touch.day,
        template=touch.template,
        variant=touch.variant,
        angle=touch.angle,
        tiers=touch.tiers,
        is_last=touch.is_last,
        whatsapp=WhatsAppWords(template.body, template.variables) if template else None,
    )


def _today(business: Business) -> date:
    return clock.now().astimezone(ZoneInfo(business.timezone)).date()


def _about(business: Business, campaign: Campaign, today: date, over: Preview) -> About:
    profile, rule = profile_of(business), read_rule(campaign.rule)
    return About(
        business=business.name,
        today=today,
        country=business.country,
        health_trade=profile.health_trade,
        services=services_of(profile),
        oldest_months=_reaches_back(rule),
        differs_in=campaign.differs_in,
        whatsapp=campaign.channel == WHATSAPP_FIRST,
        gap_days=profile.touch_gap_days,
        lacking=over.lacking,
        longest=over.longest,
    )


def _reaches_back(rule: Rule) -> int | None:
    """How many months of silence the rule takes in; None: without bound, or also where no date is known."""
    return None if rule.dormant is None or rule.dormant.undated else rule.dormant.to_months
