"""Reading a contact's standing and whereabouts for the guards of a text."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.guards import Drop, Leave, Standing, Wait, may_leave
from data import clock
from data.message_states import KINDS
from data.models import Business, Campaign, Contact, Conversation, Enrollment, Message
from data.queries.outcomes import bot_is_silent
from data.queries.suppressions import suppressed_for
from data.whereabouts import Whereabouts
from scheduler.gather import visits_of, whereabouts_of


def verdict_on(session: Session, message: Message) -> Leave | Wait | Drop:
    """What the guards say at this moment about a text in the outbox."""
    where = Whereabouts()
    if message.contact_id is not None:
        where = whereabouts_of(session.get_one(Contact, message.contact_id))
    return may_leave(message.kind, message.channel, standing_of(session, message), where, clock.now())


def standing_of(session: Session, message: Message) -> Standing:
    """What the rows say at this moment about a text that wants to leave."""
    if message.contact_id is None:
        return Standing()
    contact = session.get_one(Contact, message.contact_id)
    business = session.get_one(Business, message.business_id)
    suppressed = suppressed_for(session, business, contact.phone, message.channel)
    conversation = session.scalar(select(Conversation).where(Conversation.contact_id == contact.id))
    if conversation is None:
        return Standing(suppressed_for=suppressed, queued_at=message.created_at)
    enrollment = message.enrollment_id and session.get(Enrollment, message.enrollment_id)
    campaign = session.get_one(Campaign, enrollment.campaign_id) if enrollment else None
    over = (enrollment and enrollment.state == "stopped") or (campaign and campaign.state == "done")
    proactive = KINDS[message.kind].proactive
    return Standing(
        suppressed_for=suppressed,
        staff_took_over=conversation.staff_took_over_at is not None,
        silenced=bot_is_silent(session, conversation),
        frozen=conversation.frozen_at is not None,
        paused=campaign is not None and campaign.state != "running",
        closed=conversation.closed_reason is not None,
        superseded=proactive and bool(over or visits_of(session, contact)),
        last_inbound_at=conversation.last_inbound_at,
        whatsapp_inbound_at=conversation.last_whatsapp_inbound_at,
        queued_at=message.created_at,
    )
