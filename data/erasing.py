"""Forgetting a number: what is personal goes, what only counts stays, and the number is left alone for good.

Rows that figures are made of keep their place with their words and numbers emptied, so that a funnel does
not change behind somebody's back. What lies outside the database (the provider's copies, events on
calendars) is named in the answer: scheduler/erasing.py sees to it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from data import clock
from data.figures.facts import BOOKING_DAYS
from data.models import (
    Appointment,
    AuditEvent,
    Business,
    Callback,
    Contact,
    ContactBasis,
    Conversation,
    Handoff,
    Hold,
    Message,
    OutcomeChange,
    Person,
    Sale,
    UnansweredQuestion,
    WebhookDelivery,
    WebhookEndpoint,
)
from data.models.base import Moment
from data.models.booking import LIVE
from data.queries.enrollments import stop_enrollments
from data.queries.suppressions import leave_alone_as_well, suppress

REASON = "erased"

NOTHING: dict[str, Any] = {"body": "", "media": [], "understanding": None, "content_variables": None}
"""What is left of a text."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was found. `provider_ids`: the provider's copies of texts; `visits`: those with an event."""

    contact: int | None
    persons: int = 0
    texts: int = 0
    provider_ids: tuple[str, ...] = ()
    visits: tuple[int, ...] = ()
    ahead: tuple[int, ...] = ()
    """The visits that were still to come: they are called off."""
    under_way: tuple[int, ...] = ()
    """Texts that the provider is being given at this moment."""


def erase_rows(session: Session, business: Business, phone: str, *, evidence: str) -> Erased:
    """Empty everything that is kept about a number (E.164), in the present transaction. Safe to repeat."""
    suppress(session, business, phone, reason=REASON, source="staff", evidence=evidence)
    contact = session.scalar(
        select(Contact).where(Contact.business_id == business.id, Contact.phone == phone).with_for_update()
    )
    strangers = (
        (Message.business_id == business.id)
        & Message.contact_id.is_(None)
        & (Message.kind != "notice")
        & or_(Message.from_address == phone, Message.to_address == phone)
    )
    if contact is None:
        return Erased(None, texts=_count(session, strangers), provider_ids=_empty_texts(session, strangers))
    conversation = session.scalar(select(Conversation).where(Conversation.contact_id == contact.id))
    persons = list(contact.persons)
    theirs = (Message.contact_id == contact.id) | strangers
    texts = _count(session, theirs)
    named = theirs | _notices_about(business, conversation)
    under_way = _hold_back(session, named)
    provider_ids = _empty_texts(session, named)
    visits, ahead = _empty_visits(session, contact)
    crm_ids = [person.crm_id for person in persons if person.crm_id]
    _empty_deliveries(session, business, contact, [phone, *crm_ids])
    if conversation is not None:
        _empty_conversation(session, conversation)
    _empty_contact(session, business, contact)
    # what still points to the row, such as a reply of staff, finds that nobody is to be written to; and
    # whoever opted out before is counted as that, at the moment when they did
    leave_alone_as_well(session, business, phone, contact.phone, evidence=evidence)
    return Erased(contact.id, len(persons), texts, provider_ids, visits, ahead, under_way)


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return len(session.scalars(select(Message.id).where(which)).all())


def _notices_about(business: Business, conversation: Conversation | None) -> ColumnElement[bool]:
    """The notices to staff that lead to the conversation: they name whom it is about."""
    if conversation is None:
        return Message.id.is_(None)
    page = f"/conversations/{conversation.id}"
    ours = (Message.business_id == business.id) & (Message.kind == "notice")
    return ours & or_(Message.body.endswith(page), Message.body.regexp_match(f"{page}[^0-9]"))


def _empty_texts(session: Session, which: ColumnElement[bool]) -> tuple[str, ...]:
    """Empty these texts; the provider's ids of those that it has."""
    found = session.execute(select(Message.id, Message.provider_id, Message.direction).where(which)).all()
    for direction, address in (("in", "from_address"), ("out", "to_address")):
        ids = [row.id for row in found if row.direction == direction]
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            session.execute(update(Message).where(Message.id.in_(part)).values({address: "", **NOTHING}))
    return tuple(row.provider_id for row in found if row.provider_id)


def _hold_back(session: Session, which: ColumnElement[bool]) -> tuple[int, ...]:
    """What waits leaves no more; what is with a worker is neither looked for nor repeated: their ids."""
    session.execute(
        update(Message)
        .where(which, Message.direction == "out", Message.state == "queued")
        .values(state="cancelled", cancelled_reason=REASON)
    )
    sending = select(Message.id).where(which, Message.state == "sending").with_for_update(key_share=True)
    ids = session.scalars(sending).all()
    session.execute(update(Message).where(Message.id.in_(ids)).values(state="unknown", claimed_at=None))
    return tuple(ids)


