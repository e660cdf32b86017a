"""Keeping a conversation's outcome true after whatever has changed."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from data.models import Appointment, Business, Callback, Contact, Conversation, Handoff
from data.models.booking import LIVE
from data.outcomes import Facts, outcome
from data.queries.outcome_changes import note_change, somebody_listens
from data.queries.suppressions import suppressed_for

_VISIT = Appointment.contact_id == bindparam("contact")
_HANDOFF = exists().where(Handoff.conversation_id == bindparam("conversation"), Handoff.closed_at.is_(None))
_CALLBACK = exists().where(
    Callback.contact_id == bindparam("contact"), Callback.state.in_(("pending", "sent"))
)
_FACTS = select(  # in one question, since every turn asks it
    exists().where(_VISIT, Appointment.state.in_(LIVE)).label("booked"),
    exists().where(_VISIT, Appointment.state.in_(("cancelled", "cancelling"))).label("cancelled"),
    _HANDOFF.label("handoff"),
    _CALLBACK.label("callback"),
    somebody_listens(bindparam("business")).label("told"),
)


def refresh_outcome(session: Session, conversation: Conversation) -> str:
    """Work out the outcome anew from the rows, and keep it for lists; a change is noted for the CRM."""
    session.flush()
    contact = session.get_one(Contact, conversation.contact_id)
    business = session.get_one(Business, conversation.business_id)
    known = session.execute(
        _FACTS, {"contact": contact.id, "conversation": conversation.id, "business": business.id}
    ).one()
    before = conversation.outcome
    conversation.outcome = outcome(
        Facts(
            suppressed_for=suppressed_for(session, business, contact.phone, "sms"),
            with_staff=conversation.staff_took_over_at is not None or known.handoff,
            booked=known.booked,
            cancelled=known.cancelled,
            callback=known.callback,
            declined=conversation.closed_reason is not None,
            answered=conversation.last_inbound_at is not None,
        )
    )
    if known.told and conversation.outcome != before:
        note_change(session, conversation)
    return conversation.outcome


def with_staff(session: Session, conversation: Conversation) -> bool:
    """Whether a person has the conversation, or is being waited for."""
    return conversation.staff_took_over_at is not None or _open_handoff(session, conversation, silent=False)


def bot_is_silent(session: Session, conversation: Conversation) -> bool:
    """Whether the bot says nothing: staff have taken over, or a handoff that silences it is open."""
    return conversation.staff_took_over_at is not None or _open_handoff(session, conversation, silent=True)


def _open_handoff(session: Session, conversation: Conversation, *, silent: bool) -> bool:
    wanted = select(Handoff.id).where(Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None))
    return session.scalar((wanted.where(Handoff.silent) if silent else wanted).limit(1)) is not None
