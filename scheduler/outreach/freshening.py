"""Live openings in touches: read just before a text leaves, left out where the calendar cannot be read.

The calendar is asked outside any transaction; what is then said stands in the text's row, and the openings in
the conversation, before the provider is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from actions.state import State
from data.db import reading, writing
from data.models import (
    Business,
    Campaign,
    Contact,
    Conversation,
    Enrollment,
    Message,
    Person,
    Touch,
    WhatsAppTemplate,
)
from data.queries.messages import claimed_since
from scheduler.outreach.claims import Claimed
from scheduler.outreach.composing import UNUSABLE, compose, person_of
from scheduler.outreach.live_openings import live_openings, offered


def with_live_openings(business: Business, texts: Sequence[Claimed]) -> Iterator[Claimed]:
    """The texts in turn; those that name openings with those that are free now."""
    for text in texts:
        yield _freshened(business, text) if text.with_openings else text


def _freshened(business: Business, text: Claimed) -> Claimed:
    with reading() as session:
        service = _service(session, text)
    openings = live_openings(business.id, service, spread=text.contact)
    if not openings:
        return text  # it was worded without any
    with writing() as session:
        message = claimed_since(session, text.about.message, text.about.at)
        return text if message is None else _say(session, message, text, openings, service)


def _service(session: Session, text: Claimed) -> str | None:
    """What the contact came for the last time."""
    return session.scalar(
        select(Person.last_service)
        .join(Enrollment, Enrollment.person_id == Person.id)
        .join(Message, Message.enrollment_id == Enrollment.id)
        .where(Message.id == text.about.message)
    )


def _say(
    session: Session, message: Message, text: Claimed, openings: tuple[datetime, ...], service: str | None
) -> Claimed:
    touch = session.get(Touch, message.touch_id)
    enrollment = session.get(Enrollment, message.enrollment_id)
    contact = session.get_one(Contact, message.contact_id)
    if touch is None or enrollment is None:
        return text
    campaign = session.get_one(Campaign, enrollment.campaign_id)
    business = session.get_one(Business, message.business_id)
    template = session.get(WhatsAppTemplate, touch.whatsapp_template_id) if message.content_sid else None
    person = person_of(contact, enrollment.person_id)
    conversation = _as_at_writing(session, message)
    if conversation is None:
        return text
    try:
        made = compose(message.channel, touch, template, campaign, business, contact, person, openings)
    except UNUSABLE:
        return text
    message.body, message.segments, message.cost = made.body, made.segments, made.cost
    if made.content_sid is not None:
        message.content_variables = made.content_variables
    state = State.from_json(conversation.state)
    conversation.state = offered(state, openings, service).to_json()
    return replace(
        text,
        outbound=replace(text.outbound, body=made.body, content_variables=made.content_variables),
        segments=made.segments,
    )


def _as_at_writing(session: Session, message: Message) -> Conversation | None:
    """The conversation, locked, while its contact has said nothing since the text was written.

    Whoever has answered is in a talk of their own, which the text would not know of; it will not leave then.
    A row that somebody is just writing to is not waited for: what they say ends the sequence anyway.
    """
    return session.scalar(
        select(Conversation)
        .where(
            Conversation.contact_id == message.contact_id,
            or_(Conversation.last_inbound_at.is_(None), Conversation.last_inbound_at <= message.created_at),
        )
        .with_for_update(skip_locked=True, key_share=True)
    )
