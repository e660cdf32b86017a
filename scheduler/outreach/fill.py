"""Filling the outbox: the best of each campaign's queue become texts, as many as their senders have room for.

A batch is one transaction: its contacts are asked about together, and an error of one row ends that one's
sequence alone. Running campaigns share the room equally; what one does not need goes to the others.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.guards import Drop, Leave, Wait
from data import clock
from data.db import reading, writing
from data.models import Business, Campaign, Contact, Enrollment, Touch, WhatsAppTemplate
from data.queries.enrollments import end_enrollments
from data.queries.senders import sender_of_contact, senders_of
from scheduler.gather import profile_of
from scheduler.jobs import Job
from scheduler.outreach import daily, sequence, spending
from scheduler.outreach.brakes import budget_spent, holds
from scheduler.outreach.channels import channel_for
from scheduler.outreach.composing import UNUSABLE, compose, person_of, why
from scheduler.outreach.facts import Known, Text, look_up, verdict_on
from scheduler.outreach.outbox import Queued, put
from scheduler.outreach.places import Places, places_of
from scheduler.outreach.sequence import NOTHING_FOLLOWS, touch_at
from scheduler.outreach.waiting import STANDS, promote, touches_by_campaign

BATCH = 50
"""So many enrollments in one transaction."""

MOST = 500
"""So many are looked at in one job; then others have their turn."""

FULL = timedelta(seconds=10)
"""How long a contact stands aside whose own sender is full just now."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Plan:
    """A running campaign, as it is filled from. `left`: of its budget; None: no limit."""

    campaign: Campaign
    touches: list[Touch]
    templates: dict[int, WhatsAppTemplate]
    left: float | None = None
    spent: bool = False

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that its touches may go by."""
        return ("sms",) if self.campaign.channel == "sms" else ("sms", "whatsapp")

    def template_of(self, touch: Touch) -> WhatsAppTemplate | None:
        return self.templates.get(touch.whatsapp_template_id or 0)


def outreach(business_id: int) -> list[Job]:
    """Let what is due take its place, then fill the outbox of a business's senders. Returns what to wake."""
    if promote():
        return [Job("outreach", business_id)]
    return fill(business_id)


def fill(business_id: int) -> list[Job]:
    """Fill up the outbox; nothing happens where it is full, or nobody stands in a queue."""
    with reading() as session:
        business = session.get(Business, business_id)
        if business is None:
            return []
        senders = senders_of(session, business_id)
        plans = _plans(session, business_id)
    plans = [plan for plan in plans if holds(plan.campaign)]
    for plan in plans:
        plan.left = spending.left_to_spend(plan.campaign)
    spent = {sender.id for sender in senders if daily.is_spent(business, sender)}
    with reading() as session:
        places = places_of(session, business, senders, spent)
    return _share(business, plans, places)


def _plans(session: Session, business_id: int) -> list[Plan]:
    running = session.scalars(
        select(Campaign).where(
            Campaign.business_id == business_id,
            Campaign.state == "running",
            Campaign.looked_to.is_(None),  # the best of all go first, so all have to be known
        )
    ).all()
    touches = touches_by_campaign(session, [campaign.id for campaign in running])
    named = {touch.whatsapp_template_id for some in touches.values() for touch in some}
    rows = session.scalars(select(WhatsAppTemplate).where(WhatsAppTemplate.id.in_(named - {None})))
    templates = {row.id: row for row in rows}
    return [Plan(campaign, touches[campaign.id], templates) for campaign in running]


