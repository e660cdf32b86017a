"""The life of a campaign: written, checked, rehearsed, approved, launched, piloted, released, paused, ended.

Nothing is launched that a named member of staff has not approved word for word, and that has not been played
through since the last changed word. Whoever changes a word of a running campaign pauses it by that.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data import clock
from data.db import writing
from data.models import Business, Campaign, Message, Segment, StaffUser, Touch, WhatsAppTemplate
from data.queries import audit
from scheduler.campaigns import ending, enrolling, enrolling_slices
from scheduler.campaigns.enrolling import Enrolled
from scheduler.campaigns.plan import BadPlan, Plan, PlannedTouch
from scheduler.campaigns.readiness import to_approve, to_launch
from scheduler.campaigns.taking_back import take_back
from scheduler.campaigns.words import brief_of, fingerprint_of, touches_of
from scheduler.jobs import Job
from scheduler.wake import wake

WORDS_CHANGED = "words_changed"
"""Why a campaign is paused whose words were changed while it ran."""


class NotReady(Exception):
    """What was asked for cannot be done yet; `missing` says in sentences what to do first."""

    def __init__(self, *missing: str) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


class NoSuchCampaign(LookupError):
    """There is no campaign of that name; the message lists those that there are."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a member of staff, or nobody of them (whoever runs the installation)."""

    staff: int | None = None

    def note(self, session: Session, campaign: Campaign, action: str, **detail: object) -> None:
        """Keep it in the record of who did what."""
        by = {} if self.staff else {"by": audit.OPERATOR}
        audit.note(session, campaign.business_id, action, self.staff, campaign=campaign.name, **by, **detail)


OPERATOR = Actor()


def find(session: Session, business_id: int, name: str) -> Campaign:
    """The campaign of that name, locked for writing. Raises NoSuchCampaign."""
    of_business = select(Campaign).where(Campaign.business_id == business_id)
    found = session.scalar(of_business.where(Campaign.name == name).with_for_update())
    if found is None:
        names = session.scalars(of_business.order_by(Campaign.id).with_only_columns(Campaign.name)).all()
        there = f"there are: {', '.join(names)}" if names else "there is none yet"
        raise NoSuchCampaign(f"no campaign is called {name!r}; {there}")
    return found


def new(session: Session, business_id: int, name: str, plan: Plan, by: Actor = OPERATOR) -> Campaign:
    """A draft. Raises BadPlan where the name is taken, or a segment or template does not exist."""
    name = " ".join(name.split())
    taken = select(Campaign.id).where(Campaign.business_id == business_id, Campaign.name == name)
    if not name or session.scalar(taken) is not None:
        raise BadPlan(f"a campaign called {name!r} exists already" if name else "a campaign needs a name")
    campaign = Campaign(business_id=business_id, name=name)
    session.add(campaign)
    session.flush()
    _write(session, campaign, plan)
    by.note(session, campaign, audit.CAMPAIGN_MADE)
    return campaign


def edit_words(session: Session, campaign: Campaign, plan: Plan, by: Actor = OPERATOR) -> None:
    """Bring a campaign to what the plan says; a changed word voids approval and dry run.

    A running one is paused then, and what waits in the outbox with the old words goes back to its sequence.
    Raises BadPlan, and NotReady for a campaign that has ended.
    """
    if campaign.state == "done":
        raise NotReady("The campaign has ended; make a new one.")
    before = fingerprint_of(session, campaign)
    _write(session, campaign, plan)
    if fingerprint_of(session, campaign) == before:
        return
    take_back(session, campaign.id)
    if campaign.state == "running":
        campaign.state, campaign.paused_reason = "paused", WORDS_CHANGED
    by.note(session, campaign, audit.CAMPAIGN_WORDS_CHANGED)


