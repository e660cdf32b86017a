"""What every turn of a conversation reads, with few statements: who it is with, and which texts wait."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, exists, select
from sqlalchemy.orm import Session, lazyload

from data.models import Business, Contact, Conversation, Handoff, Message
from data.queries.messages import conversation_of


class People(NamedTuple):
    """A contact with its business and conversation, and whether the bot has to be silent in it."""

    contact: Contact
    business: Business
    conversation: Conversation
    silent: bool


_SILENCED = (
    exists()
    .where(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None), Handoff.silent)
    .label("silenced")
)
_TALK = (
    select(Contact, Conversation, _SILENCED)
    .outerjoin(Conversation, Conversation.contact_id == Contact.id)
    .where(Contact.id == bindparam("contact"))
    .options(lazyload(Contact.persons))  # who only answers mostly needs none of them
)
_PEOPLE = _TALK.add_columns(Business).join(Business, Business.id == Contact.business_id)
_texts = cast(Table, Message.__table__).c
_WAITING = (
    select(_texts.id, _texts.body, _texts.channel, _texts.media, _texts.created_at)
    .where(_texts.contact_id == bindparam("contact"), _texts.direction == "in", _texts.state == "received")
    .order_by(_texts.id)
)


class WaitingText(NamedTuple):
    """A text that nobody has conversed about yet."""

    id: int
    body: str
    channel: str
    media: list[str]
    created_at: datetime


def people_of(session: Session, contact_id: int) -> People:
    """The contact as it stands now; its conversation is begun where there is none."""
    contact, conversation, silenced, business = session.execute(_PEOPLE, {"contact": contact_id}).one()
    return _people(session, contact, business, conversation, silenced)


def people_again(session: Session, contact_id: int, business: Business) -> People:
    """The same a moment later: contact and conversation as they stand now, the business as it was read."""
    contact, conversation, silenced = session.execute(_TALK, {"contact": contact_id}).one()
    known = session.merge(business, load=False)
    return _people(session, contact, known, conversation, silenced)


def _people(
    session: Session, contact: Contact, business: Business, conversation: Conversation | None, silenced: bool
) -> People:
    if conversation is None:
        conversation = conversation_of(session, contact)
    silent = conversation.staff_took_over_at is not None or bool(silenced)
    return People(contact, business, conversation, silent)


def waiting_texts(session: Session, contact_id: int) -> list[WaitingText]:
    """The contact's texts that wait, in the order in which they came."""
    return [WaitingText(*row) for row in session.execute(_WAITING, {"contact": contact_id})]
