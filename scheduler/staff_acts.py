"""What staff do with a conversation: take over, reply, hand back, reopen. Each leaves an audit row."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from actions.decision import Decision, Suppress
from actions.guards import Drop, may_leave
from actions.state import State
from actions.turn import Turn
from data import clock
from data.models import AuditEvent, Business, Contact, Conversation, Handoff, StaffUser
from data.queries import audit
from data.queries.messages import cancel_queued, enqueue
from data.queries.outcomes import refresh_outcome
from data.queries.suppressions import suppressed_for
from data.whereabouts import Whereabouts
from nlu.understanding import Heard, Understanding
from scheduler.apply import Scene, apply
from scheduler.gather import gather
from scheduler.jobs import Job
from scheduler.standing import standing_of

LONGEST_REPLY = 1600
"""The provider's limit for one text."""


class NotAllowed(Exception):
    """Staff may not do that here; the message says why, in words for the screen."""


def take_over(session: Session, conversation: Conversation, user: StaffUser) -> None:
    """The bot is silent from now on: its queued answers do not leave any more, what is proactive waits."""
    conversation.staff_took_over_at = conversation.staff_took_over_at or clock.now()
    conversation.staff_user_id = user.id
    cancel_queued(session, conversation.contact_id, ("reply",), "staff_took_over")
    look(session, conversation)
    audit.note_of(session, conversation, "took over", user.id)
    refresh_outcome(session, conversation)


def reply(session: Session, conversation: Conversation, user: StaffUser, text: str) -> list[Job]:
    """Staff write, signed by name; the conversation is theirs by that. Raises NotAllowed."""
    text = text.strip()
    if not text:
        raise NotAllowed("Write something first.")
    signed = f"{text}\n{user.name}" if not text.endswith(user.name) else text
    if len(signed) > LONGEST_REPLY:
        raise NotAllowed(f"A text holds at most {LONGEST_REPLY} characters, your name included.")
    business, contact = _who(session, conversation)
    if suppressed_for(session, business, contact.phone, conversation.channel):
        raise NotAllowed("This contact has opted out. Nobody may text them any more.")
    if conversation.staff_took_over_at is None:
        take_over(session, conversation, user)
    message = enqueue(
        session,
        business,
        contact,
        kind="staff",
        body=signed,
        channel=conversation.channel,
        staff_user_id=user.id,
    )
    assert message is not None, "a text without a key of its own is always queued"
    verdict = may_leave("staff", message.channel, standing_of(session, message), Whereabouts(), clock.now())
    if isinstance(verdict, Drop):
        raise NotAllowed(
            "WhatsApp allows free text only within 24 hours of the contact's last text."
            if verdict.reason == "outside_whatsapp_window"
            else "This contact must not be texted."
        )
    conversation.last_text_at = clock.now()
    audit.note_of(session, conversation, "replied", user.id, message=message.id)
    return [Job("deliver", message.id)]


def hand_back(session: Session, conversation: Conversation, user: StaffUser) -> list[Job]:
    """The bot answers again, and says so; what waited for a person is closed."""
    was_theirs = conversation.staff_took_over_at is not None
    released = {"released": True} if conversation.frozen_at is not None else {}
    conversation.staff_took_over_at, conversation.staff_user_id = None, None
    conversation.frozen_at = None
    session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None))
        .values(closed_at=clock.now(), notice_due_at=None)
    )
    act = "handed back" if was_theirs else "marked as done"
    audit.note_of(session, conversation, act, user.id, **released)
    refresh_outcome(session, conversation)
    business, contact = _who(session, conversation)
    if not was_theirs or suppressed_for(session, business, contact.phone, conversation.channel):
        return []
    state = replace(State.from_json(conversation.state), asked=None, offered=(), misunderstood=0)
    heard = Understanding(text="", heard=(Heard("greet"),))
    turn = Turn(state, heard, gather(session, business, contact))
    turn.say("handed_back", staff=user.name)
    scene = Scene(session, business, contact, conversation, conversation.channel)
    return apply(scene, turn.decision(), once=f"back:{conversation.id}:{_last_audit(session, conversation)}")


def look(session: Session, conversation: Conversation) -> None:
    """Somebody looks: nobody else needs to be told."""
    session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == conversation.id, Handoff.seen_at.is_(None))
        .values(seen_at=clock.now(), notice_due_at=None)
    )


def reopen(session: Session, conversation: Conversation, user: StaffUser, reason: str) -> None:
    """After a clear no: the business may write again, for a reason that is kept. Raises NotAllowed."""
    if not reason.strip():
        raise NotAllowed("Say why this contact may be written to again.")
    conversation.closed_reason = None
    audit.note_of(session, conversation, "reopened", user.id, reason=reason.strip())
    refresh_outcome(session, conversation)


def opt_out(session: Session, conversation: Conversation, user: StaffUser) -> None:
    """The contact asked a person to be left alone: as good as a STOP, without a text."""
    business, contact = _who(session, conversation)
    scene = Scene(session, business, contact, conversation, conversation.channel, "staff", f"staff {user.id}")
    apply(
        scene,
        Decision(None, (Suppress("opt_out"),), State.from_json(conversation.state)),
        once=f"staff-opt-out:{conversation.id}",
    )
    audit.note_of(session, conversation, "entered an opt-out", user.id)


def _who(session: Session, conversation: Conversation) -> tuple[Business, Contact]:
    return session.get_one(Business, conversation.business_id), session.get_one(
        Contact, conversation.contact_id
    )


def _last_audit(session: Session, conversation: Conversation) -> int:
    return (
        session.scalar(
            select(AuditEvent.id)
            .where(AuditEvent.conversation_id == conversation.id)
            .order_by(AuditEvent.id.desc())
            .limit(1)
        )
        or 0
    )
