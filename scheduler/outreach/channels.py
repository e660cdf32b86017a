"""On which channel a touch goes to a contact: scheduler/whatsapp/rules.py, asked with our rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from data import crypto
from data.models import Business, Campaign, Contact, Enrollment, Sender, WhatsAppTemplate
from scheduler.outreach.facts import KIND, Known
from scheduler.whatsapp.rules import Choice, Situation, choose_channel, may_begin

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
    situation = Situation(
        country=contact.country,
        whatsapp=may_begin(
            contact.phone,
            template,
            sender_there=WHATSAPP in there,
            suppressed_for=suppressed.get("all") or suppressed.get(WHATSAPP),
        ),
        sms=SMS in there and SMS not in suppressed,
        answered_on=conversation.channel if conversation is not None and answered else None,
        silent_since=max(earlier, default=None),
    )
    return choose_channel(campaign.channel, timedelta(hours=campaign.sms_after_hours), situation)
