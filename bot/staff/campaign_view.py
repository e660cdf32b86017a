"""What the pages of campaigns show: how far each has come, what holds it up, its words and their faults."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from actions.words.brief import Brief
from actions.words.finding import Finding
from bot.staff import outreach_words, words
from bot.staff.outreach_bars import width
from bot.staff.words import Label
from data.models import AuditEvent, Business, Campaign, Segment, StaffUser, Touch, WhatsAppTemplate
from data.profile import Profile
from data.queries import campaign_list
from data.segments.describe import describe
from data.segments.left_out import REASONS
from data.segments.rule import read_rule
from scheduler.campaigns.readiness import to_approve, to_launch
from scheduler.campaigns.words import brief_of, findings, fingerprint_of, touches_of

__all__ = ["Card", "View", "cards", "fingerprint_of", "view"]


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign in the list. `done` of `all` enrollments have ended; `holds`: what it lacks to run."""

    campaign: Campaign
    label: Label
    why: str
    segment: str
    done: int
    all: int
    width: str
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A touch with what speaks against it."""

    touch: Touch
    whatsapp: str
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class View:
    """One campaign. `rehearsed` and `approved` hold for its words as they are; None where they do not."""

    card: Card
    counts: Counter[str]
    who: str
    currency: str
    brief: Brief
    texts: list[Text]
    about_all: list[Finding]
    errors: int
    warnings: int
    words: str
    rehearsed: datetime | None
    was_rehearsed: bool
    approved: datetime | None
    approver: str
    was_approved: bool
    may_approve: bool
    history: list[tuple[datetime, str]]
    """When, and what was done by whom."""
    missing: list[str]
    """What a launch lacks; of a campaign that runs or has ended nothing."""
    left_out: list[tuple[str, int]]
    """Of those whom the rule means: why the last enrolling left some out, and how many."""

    @property
    def lacks_more(self) -> list[str]:
        """What a launch lacks beside words, dry run and approval, which have lines of their own."""
        own = ("Words have changed", "Nobody has approved", "The whole sequence", "Text ", "It has no texts")
        errors = {found.says for found in self.about_all}
        return [one for one in self.missing if not one.startswith(own) and one not in errors]


def cards(session: Session, business_id: int) -> list[Card]:
    """The list."""
    campaigns = campaign_list.of_business(session, business_id)
    progress = campaign_list.progress(session, [one.id for one in campaigns])
    return [_card(session, one, progress[one.id]) for one in campaigns]


def view(session: Session, campaign: Campaign) -> View:
    """Everything about one."""
    business = session.get_one(Business, campaign.business_id)
    profile = Profile.model_validate(business.profile)
    counts = campaign_list.progress(session, [campaign.id])[campaign.id]
    found, fingerprint = findings(session, campaign), fingerprint_of(session, campaign)
    done = campaign_list.history(session, campaign)
    approver = session.get(StaffUser, campaign.approved_by_id) if campaign.approved_by_id else None
    return View(
        card=_card(session, campaign, counts),
        counts=counts,
        who=describe(read_rule(campaign.rule), profile),
        currency=profile.currency,
        brief=brief_of(campaign),
        texts=[_text(session, touch, found) for touch in touches_of(session, campaign.id)],
        about_all=[one for one in found if not one.step],
        errors=sum(one.severity == "error" for one in found),
        warnings=sum(one.severity == "warning" for one in found),
        words=fingerprint,
        rehearsed=campaign.rehearsed_at if campaign.rehearsed_words == fingerprint else None,
        was_rehearsed=campaign.rehearsed_words is not None,
        approved=campaign.approved_at if campaign.approved_words == fingerprint else None,
        approver=approver.name if approver else "",
        was_approved=campaign.approved_words is not None,
        may_approve=not to_approve(session, campaign),
        history=[(event.created_at, _did(event, who)) for event, who in done],
        missing=to_launch(session, campaign) if campaign.state in ("draft", "paused") else [],
        left_out=_left_out(campaign),
    )


def _left_out(campaign: Campaign) -> list[tuple[str, int]]:
    meant = Counter(campaign.left_out)
    for nobody in ("not_in_segment", "other_tier", "already_in_it"):
        del meant[nobody]
    return [(REASONS.get(why, words.plain(why)), many) for why, many in meant.most_common() if many]


def _card(session: Session, campaign: Campaign, counts: Counter[str]) -> Card:
    segment = session.get(Segment, campaign.segment_id) if campaign.segment_id else None
    done = counts["finished"] + counts["stopped"]
    return Card(
        campaign=campaign,
        label=outreach_words.CAMPAIGNS[campaign.state],
        why=outreach_words.PAUSED.get(
            campaign.paused_reason or "", words.plain(campaign.paused_reason or "")
        ),
        segment=segment.name if segment else "",
        done=done,
        all=counts.total(),
        width=width(done, counts.total()),
        holds=tuple(to_launch(session, campaign)) if campaign.state == "draft" else (),
    )


def _did(event: AuditEvent, who: str | None) -> str:
    """Such as: Kim paused it."""
    said = outreach_words.CAMPAIGN_ACTS.get(event.action, event.action)
    if says := event.detail.get("says"):
        return f"It paused itself: {says}"
    if many := event.detail.get("contacts"):
        said = f"{said}, {many:,} contacts"
    return f"{who or 'Whoever runs this installation'} {said}"


def _text(session: Session, touch: Touch, found: list[Finding]) -> Text:
    template = session.get(WhatsAppTemplate, touch.whatsapp_template_id or 0)
    mine = [one for one in found if (one.step, one.variant) == (touch.step, touch.variant)]
    return Text(touch, template.name if template else "", mine)
