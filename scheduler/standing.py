"""Reading a contact's standing and whereabouts for the guards of a text."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.frequency import Lately
from actions.guards import Drop, Leave, Standing, Wait, may_leave
from data import clock
from data.message_states import KINDS
from data.models import Business, Campaign, Contact, Conversation, Enrollment, Message
from data.queries.outcomes import bot_is_silent
from data.queries.suppressions import suppressed_for
from data.whereabouts import Whereabouts
from scheduler import reminder_plan
from scheduler.gather import lawful_table_of, visits_of, whereabouts_of
from scheduler.outreach.facts import KIND, Text, caps_of, lately_of, started_lately, verdicts

ENDED_FOR_GOOD = frozenset({"bereavement", "minor"})
"""The ends after which not even a visit is spoken of any more, unless a person does."""


def verdict_on(session: Session, message: Message) -> Leave | Wait | Drop:
    """What the guards say at this moment about a text in the outbox."""
    if message.kind == KIND and message.contact_id is not None:
        return _on_touch(session, message)
    where = Whereabouts()
    if message.contact_id is not None:
        where = whereabouts_of(session.get_one(Contact, message.contact_id))
    table = lawful_table_of(session.get_one(Business, message.business_id))
    return may_leave(message.kind, message.channel, standing_of(session, message), where, clock.now(), table)


def _on_touch(session: Session, message: Message) -> Leave | Wait | Drop:
    """As when many leave together (scheduler/outreach/facts.py)."""
    enrollment = session.get(Enrollment, message.enrollment_id) if message.enrollment_id else None
    campaign = session.get_one(Campaign, enrollment.campaign_id) if enrollment else None
    text = Text(
        session.get_one(Contact, message.contact_id),
        enrollment,
        campaign,
        message.channel,
        message.created_at,
        message.content_sid is not None,
        message.id,
    )
    (verdict,) = verdicts(session, session.get_one(Business, message.business_id), [text])
    return verdict


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
    if message.kind == reminder_plan.KIND:  # it is about a visit that stands
        superseded = not reminder_plan.still_holds(session, message)
    else:
        superseded = KINDS[message.kind].proactive and bool(visits_of(session, contact))
    return Standing(
        suppressed_for=suppressed,
        staff_took_over=conversation.staff_took_over_at is not None,
        silenced=bot_is_silent(session, conversation),
        frozen=conversation.frozen_at is not None,
        closed=_closed(conversation, message),
        superseded=superseded,
        last_inbound_at=conversation.last_inbound_at,
        whatsapp_inbound_at=conversation.last_whatsapp_inbound_at,
        templated=message.content_sid is not None,
        queued_at=message.created_at,
        lately=_lately(session, message),
        caps=caps_of(business),
    )


def _lately(session: Session, message: Message) -> Lately:
    """What the business has started with the contact lately; of no matter to whom it answers."""
    if not KINDS[message.kind].proactive or message.contact_id is None:
        return Lately()
    rows = started_lately(session, [message.contact_id]).get(message.contact_id, ())
    return lately_of(rows, message.id)


def _closed(conversation: Conversation, message: Message) -> bool:
    """Whether a no or an end forbids it; who has a visit all the same is reminded, but nobody who mourns."""
    if message.kind == reminder_plan.KIND:
        return conversation.closed_reason in ENDED_FOR_GOOD
    return conversation.closed_reason is not None
