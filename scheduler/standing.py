"""Reading a contact's standing and whereabouts for the guards of a text."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.guards import Standing
from data.models import Business, Campaign, Contact, Enrollment, Message
from data.queries.messages import conversation_of
from data.queries.outcomes import with_staff
from data.queries.suppressions import suppressed_for
from scheduler.gather import visits_of


def standing_of(session: Session, message: Message) -> Standing:
    """What the rows say at this moment about a text that wants to leave."""
    if message.contact_id is None:
        return Standing()
    contact = session.get_one(Contact, message.contact_id)
    business = session.get_one(Business, message.business_id)
    conversation = conversation_of(session, contact)
    return Standing(
        suppressed_for=suppressed_for(session, business, contact.phone, message.channel),
        staff_took_over=conversation.staff_took_over_at is not None,
        with_staff=with_staff(session, conversation),
        frozen=conversation.frozen_at is not None,
        closed=conversation.closed_reason is not None,
        superseded=_superseded(session, message, contact),
        whatsapp_inbound_at=conversation.last_whatsapp_inbound_at,
    )


def _superseded(session: Session, message: Message, contact: Contact) -> bool:
    if message.kind not in ("touch", "callback"):
        return False
    if visits_of(session, contact):
        return True
    if message.enrollment_id is None:
        return False
    enrollment = session.get_one(Enrollment, message.enrollment_id)
    return enrollment.state == "stopped" or _paused(session, enrollment)


def _paused(session: Session, enrollment: Enrollment) -> bool:
    return session.get_one(Campaign, enrollment.campaign_id).state != "running"
