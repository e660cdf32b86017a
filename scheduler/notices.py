"""Telling staff that somebody is needed: at once, and again until somebody looks."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.decision import Decision, Suppress
from actions.state import State
from data import addresses, clock, settings
from data.db import writing
from data.models import Business, Contact, Conversation, Handoff
from data.queries.messages import enqueue
from scheduler.apply import Scene, apply
from scheduler.jobs import Job

AGAIN_AFTER = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=20))
"""The waits behind each notice; after the last one only the urgent go on."""

URGENT_DAYS = 7
"""For so many further days an urgent handoff that nobody has looked at rings once a day."""

WORDS = {
    "asked_for_person": "asks for a person",
    "complaint": "is unhappy",
    "urgent": "has pain or needs urgent care",
    "emergency": "MAY BE IN DANGER",
    "unanswered_question": "asks what the FAQ does not answer",
    "clinical_question": "asks about their health",
    "coverage_question": "asks what their plan covers",
    "legal_question": "asks about the law",
    "financial_question": "asks for advice about money",
    "on_the_way": "writes that they are on the way, or late",
    "bereavement": "has lost somebody: please write no more",
    "minor": "is a child: please write no more",
    "data_request": "asks what is kept about them, or that it goes",
    "spanish": "writes in Spanish",
    "with_whom": "wants to be seen by somebody in particular",
    "change_of_service": "wants their visit to be for something else",
    "not_understood": "was not understood twice",
    "perhaps_opt_out": "may want no more texts: please decide",
    "texted_after_opt_out": "texted again after opting out",
    "media": "sent a picture or a recording",
    "model_away": "wrote while the understanding was down",
    "calendar_away": "wants a time, but the calendar cannot be read",
    "calendar_behind": "has a visit that the calendar shows wrongly: please look at it there",
    "cannot_come": "cannot come to their appointment, and has no other time yet",
    "move_failed": "has a visit that could not be moved as you wanted: the time is taken in the calendar",
    "calendar_clash": "has a visit at a time that something else takes in the calendar: please sort it out",
    "calendar_unclear": "has a visit that was made a whole day in the calendar: please say when it is",
    "text_failed": "could not be reached with an answer",
    "callback_failed": "asked to be texted about now, but that text cannot leave: please do it",
    "loop": "may be another machine: the bot has stopped",
}
"""What each reason for a handoff is called in a notice and on the screens."""

log = structlog.get_logger(__name__)


def notice(handoff_id: int) -> list[Job]:
    """Tell staff by the channel they chose, if nobody has looked since the last time."""
    with writing() as session:
        handoff = session.scalar(select(Handoff).where(Handoff.id == handoff_id).with_for_update())
        if handoff is None or handoff.notice_due_at is None or handoff.notice_due_at > clock.now():
            return []
        if handoff.seen_at is not None or handoff.closed_at is not None:
            handoff.notice_due_at = None
            return []
        was_due, wait = handoff.notice_due_at, _wait(handoff)
        if wait is None:
            handoff.notice_due_at = None
            return _nobody_looked(session, handoff)
        handoff.notice_due_at = clock.now() + wait
        handoff.notices += 1
        return _text(session, handoff, once=f"notice:{handoff.id}:{was_due.isoformat()}")


def _wait(handoff: Handoff) -> timedelta | None:
    """How long the next notice is given; None where there is no next one."""
    if handoff.notices < len(AGAIN_AFTER):
        return AGAIN_AFTER[handoff.notices]
    goes_on = handoff.urgent and handoff.notices < len(AGAIN_AFTER) + URGENT_DAYS
    return timedelta(days=1) if goes_on else None


def _text(session: Session, handoff: Handoff, *, once: str) -> list[Job]:
    to = settings.get().staff_notice_to
    if not to:
        log.warning("STAFF_NOTICE_TO is not set: a handoff shows in the staff view only", handoff=handoff.id)
        return []
    business = session.get_one(Business, handoff.business_id)
    conversation = session.get_one(Conversation, handoff.conversation_id)
    contact = session.get_one(Contact, conversation.contact_id)
    names = [person.first_name for person in contact.persons if person.first_name]
    again = "" if handoff.notices == 1 else f" (notice {handoff.notices})"
    message = enqueue(
        session,
        business,
        None,
        kind="notice",
        body=(
            f"{' or '.join(names) or 'A contact'} {WORDS.get(handoff.reason, handoff.reason)}{again}. "
            f"{addresses.conversation(conversation.id)}"
        ),
        channel="sms",
        once=once,
        to=to,
    )
    return [] if message is None else [Job("deliver", message.id)]


def _nobody_looked(session: Session, handoff: Handoff) -> list[Job]:
    """A doubtful "stop" that nobody decided becomes an opt-out: the safe reading."""
    if handoff.reason != "perhaps_opt_out":
        return []
    business = session.get_one(Business, handoff.business_id)
    conversation = session.get_one(Conversation, handoff.conversation_id)
    contact = session.get_one(Contact, conversation.contact_id)
    handoff.closed_at = clock.now()
    scene = Scene(
        session, business, contact, conversation, conversation.channel, evidence=f"handoff {handoff.id}"
    )
    decision = Decision(None, (Suppress("opt_out"),), State.from_json(conversation.state))
    return apply(scene, decision, once=f"handoff:{handoff.id}")
