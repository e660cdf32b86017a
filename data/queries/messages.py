"""Texts: storing what came in, queueing what goes out, claiming what is due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import clock
from data.models import Business, Contact, Conversation, Message
from data.queries.senders import sender_for

_message = cast(Table, Message.__table__)
_BOT_TEXTS = select(func.count(Message.id)).where(
    Message.contact_id == bindparam("contact"),
    Message.kind.in_(("reply", "emergency", "farewell")),
    Message.created_at >= bindparam("since"),
)
_HANDLED = update(_message).where(_message.c.id.in_(bindparam("ids", expanding=True))).values(state="handled")
_ONCE = select(Message.id).where(Message.once == bindparam("once"))


def enqueue(
    session: Session,
    business: Business,
    contact: Contact | None,
    *,
    kind: str,
    body: str,
    channel: str,
    once: str | None = None,
    due_at: datetime | None = None,
    to: str | None = None,
    staff_user_id: int | None = None,
    enrollment_id: int | None = None,
    undisputed: bool = False,
) -> Message | None:
    """Put a text into the outbox. None where a text with the same `once` exists already.

    `undisputed`: nobody else can be writing that text now, so that its key is left to guard it alone.
    """
    if once is not None and not undisputed and session.scalar(_ONCE, {"once": once}) is not None:
        return None
    sender = sender_for(session, business, channel, contact)
    message = Message(
        business_id=business.id,
        contact_id=contact.id if contact else None,
        direction="out",
        channel=channel,
        kind=kind,
        from_address=sender.address,
        to_address=to or (contact.phone if contact else ""),
        body=body,
        state="queued",
        due_at=due_at or clock.now(),
        once=once,
        staff_user_id=staff_user_id,
        enrollment_id=enrollment_id,
    )
    if undisputed:
        session.add(message)
        session.flush()
        return message
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        return None  # another process was quicker with the same `once`
    return message


def claim(session: Session, message_id: int) -> Message | None:
    """Take a queued text for sending; None where it is not due or another worker has it.

    Nobody waits for a row that somebody else is writing to: that one claims it, or the sweeper comes again.
    """
    free = (
        select(Message.id)
        .where(Message.id == message_id, Message.state == "queued", Message.due_at <= clock.now())
        .with_for_update(skip_locked=True, key_share=True)
        .scalar_subquery()
    )
    taken = session.scalar(
        update(Message)
        .where(Message.id == free)
        .values(state="sending", claimed_at=clock.real(), attempts=Message.attempts + 1)
        .returning(Message.id)
    )
    return None if taken is None else session.get_one(Message, taken, populate_existing=True)


def locked(session: Session, message_id: int) -> Message:
    """A text as it stands now, kept from everybody else's writing until the commit.

    Two receipts, or a receipt and the provider's answer, may come at the same moment: what both decide by
    the state they have read would else overwrite one another on PostgreSQL.
    """
    return session.get_one(Message, message_id, with_for_update={"key_share": True}, populate_existing=True)


def claimed_since(session: Session, message_id: int, at: datetime) -> Message | None:
    """The text that was claimed at that moment, locked; None where that claim is over."""
    return session.scalar(
        select(Message)
        .where(Message.id == message_id, Message.state == "sending", Message.claimed_at == at)
        .with_for_update(key_share=True)
    )


def mark_handled(session: Session, ids: Collection[int], understanding: dict[str, Any] | None = None) -> None:
    """These inbound texts have been conversed about; `understanding` is what staff see beside them."""
    noted = {} if understanding is None else {"understanding": understanding}
    session.execute(_HANDLED.values(**noted) if noted else _HANDLED, {"ids": list(ids)})


def cancel_queued(session: Session, contact_id: int, kinds: Collection[str], reason: str) -> int:
    """Cancel what waits in the outbox for this contact; what is already with the provider is past that."""
    done = session.execute(
        update(Message)
        .where(
            Message.contact_id == contact_id,
            Message.direction == "out",
            Message.state == "queued",
            Message.kind.in_(kinds),
        )
        .values(state="cancelled", cancelled_reason=reason)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount


def bot_texts_since(session: Session, contact_id: int, since: datetime) -> int:
    """How many answers the bot wrote to this contact since then; what the business starts is no answer."""
    return session.scalar(_BOT_TEXTS, {"contact": contact_id, "since": since}) or 0


def wrote_since(session: Session, contact_id: int, kinds: Collection[str], since: datetime) -> bool:
    """Whether a text of one of these kinds was queued for this contact since then."""
    wanted = select(Message.id).where(
        Message.contact_id == contact_id, Message.kind.in_(kinds), Message.created_at >= since
    )
    return session.scalar(wanted.limit(1)) is not None


def conversation_of(session: Session, contact: Contact) -> Conversation:
    """The contact's one conversation; begun where there is none."""
    found = session.scalar(select(Conversation).where(Conversation.contact_id == contact.id))
    if found is None:
        found = Conversation(
            business_id=contact.business_id, contact_id=contact.id, state={}, outcome="no_reply"
        )
        session.add(found)
        session.flush()
    return found
