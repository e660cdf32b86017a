"""Putting touches into the outbox, a batch at a time: the texts, and that an answer to them is awaited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from actions.state import State
from data import clock
from data.models import Business, Contact, Conversation, Enrollment, Message, Sender, Touch
from scheduler.outreach.composing import Composed
from scheduler.outreach.facts import KIND, Known

_message, _conversation, _contact = (
    cast(Table, model.__table__) for model in (Message, Conversation, Contact)
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_AS_SEEN = (
    select(_conversation.c.id)
    .where(
        _conversation.c.id == bindparam("conversation"),
        func.coalesce(
            _conversation.c.last_inbound_at, bindparam("never", type_=_conversation.c.last_inbound_at.type)
        )
        <= bindparam("seen", type_=_conversation.c.last_inbound_at.type),
    )
    .with_for_update(skip_locked=True, key_share=True)
    .scalar_subquery()
)
_EXPECT = (
    update(_conversation)
    .where(_conversation.c.id == _AS_SEEN)
    .values(state=bindparam("new_state", type_=_conversation.c.state.type), last_text_at=bindparam("at"))
)
"""Nobody who is just writing is waited for: what they say ends the sequence anyway."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A text that goes into the outbox."""

    enrollment: Enrollment
    contact: Contact
    touch: Touch
    sender: Sender
    channel: str
    made: Composed


def put(session: Session, business: Business, texts: Sequence[Queued], known: Known) -> None:
    """Write them down; one that exists already (by its key) stays as it is."""
    if not texts:
        return
    rows = [_row(business, text) for text in texts]
    templated = [text.made.content_sid is not None for text in texts]
    for wanted in (False, True):
        some = [row for row, is_it in zip(rows, templated, strict=True) if is_it is wanted]
        if some:
            session.execute(_insert(session, _message).on_conflict_do_nothing(), some)
    _expect_answers(session, business, texts, known)
    _remember_senders(session, texts)


def _row(business: Business, text: Queued) -> dict[str, Any]:
    now = clock.now()
    template: dict[str, Any] = {}
    if text.made.content_sid is not None:  # left out otherwise: None would be written as JSON's null
        template = {
            "content_sid": text.made.content_sid,
            "content_variables": text.made.content_variables,
        }
    return template | {
        "business_id": business.id,
        "contact_id": text.contact.id,
        "created_at": now,
        "direction": "out",
        "channel": text.channel,
        "kind": KIND,
        "from_address": text.sender.address,
        "to_address": text.contact.phone,
        "body": text.made.body,
        "media": [],
        "state": "queued",
        "due_at": now,
        "paced": False,
        "attempts": 0,
        "unknowns": 0,
        "once": f"touch:{text.enrollment.id}:{text.touch.step}",
        "enrollment_id": text.enrollment.id,
        "touch_id": text.touch.id,
        "segments": text.made.segments,
        "cost": text.made.cost,
        "cost_known": False,
    }


def expecting(state: State) -> State:
    """Every opener ends in the question whether to find a time: a bare yes answers that."""
    return replace(
        state, asked="offer_to_book", offered=(), moving=None, called_off=False, parted=False, in_touch=False
    )


def _expect_answers(session: Session, business: Business, texts: Sequence[Queued], known: Known) -> None:
    now, new, old = clock.now(), [], []
    for text in texts:
        conversation = known.conversations.get(text.contact.id)
        if conversation is None:
            new.append(
                {
                    "business_id": business.id,
                    "contact_id": text.contact.id,
                    "created_at": now,
                    "state": expecting(State()).to_json(),
                    "outcome": "no_reply",
                    "channel": text.channel,
                    "last_text_at": now,
                }
            )
            continue
        old.append(
            {
                "conversation": conversation.id,
                "never": _NEVER,
                "seen": conversation.last_inbound_at or _NEVER,
                "new_state": expecting(State.from_json(conversation.state)).to_json(),
                "at": now,
            }
        )
    if new:
        session.execute(_insert(session, _conversation).on_conflict_do_nothing(), new)
    if old:
        session.connection().execute(_EXPECT, old)


def _remember_senders(session: Session, texts: Sequence[Queued]) -> None:
    """From the first text on a contact knows one number."""
    by_sender: dict[int, list[int]] = {}
    for text in texts:
        if text.contact.sender_id is None and text.channel == "sms":
            by_sender.setdefault(text.sender.id, []).append(text.contact.id)
    for sender, contacts in by_sender.items():
        free = (
            select(_contact.c.id)
            .where(_contact.c.id.in_(contacts), _contact.c.sender_id.is_(None))
            .with_for_update(skip_locked=True, key_share=True)
        )
        session.connection().execute(update(_contact).where(_contact.c.id.in_(free)).values(sender_id=sender))


def _insert(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
