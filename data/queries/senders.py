"""The numbers a business texts from."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from data.models import Business, Message, Sender


class NoSender(Exception):
    """The business has no number for this channel."""


_OF_CHANNEL = (
    select(Sender)
    .where(Sender.business_id == bindparam("business"), Sender.channel == bindparam("channel"))
    .order_by(Sender.id)
    .limit(1)
)


def sender_for(session: Session, business: Business, channel: str) -> Sender:
    """The sender of that channel. Raises NoSender."""
    found = session.scalar(_OF_CHANNEL, {"business": business.id, "channel": channel})
    if found is None:
        raise NoSender(f"no sender for {channel}: set TWILIO_FROM and load the business again")
    return found


def business_of(session: Session, address: str, messaging_service: str | None = None) -> Business | None:
    """The business that owns this number, else the one whose messaging service (MG…) the number is in."""
    for known in (address, messaging_service):
        found = known and session.scalar(
            select(Business).join(Sender).where(Sender.address == known).order_by(Sender.id).limit(1)
        )
        if found:
            return found
    return None


def sender_of(session: Session, message: Message) -> Sender:
    """The sender that a text leaves from; the business's present one where that is gone."""
    found = session.scalar(
        select(Sender).where(
            Sender.business_id == message.business_id,
            Sender.channel == message.channel,
            Sender.address == message.from_address,
        )
    )
    return found or sender_for(session, session.get_one(Business, message.business_id), message.channel)