def _share(business: Business, plans: list[Plan], places: Places) -> list[Job]:
    """Equal shares of the room for all that have something to send, in rounds."""
    hungry, looked_at, woken = list(plans), 0, set[int]()
    random.shuffle(hungry)  # where there are fewer places than campaigns, it is not always the same ones
    while hungry and looked_at < MOST:
        shares = {id(plan): max(1, places.room(plan.channels) // len(hungry)) for plan in hungry}
        for plan in list(hungry):
            most = min(shares[id(plan)], BATCH, places.room(plan.channels))
            if places.closed(plan.channels):
                most = BATCH  # nobody could send: those who stand in front are put aside until somebody can
            if not most:
                hungry.remove(plan)
                continue
            with writing() as session:
                batch = _Batch(session, business, plan, places)
                seen = batch.run(most)
            woken |= batch.senders
            spending.spend(plan.campaign, batch.cost)
            looked_at += seen
            if seen < most or plan.spent:
                hungry.remove(plan)
    for plan in plans:
        if plan.spent:
            budget_spent(plan.campaign)
    more = hungry and looked_at >= MOST
    return [
        *(Job("dispatch", sender) for sender in sorted(woken)),
        *([Job("outreach", business.id)] if more else []),
    ]


@dataclass(slots=True)
class _Batch:
    """One transaction's worth of a campaign's queue."""

    session: Session
    business: Business
    plan: Plan
    places: Places
    texts: list[Queued] = field(default_factory=list)
    ends: dict[str, list[int]] = field(default_factory=dict)
    senders: set[int] = field(default_factory=set)
    cost: float = 0.0

    def run(self, most: int) -> int:
        """Queue up to `most` texts; how many enrollments were looked at."""
        session, plan = self.session, self.plan
        taken = session.scalars(
            select(Enrollment)
            .where(Enrollment.campaign_id == plan.campaign.id, STANDS)
            .order_by(Enrollment.score.desc(), Enrollment.id.desc())
            .limit(most)
            .with_for_update(skip_locked=True, key_share=True)
        ).all()
        if not taken:
            return 0
        ids = [enrollment.contact_id for enrollment in taken]
        contacts = {row.id: row for row in session.scalars(select(Contact).where(Contact.id.in_(ids)))}
        known = look_up(session, self.business, list(contacts.values()))
        for enrollment in taken:
            self._one(enrollment, contacts[enrollment.contact_id], known)
            if plan.spent:
                break
        session.flush()
        put(session, self.business, self.texts, known)
        for reason, ended in self.ends.items():
            end_enrollments(session, ended, reason)
            log.info("enrollments ended", campaign=plan.campaign.id, reason=reason, count=len(ended))
        return len(taken)

    def _one(self, enrollment: Enrollment, contact: Contact, known: Known) -> None:
        plan, business = self.plan, self.business
        touch = touch_at(plan.touches, enrollment.next_step, enrollment.variant, enrollment.tier)
        if touch is None:
            self._nothing_follows(enrollment)
            return
        choice = channel_for(
            plan.campaign, plan.template_of(touch), business, enrollment, contact, self.places.senders, known
        )
        if choice.not_before is not None and choice.not_before > clock.now():
            _aside(enrollment, choice.not_before)
            return
        channel, template = choice.channel, plan.template_of(touch)
        templated = channel == "whatsapp" and template is not None
        match verdict_on(
            business, Text(contact, enrollment, plan.campaign, channel, clock.now(), templated), known
        ):
            case Drop(reason):
                self.ends.setdefault(reason, []).append(enrollment.id)
                return
            case Wait(until):
                _aside(enrollment, until)
                return
            case Leave():
                pass
        sender = sender_of_contact(self.places.senders, contact, channel)
        if sender is None:
            self.ends.setdefault("no_sender", []).append(enrollment.id)
            return
        try:
            person = person_of(contact, enrollment.person_id)
            made = compose(channel, touch, template, plan.campaign, business, contact, person)
        except UNUSABLE as error:
            self.ends.setdefault(why(error), []).append(enrollment.id)
            return
        if plan.left is not None and (made.cost or 0.0) > plan.left:
            plan.spent = True  # the best of those who still stand in the queue, once there is more to spend
            return
        if not self.places.take(sender):
            _aside(enrollment, self.places.closed_until.get(sender.id, clock.now() + FULL))
            return
        if plan.left is not None:
            plan.left -= made.cost or 0.0
        self.cost += made.cost or 0.0
        self.senders.add(sender.id)
        self.texts.append(Queued(enrollment, contact, touch, sender, channel, made))
        self._move_on(enrollment, touch)

    def _move_on(self, enrollment: Enrollment, touch: Touch) -> None:
        now = clock.now()
        enrollment.began_at = enrollment.began_at or now
        following = sequence.after(
            self.plan.touches,
            touch,
            enrollment.variant,
            enrollment.tier,
            began_at=enrollment.began_at,
            now=now,
            gap_days=profile_of(self.business).touch_gap_days,
        )
        enrollment.touched_at, enrollment.queued = now, False
        enrollment.next_step, enrollment.due_at = following.step, following.due_at

    def _nothing_follows(self, enrollment: Enrollment) -> None:
        """The sequence has no touch for them any more, such as after an edit: their silence is waited for."""
        since = enrollment.touched_at
        enrollment.next_step, enrollment.queued = NOTHING_FOLLOWS, False
        enrollment.due_at = since + sequence.ANSWER_WITHIN if since else clock.now()


def _aside(enrollment: Enrollment, until: datetime) -> None:
    """Out of the queue, until then."""
    enrollment.queued, enrollment.due_at = False, until