def plan_of(session: Session, campaign: Campaign) -> Plan:
    """What `edit_words` takes, as the campaign stands."""
    segment = campaign.segment_id and session.get(Segment, campaign.segment_id)
    names = _template_names(session, campaign.business_id)
    return Plan(
        segment=segment.name if segment else "",
        brief=brief_of(campaign),
        touches=tuple(
            PlannedTouch(
                text=touch.template,
                day=touch.day,
                step=touch.step,
                variant="b" if touch.variant == "b" else "a",
                angle=touch.angle,
                tiers=touch.tiers,
                is_last=touch.is_last,
                whatsapp=names.get(touch.whatsapp_template_id or 0, ""),
            )
            for touch in touches_of(session, campaign.id)
        ),
        channel="whatsapp_first" if campaign.channel == "whatsapp_first" else "sms",
        sms_after_hours=campaign.sms_after_hours,
        in_business_hours=campaign.in_business_hours,
        differs_in=campaign.differs_in,
        standing=campaign.standing,
        cooling_off_days=campaign.cooling_off_days,
        budget=campaign.budget,
        pilot=campaign.pilot_size,
    )


def approve(session: Session, campaign: Campaign, staff: StaffUser) -> None:
    """A named member of staff stands by every word as it is now. Raises NotReady where errors are left."""
    if missing := to_approve(session, campaign):
        raise NotReady(*missing)
    campaign.approved_words = fingerprint_of(session, campaign)
    campaign.approved_at, campaign.approved_by_id = clock.now(), staff.id
    Actor(staff.id).note(session, campaign, audit.CAMPAIGN_APPROVED)


def note_dry_run(session: Session, campaign: Campaign, words: str, by: Actor = OPERATOR) -> None:
    """The whole sequence was played with these words (their fingerprint, as it was then)."""
    campaign.rehearsed_words, campaign.rehearsed_at = words, clock.now()
    by.note(session, campaign, audit.CAMPAIGN_REHEARSED)


def launch(campaign_id: int, by: Actor = OPERATOR) -> Enrolled:
    """Begin, and enrol everybody whom its rule means; with a pilot the best first. Safe to repeat.

    In transactions of its own, which for a long list take their time. Raises NotReady.
    """
    _begin(campaign_id, by)
    return enrolling_slices.to_the_end(campaign_id)


def launch_soon(campaign_id: int, by: Actor = OPERATOR) -> None:
    """The same, by the workers: whoever asks waits for nothing. Raises NotReady."""
    _begin(campaign_id, by)
    wake([Job("enrol", campaign_id)])


def _begin(campaign_id: int, by: Actor) -> None:
    with writing() as session:
        campaign = session.get_one(Campaign, campaign_id, with_for_update=True)
        if missing := to_launch(session, campaign):
            raise NotReady(*missing)
        if campaign.state != "running":
            campaign.state, campaign.paused_reason = "running", None
            campaign.started_at = campaign.started_at or clock.now()
            by.note(session, campaign, audit.CAMPAIGN_LAUNCHED)
        enrolling_slices.begin(campaign)


def release(session: Session, campaign: Campaign, by: Actor = OPERATOR) -> int:
    """After the pilot: the rest may go too; how many they are. Raises NotReady."""
    if campaign.pilot_size is None or campaign.started_at is None:
        raise NotReady("There is no pilot: the campaign has not been launched with one.")
    released = enrolling.release(session, campaign.id)
    campaign.released_at = campaign.released_at or clock.now()
    if released:
        by.note(session, campaign, audit.CAMPAIGN_RELEASED, contacts=released)
    return released


def pause(session: Session, campaign: Campaign, by: Actor = OPERATOR) -> None:
    """Nothing of it leaves any more, from the next text on. Raises NotReady where it does not run."""
    if campaign.state == "paused":
        return
    if campaign.state != "running":
        raise NotReady("Only a running campaign can be paused.")
    campaign.state, campaign.paused_reason = "paused", "staff"
    by.note(session, campaign, audit.CAMPAIGN_PAUSED)


