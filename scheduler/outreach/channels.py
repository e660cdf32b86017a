"""On which channel a touch goes to a contact: scheduler/whatsapp/rules.py, asked with our rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actions.words.template import UnusableText
from data import crypto
from data.models import Business, Campaign, Contact, Enrollment, Sender, WhatsAppTemplate
from scheduler.outreach.composing import brief_of, person_of
from scheduler.outreach.facts import KIND, Known
from scheduler.outreach.wording import SaysNever
from scheduler.whatsapp.rules import Choice, Situation, choose_channel, may_begin
from scheduler.whatsapp.wording import word_template

SMS, WHATSAPP = "sms", "whatsapp"


def channel_for(
    campaign: Campaign,
    template: WhatsAppTemplate | None,
    business: Business,
    enrollment: Enrollment,
    contact: Contact,
    senders: Sequence[Sender],
    known: Known,
) -> Choice:
    """The channel of the next touch, and from when on it may go there."""
    if campaign.channel == SMS:
        return Choice("sms")
    there = {sender.channel for sender in senders}
    suppressed = known.suppressed.get(crypto.keyed_hash(business.hash_key, contact.phone), {})
    conversation = known.conversations.get(contact.id)
    answered = conversation is not None and conversation.last_inbound_at is not None
    earlier = [
        row.sent_at or row.created_at
        for row in known.started.get(contact.id, ())
        if row.kind == KIND and row.enrollment_id == enrollment.id and row.channel == WHATSAPP
    ]
    why_not = may_begin(
        contact.phone,
        template,
        sender_there=WHATSAPP in there,
        suppressed_for=suppressed.get("all") or suppressed.get(WHATSAPP),
    )
    if why_not is None and not _can_be_filled(template, campaign, business, contact, enrollment):
        why_not = "unusable_variables"
    situation = Situation(
        country=contact.country,
        whatsapp=why_not,
        sms=SMS in there and SMS not in suppressed,
        answered_on=conversation.channel if conversation is not None and answered else None,
        silent_since=max(earlier, default=None),
    )
    return choose_channel(campaign.channel, timedelta(hours=campaign.sms_after_hours), situation)


def _can_be_filled(
    template: WhatsAppTemplate | None,
    campaign: Campaign,
    business: Business,
    contact: Contact,
    enrollment: Enrollment,
) -> bool:
    """Whether no place of the template stays empty for this contact: the words for SMS may still do."""
    if template is None:
        return False
    person = person_of(contact, enrollment.person_id)
    try:
        word_template(template, brief_of(campaign), business, contact, person)
    except UnusableText:
        return False
    except SaysNever:
        return True  # no matter of the channel: it is dealt with where the text is written
    return True
