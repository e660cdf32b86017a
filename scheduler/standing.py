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
from scheduler import reminder_plan
from scheduler.gather import lawful_table_of, visits_of, whereabouts_of

ENDED_FOR_GOOD = frozenset({"bereavement", "minor"})
"""The ends after which not even a visit is spoken of any more, unless a person does."""


def verdict_on(session: Session, message: Message) -> Leave | Wait | Drop:
    """What the guards say at this moment about a text in the outbox."""
    where = Whereabouts()
    if message.contact_id is not None:
        where = whereabouts_of(session.get_one(Contact, message.contact_id))
    table = lawful_table_of(session.get_one(Business, message.business_id))
    return may_leave(message.kind, message.channel, standing_of(session, message), where, clock.now(), table)


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
    if message.kind == reminder_plan.KIND:  # it is about a visit that stands
        superseded = not reminder_plan.still_holds(session, message)
    else:
        superseded = KINDS[message.kind].proactive and bool(over or visits_of(session, contact))
    return Standing(
        suppressed_for=suppressed,
        staff_took_over=conversation.staff_took_over_at is not None,
        silenced=bot_is_silent(session, conversation),
        frozen=conversation.frozen_at is not None,
        paused=campaign is not None and campaign.state != "running",
        closed=_closed(conversation, message),
        superseded=superseded,
        last_inbound_at=conversation.last_inbound_at,
        whatsapp_inbound_at=conversation.last_whatsapp_inbound_at,
        templated=message.content_sid is not None,
        queued_at=message.created_at,
    )


def _closed(conversation: Conversation, message: Message) -> bool:
    """Whether a no or an end forbids it; who has a visit all the same is reminded, but nobody who mourns."""
    if message.kind == reminder_plan.KIND:
        return conversation.closed_reason in ENDED_FOR_GOOD
    return conversation.closed_reason is not None