def resume(session: Session, campaign: Campaign, by: Actor = OPERATOR) -> None:
    """On again, with all that a launch asks for. What the brakes have seen so far brakes no more."""
    if campaign.state == "running":
        return
    if campaign.state != "paused":
        raise NotReady("Only a paused campaign can be resumed.")
    if missing := to_launch(session, campaign):
        raise NotReady(*missing)
    campaign.braked_to = session.scalar(select(func.max(Message.id)))
    campaign.state, campaign.paused_reason = "running", None
    by.note(session, campaign, audit.CAMPAIGN_RESUMED)


def end(campaign_id: int, by: Actor = OPERATOR) -> int:
    """Over for good: no further text of it; how many enrollments ended with it. Safe to repeat."""
    with writing() as session:
        campaign = session.get_one(Campaign, campaign_id, with_for_update=True)
        if campaign.state != "done":
            ending.begin(campaign)
            by.note(session, campaign, audit.CAMPAIGN_ENDED)
    return ending.to_the_end(campaign_id)


def _write(session: Session, campaign: Campaign, plan: Plan) -> None:
    _choose_segment(session, campaign, plan.segment)
    campaign.brief = plan.brief.to_json()
    campaign.channel = plan.channel
    campaign.sms_after_hours = plan.sms_after_hours
    campaign.in_business_hours = plan.in_business_hours
    campaign.differs_in = plan.differs_in
    campaign.standing = plan.standing
    campaign.cooling_off_days = plan.cooling_off_days
    campaign.budget = plan.budget
    campaign.pilot_size = plan.pilot
    names = {name: row for row, name in _template_names(session, campaign.business_id).items()}
    names |= _template_sids(session, campaign.business_id)
    there = {(touch.step, touch.variant): touch for touch in touches_of(session, campaign.id)}
    for step, planned in plan.steps():
        if planned.whatsapp and planned.whatsapp not in names:
            raise BadPlan(f"step {step}: no WhatsApp template is called {planned.whatsapp!r}")
        touch = there.pop((step, planned.variant), None)
        if touch is None:
            touch = Touch(campaign_id=campaign.id, step=step, variant=planned.variant, template="")
            session.add(touch)
        touch.template, touch.day, touch.angle = planned.text, planned.day, planned.angle
        touch.tiers, touch.is_last = planned.tiers, planned.is_last
        touch.whatsapp_template_id = names.get(planned.whatsapp)
    for gone in there.values():
        session.delete(gone)
    session.flush()


def _choose_segment(session: Session, campaign: Campaign, name: str) -> None:
    """A copy of the segment's rule as it is now: whoever edits the segment changes no running campaign."""
    if not name:
        campaign.segment_id, campaign.rule = None, {}
        return
    wanted = select(Segment).where(Segment.business_id == campaign.business_id, Segment.name == name)
    segment = session.scalar(wanted)
    if segment is None:
        raise BadPlan(f"segment: no segment is called {name!r}; rekindle segment list shows them")
    if campaign.looked_to is not None and campaign.rule != segment.rule:
        campaign.looked_to = 0  # whom the first stretches hold is looked at by the new rule, too
    campaign.segment_id, campaign.rule = segment.id, segment.rule


def _template_names(session: Session, business_id: int) -> dict[int, str]:
    rows = select(WhatsAppTemplate.id, WhatsAppTemplate.name)
    return {row.id: row.name for row in session.execute(rows.where(_of(business_id)))}


def _template_sids(session: Session, business_id: int) -> dict[str, int]:
    rows = select(WhatsAppTemplate.content_sid, WhatsAppTemplate.id)
    return {row.content_sid: row.id for row in session.execute(rows.where(_of(business_id)))}


def _of(business_id: int) -> ColumnElement[bool]:
    return WhatsAppTemplate.business_id == business_id


def business_of(session: Session) -> Business | None:
    """The business of this installation; with several, the first."""
    return session.scalar(select(Business).order_by(Business.id).limit(1))
