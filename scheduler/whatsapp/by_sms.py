"""What WhatsApp does not deliver goes by SMS: a touch in the words that the owner wrote for SMS."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.words.brief import Brief
from actions.words.prices import price_of
from actions.words.sms_segments import count
from actions.words.template import UnusableText
from data.models import Business, Campaign, Contact, Enrollment, Message, Person, Sender, Touch
from data.queries.senders import NoSender, sender_for
from data.queries.suppressions import suppressed_for
from scheduler.gather import profile_of
from scheduler.outreach.wording import SaysNever, word


def to_sms(session: Session, business: Business, contact: Contact, message: Message) -> bool:
    """Make an SMS of a WhatsApp text that has not been delivered; whether that could be done.

    It stays the same text with the same key. Nothing is changed where the business or the contact has no
    SMS, or where a touch has no words that could go by SMS.
    """
    if message.channel != "whatsapp" or suppressed_for(session, business, contact.phone, "sms"):
        return False
    try:
        sender = _sender(session, business, contact)
        body = _words(session, business, contact, message)
    except (NoSender, UnusableText, SaysNever):
        return False
    message.channel, message.from_address, message.attempts = "sms", sender.address, 0
    message.body, message.content_sid, message.content_variables = body, None, None
    message.segments = count(body).segments
    message.cost = price_of(message.segments, contact.country, "sms", profile_of(business))
    message.cost_known = False
    return True


def waiting_on_whatsapp(session: Session, contact: Contact) -> Iterable[Message]:
    """What waits in the outbox for this contact to leave by WhatsApp."""
    return session.scalars(
        select(Message)
        .where(
            Message.contact_id == contact.id,
            Message.direction == "out",
            Message.state == "queued",
            Message.channel == "whatsapp",
        )
        .order_by(Message.id)
        .with_for_update(key_share=True)
    )


def _sender(session: Session, business: Business, contact: Contact) -> Sender:
    """The SMS number that they know, else the business's first. Raises NoSender."""
    known = session.get(Sender, contact.sender_id) if contact.sender_id else None
    if known is not None and known.channel == "sms" and known.business_id == business.id:
        return known
    return sender_for(session, business, "sms")


def _words(session: Session, business: Business, contact: Contact, message: Message) -> str:
    """Raises UnusableText, SaysNever."""
    if message.kind != "touch" or message.content_sid is None:
        return message.body
    touch = session.get(Touch, message.touch_id) if message.touch_id else None
    enrollment = session.get(Enrollment, message.enrollment_id) if message.enrollment_id else None
    if touch is None or enrollment is None:
        raise UnusableText("what the touch says by SMS is not known any more")
    campaign = session.get_one(Campaign, enrollment.campaign_id)
    person = session.get(Person, enrollment.person_id) if enrollment.person_id else None
    return word(touch, Brief.from_json(campaign.brief or {}), business, contact, person).text
