"""The numbers a business texts from."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from data.models import Business, Contact, Message, Sender


class NoSender(Exception):
    """The business has no number for this channel."""


_OF_CHANNEL = (
    select(Sender)
    .where(Sender.business_id == bindparam("business"), Sender.channel == bindparam("channel"))
    .order_by(Sender.id)
    .limit(1)
)


def sender_for(session: Session, business: Business, channel: str, contact: Contact | None = None) -> Sender:
    """The sender of that channel: the number that the contact knows, else the first. Raises NoSender."""
    if contact is not None and contact.sender_id is not None:
        known = session.get(Sender, contact.sender_id)
        if known is not None and (known.business_id, known.channel) == (business.id, channel):
            return known
    found = session.scalar(_OF_CHANNEL, {"business": business.id, "channel": channel})
    if found is None:
        raise NoSender(f"no sender for {channel}: set TWILIO_FROM and load the business again")
    return found


def senders_of(session: Session, business_id: int) -> list[Sender]:
    """All senders of a business, the first one first."""
    return list(session.scalars(select(Sender).where(Sender.business_id == business_id).order_by(Sender.id)))


def sender_of_contact(senders: Sequence[Sender], contact: Contact, channel: str) -> Sender | None:
    """The number that a contact knows; those who know none yet are spread over all, each to one for good.

    A stopped one too: nobody is moved to another number so that texts slip past a block. None: no sender.
    """
    possible = [sender for sender in senders if sender.channel == channel]
    known = next((sender for sender in possible if sender.id == contact.sender_id), None)
    if known is not None or not possible:
        return known
    return possible[crc32(contact.phone.encode()) % len(possible)]


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
