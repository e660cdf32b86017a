"""Nudging: into a silence in the middle of finding a time goes one short text, once, in lawful hours.

It says who writes and how to opt out, like everything that the business starts. Who was nudged in the last
weeks is not nudged again, however often the talk falls silent.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.decision import Decision
from actions.guards import Wait
from actions.state import State
from actions.turn import Turn
from data import clock
from data.db import writing
from data.models import Business, Callback, Contact, Conversation
from data.queries.messages import wrote_since
from data.queries.senders import NoSender
from nlu.understanding import Heard, Understanding
from scheduler.apply import Scene
from scheduler.gather import gather, profile_of, visits_of
from scheduler.jobs import Job
from scheduler.touches import start_text

ASKED = frozenset(
    {"offer_to_book", "which_opening", "which_time", "confirm_time", "which_service", "which_person"}
)
"""The questions whose answer is worth asking for once more."""

AGAIN_AFTER = timedelta(days=30)
"""Nobody is nudged twice within this time."""


def expect(scene: Scene, decision: Decision) -> None:
    """After an answer of the bot's: note when a silence would be nudged into, if at all."""
    conversation, hours = scene.conversation, profile_of(scene.business).nudge_after_hours
    waits = hours and decision.reply and decision.state.asked in ASKED and decision.state.moving is None
    conversation.nudge_due_at = clock.now() + timedelta(hours=hours) if waits else None


def nudge(conversation_id: int) -> list[Job]:
    """Write once more to somebody who fell silent, where that still makes sense and may leave."""
    with writing() as session:
        conversation = session.scalar(
            select(Conversation).where(Conversation.id == conversation_id).with_for_update()
        )
        if conversation is None or not conversation.nudge_due_at or conversation.nudge_due_at > clock.now():
            return []
        conversation.nudge_due_at = None
        if not _makes_sense(session, conversation):
            return []
        business = session.get_one(Business, conversation.business_id)
        contact = session.get_one(Contact, conversation.contact_id)
        turn = Turn(
            State(), Understanding(text="", heard=(Heard("greet"),)), gather(session, business, contact)
        )
        turn.say("nudge")
        try:
            started = start_text(
                session,
                business,
                contact,
                kind="nudge",
                body=turn.decision().reply or "",
                once=f"nudge:{conversation.id}:{conversation.last_inbound_at:%Y%m%d%H%M%S%f}",
                channel=conversation.channel,
                anew=False,
            )
        except NoSender:
            return []
        if isinstance(started.verdict, Wait):
            conversation.nudge_due_at = started.verdict.until
        return started.jobs


def _makes_sense(session: Session, conversation: Conversation) -> bool:
    """Whether a question is still open, the contact has answered before, and nothing else is arranged."""
    state, contact = State.from_json(conversation.state), session.get_one(Contact, conversation.contact_id)
    later = select(Callback.id).where(Callback.contact_id == contact.id, Callback.state == "pending").limit(1)
    return (
        state.asked in ASKED
        and conversation.last_inbound_at is not None
        and not visits_of(session, contact)
        and session.scalar(later) is None
        and not wrote_since(session, contact.id, ("nudge",), clock.now() - AGAIN_AFTER)
    )
