"""Whether a number may be used for business texts at all: in the US and Canada it has to be registered.

Carriers refuse or filter what comes from an unregistered long code (10DLC: error 30034) or an unverified
toll-free number (30032). What shows the registration is kept with the sender (Sender.registration).
"""

from __future__ import annotations

import re

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import settings
from data.models import Sender
from data.settings import is_loopback

KINDS = {
    "10dlc": "a long code with a campaign of The Campaign Registry, such as 10dlc:CABC123",
    "toll-free": "a verified toll-free number, such as toll-free:HHabc…",
    "short-code": "a leased short code, such as short-code:12345",
}
"""Kind -> what it is. Source: https://www.twilio.com/docs/messaging/compliance (A2P 10DLC, toll-free)."""

_FORM = re.compile(rf"(?:{'|'.join(KINDS)}):\S{{3,80}}")


def is_registration(text: str) -> bool:
    """Whether it says which kind of registration a number has, and under which id."""
    return _FORM.fullmatch(text) is not None


def needs_registration(sender: Sender) -> bool:
    """Whether this sender may not be used yet. WhatsApp has its own rules; the simulator has none."""
    if sender.channel != "sms" or sender.registration or is_loopback(settings.get().twilio_api_base_url):
        return False
    return _in_north_america(sender.address)


def unregistered(session: Session, business_id: int) -> list[Sender]:
    """The senders of a business from which no campaign may start."""
    senders = session.scalars(select(Sender).where(Sender.business_id == business_id).order_by(Sender.id))
    return [sender for sender in senders if needs_registration(sender)]


def _in_north_america(address: str) -> bool:
    """A messaging service's numbers are not known here: it counts as one that has to be registered."""
    if not address.startswith("+"):
        return True
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(address)) in ("US", "CA", "PR")
    except phonenumbers.NumberParseException:
        return False