def _empty_visits(session: Session, contact: Contact) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The visits that have an event, and those of them that were to come, which are called off."""
    rows = session.scalars(
        select(Appointment)
        .where(Appointment.contact_id == contact.id, Appointment.state.in_((*LIVE, "cancelling")))
        .order_by(Appointment.id)
        .with_for_update()
    ).all()
    ahead = []
    for visit in rows:
        ends = max(visit.end_at, visit.new_end_at or visit.end_at)
        if visit.state == "cancelling" or ends > clock.now():
            # one that never came about on the calendar is no booking now either
            failed = visit.state == "cancelling" and visit.ends_as == "failed"
            visit.state = "failed" if failed else "cancelled"
            ahead.append(visit.id)
        else:
            visit.state = "booked"
        visit.remind_at = visit.due_at = visit.new_start_at = visit.new_end_at = None
        visit.version += 1
    session.execute(delete(Hold).where(Hold.contact_id == contact.id))
    return tuple(visit.id for visit in rows), tuple(ahead)


def _empty_deliveries(session: Session, business: Business, contact: Contact, names: list[str]) -> None:
    """What the CRM was told of them, or was to be told: it is not told any more."""
    told = cast(WebhookDelivery.payload, String)
    # as JSON writes them: with the quotation marks, so that no other number or id is meant
    by_id = (f'"contact_id": {contact.id}{end}' for end in ",}")
    by_name = (json.dumps(each) for each in names)
    about = or_(*(told.contains(each, autoescape=True) for each in (*by_id, *by_name)))
    ours = select(WebhookEndpoint.id).where(WebhookEndpoint.business_id == business.id)
    theirs = WebhookDelivery.endpoint_id.in_(ours) & about
    session.execute(
        update(WebhookDelivery)
        .where(theirs, WebhookDelivery.state == "waiting")
        .values(state="given_up", due_at=None, answered=REASON)
    )
    session.execute(update(WebhookDelivery).where(theirs).values(payload={}))


def _empty_conversation(session: Session, conversation: Conversation) -> None:
    conversation.state, conversation.closed_reason = {}, REASON
    conversation.staff_took_over_at = conversation.frozen_at = None
    conversation.nudge_due_at = conversation.last_text_at = None
    session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None))
        .values(closed_at=clock.now(), notice_due_at=None)
    )
    session.execute(delete(UnansweredQuestion).where(UnansweredQuestion.conversation_id == conversation.id))
    for event in session.scalars(select(AuditEvent).where(AuditEvent.conversation_id == conversation.id)):
        # what staff did stays, without what they wrote about the person
        event.detail = {name: value for name, value in event.detail.items() if not isinstance(value, str)}


def _days_back(session: Session, business: Business, contact: Contact) -> set[date]:
    """The days of visits on file by which they count as returned after a campaign's first touch."""
    zone = ZoneInfo(business.timezone)
    begun = session.scalars(
        select(func.min(Message.sent_at, type_=Moment()))
        .where(Message.contact_id == contact.id, Message.kind == "touch", Message.sent_at.is_not(None))
        .group_by(Message.enrollment_id)
    )
    first_days = [at.astimezone(zone).date() for at in begun if at]
    visits = {person.last_visit for person in contact.persons if person.last_visit}
    within = timedelta(days=BOOKING_DAYS)
    return {day for day in visits if any(first <= day < first + within for first in first_days)}


def _empty_contact(session: Session, business: Business, contact: Contact) -> None:
    """The number gives way to a name that is nobody's; whatever is personal goes."""
    stop_enrollments(session, contact.id, REASON)
    days_back = _days_back(session, business, contact)
    for table in (Person, ContactBasis, OutcomeChange):
        session.execute(delete(table).where(table.contact_id == contact.id))
    # a day and nothing else, in rows of their own: no column that a person may get one day stays behind
    session.add_all(Person(contact_id=contact.id, last_visit=day) for day in sorted(days_back))
    session.expire(contact, ["persons"])
    session.execute(update(Callback).where(Callback.contact_id == contact.id).values(reason=""))
    session.execute(
        update(Callback)
        .where(Callback.contact_id == contact.id, Callback.state == "pending")
        .values(state="cancelled")
    )
    for sale in session.scalars(select(Sale).where(Sale.contact_id == contact.id)):
        sale.reference = f"{REASON}-{sale.id}"
    contact.phone = f"{REASON}-{contact.id}"
    contact.state = contact.postal_code = contact.timezone = contact.preferred_time = None
    contact.zones, contact.zones_source = [], "unknown"
    contact.line_type = contact.looked_up_at = contact.called_at = None
    contact.sender_id = None
    contact.archived_at = contact.archived_at or clock.now()
    # whoever holds its lease may not commit any more
    contact.due_at = contact.leased_until = None
    contact.fence += 1
    session.flush()
