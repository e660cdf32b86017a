"""What the business starts: the touches of a campaign, and the one text of a callback."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.guards import Drop, Leave, Wait, may_leave
from actions.state import State
from data import clock
from data.db import writing
from data.models import Business, Callback, Campaign, Contact, Conversation, Enrollment, Touch
from data.profile import Profile
from data.queries.messages import conversation_of, enqueue
from data.queries.outcomes import refresh_outcome
from scheduler.gather import visits_of, whereabouts_of
from scheduler.jobs import Job
from scheduler.standing import standing_of

CHANNEL = "sms"
"""Openers go by SMS; WhatsApp allows the business to begin by approved templates alone."""


def touch(enrollment_id: int) -> list[Job]:
    """Queue the next touch of an enrollment, once, for its first lawful moment."""
    with writing() as session:
        enrollment = session.scalar(
            select(Enrollment).where(Enrollment.id == enrollment_id).with_for_update()
        )
        if enrollment is None or enrollment.state != "active" or not _due(enrollment):
            return []
        campaign = session.get_one(Campaign, enrollment.campaign_id)
        step = session.scalar(
            select(Touch).where(Touch.campaign_id == campaign.id, Touch.step == enrollment.next_step)
        )
        if campaign.state != "running" or step is None:
            return []
        contact = session.get_one(Contact, enrollment.contact_id)
        business = session.get_one(Business, campaign.business_id)
        jobs = _open(
            session,
            business,
            contact,
            kind="touch",
            body=fill(step.template, business, contact),
            once=f"touch:{enrollment.id}:{step.step}",
            enrollment_id=enrollment.id,
        )
        _move_on(session, enrollment, step)
        return jobs


def callback(callback_id: int) -> list[Job]:
    """Send the one text that was asked for; not while staff or an emergency hold the conversation."""
    with writing() as session:
        row = session.scalar(select(Callback).where(Callback.id == callback_id).with_for_update())
        if row is None or row.state != "pending" or row.due_at > clock.now():
            return []
        contact = session.get_one(Contact, row.contact_id)
        business = session.get_one(Business, contact.business_id)
        conversation = conversation_of(session, contact)
        if visits_of(session, contact) or conversation.closed_reason is not None:
            row.state = "cancelled"
            refresh_outcome(session, conversation)
            return []
        row.state = "sent"
        profile = Profile.model_validate(business.profile)
        return _open(
            session,
            business,
            contact,
            kind="callback",
            body=fill(profile.callback, business, contact),
            once=f"callback:{row.id}",
        )


def fill(template: str, business: Business, contact: Contact) -> str:
    """A proactive text with its merge fields; a household is greeted by nobody's name."""
    names = [person.first_name for person in contact.persons if person.first_name]
    first = names[0] if len(contact.persons) == 1 and names else ""
    text = template.format(first_name=first, business=business.name)
    return text.replace(" ,", ",").replace("Hi ,", "Hello,").replace("Hi,", "Hello,")


def _open(
    session: Session,
    business: Business,
    contact: Contact,
    *,
    kind: str,
    body: str,
    once: str,
    enrollment_id: int | None = None,
) -> list[Job]:
    """Ask the guards at enqueue; what may leave, now or later, goes into the outbox."""
    conversation = conversation_of(session, contact)
    message = enqueue(
        session,
        business,
        contact,
        kind=kind,
        body=body,
        channel=CHANNEL,
        once=once,
        enrollment_id=enrollment_id,
    )
    if message is None:
        return []
    standing = standing_of(session, message)
    match may_leave(kind, CHANNEL, standing, whereabouts_of(contact), clock.now()):
        case Drop(reason):
            message.state, message.cancelled_reason = "cancelled", reason
            return []
        case Wait(until):
            message.due_at = until
        case Leave():
            pass
    _expect_an_answer(conversation)
    refresh_outcome(session, conversation)
    return [Job("deliver", message.id)]


def _expect_an_answer(conversation: Conversation) -> None:
    """Every opener ends in the question whether to find a time: a bare yes answers that."""
    state = State.from_json(conversation.state)
    conversation.state = replace(
        state, asked="offer_to_book", offered=(), moving=None, called_off=False, parted=False
    ).to_json()
    conversation.last_text_at = clock.now()


def _due(enrollment: Enrollment) -> bool:
    return enrollment.due_at is not None and enrollment.due_at <= clock.now()


def _move_on(session: Session, enrollment: Enrollment, step: Touch) -> None:
    """On to the next step of the sequence, or to its end."""
    following = session.scalar(
        select(Touch).where(Touch.campaign_id == step.campaign_id, Touch.step == step.step + 1)
    )
    if following is None:
        enrollment.state, enrollment.due_at = "finished", None
        return
    enrollment.next_step = following.step
    enrollment.due_at = clock.now() + timedelta(days=following.day - step.day)
