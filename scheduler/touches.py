"""What the business starts with one contact: the one text of a callback, a nudge, a reminder.

The touches of campaigns leave in bulk (scheduler/outreach).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.guards import Drop, Leave, Wait
from actions.state import State
from actions.words.brief import Brief
from actions.words.template import UnusableText, from_braces, render
from data import clock
from data.db import writing
from data.models import Business, Callback, Contact, Conversation, Message
from data.profile import Profile
from data.queries.messages import conversation_of, enqueue
from data.queries.outcomes import refresh_outcome
from data.queries.senders import NoSender
from scheduler.consequences import promise_broken
from scheduler.jobs import Job
from scheduler.outreach.outbox import expecting
from scheduler.outreach.wording import fields_of
from scheduler.standing import verdict_on

CHANNEL = "sms"
"""Openers go by SMS; WhatsApp allows the business to begin by approved templates alone."""

log = structlog.get_logger(__name__)


def callback(callback_id: int) -> list[Job]:
    """Send the one text that was asked for, when it may leave.

    It stays pending while staff or an emergency hold it up. One that can never leave is a promise: a
    person gets it, unless the contact no longer wants it.
    """
    with writing() as session:
        row = session.scalar(select(Callback).where(Callback.id == callback_id).with_for_update())
        if row is None or row.state != "pending" or row.due_at > clock.now():
            return []
        contact = session.get_one(Contact, row.contact_id)
        business = session.get_one(Business, contact.business_id)
        conversation = conversation_of(session, contact)
        try:
            body = fill(Profile.model_validate(business.profile).callback, business, contact)
            started = start_text(
                session, business, contact, kind="callback", body=body, once=f"callback:{row.id}"
            )
        except (UnusableText, NoSender) as error:
            log.error("callback cannot be sent", callback=row.id, error=type(error).__name__)
            started = Started(Drop("unusable_text"))
        match started.verdict:
            case Wait(until):
                row.due_at = until
                return []
            case Leave():
                row.state = "sent"
            case Drop(reason):
                row.state = "cancelled"
                started.jobs += promise_broken(session, conversation, reason)
        refresh_outcome(session, conversation)
        return started.jobs


def fill(template: str, business: Business, contact: Contact) -> str:
    """A proactive text with its merge fields; a household is greeted by nobody's name.

    Raises UnusableText.
    """
    return render(from_braces(template), fields_of(contact, None, business, Brief()))


@dataclass(slots=True)
class Started:
    """What the guards said, and the jobs that come of it."""

    verdict: Leave | Wait | Drop
    jobs: list[Job] = field(default_factory=list)


def start_text(
    session: Session,
    business: Business,
    contact: Contact,
    *,
    kind: str,
    body: str,
    once: str,
    enrollment_id: int | None = None,
    channel: str = CHANNEL,
    anew: bool = True,
) -> Started:
    """Ask the guards at enqueue: only what may leave now waits in the outbox, the rest with its own row.

    What is dropped stays there too, cancelled, for whoever asks why. `anew`: it begins the talk with the
    question whether to find a time; else the pending question stands. Raises NoSender.
    """
    conversation = conversation_of(session, contact)
    wanted = Message(
        business_id=business.id,
        contact_id=contact.id,
        channel=channel,
        kind=kind,
        enrollment_id=enrollment_id,
        created_at=clock.now(),
    )
    verdict = verdict_on(session, wanted)
    if isinstance(verdict, Wait):
        return Started(verdict)
    message = enqueue(
        session,
        business,
        contact,
        kind=kind,
        body=body,
        channel=channel,
        once=once,
        enrollment_id=enrollment_id,
    )
    if message is None:
        return Started(Leave())  # it is in the outbox already
    if isinstance(verdict, Drop):
        message.state, message.cancelled_reason = "cancelled", verdict.reason
        return Started(verdict)
    if anew:
        _expect_an_answer(conversation)
    refresh_outcome(session, conversation)
    return Started(verdict, [Job("deliver", message.id)])


def _expect_an_answer(conversation: Conversation) -> None:
    conversation.state = expecting(State.from_json(conversation.state)).to_json()
    conversation.last_text_at = clock.now()
