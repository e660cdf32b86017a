"""The statements that store an ordinary text: a few in turn, or on PostgreSQL all of them in one.

There each statement is a way to the server and back, which is most of what it costs. Contact before
conversation, as whoever answers does, so that the two never wait for each other crosswise.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    Connection,
    DateTime,
    Select,
    Table,
    Update,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from data.models import Business, Contact, Conversation, Enrollment, Message, Sender, Suppression
from data.models.base import Moment
from data.profile import Profile
from data.queries.enrollments import ending, is_open
from data.queries.outcome_changes import first_answer, somebody_listens
from scheduler.arrivals import SUPERSEDED

COLLECT = Profile.model_fields["collect_seconds"].default

Row = dict[str, Any]
_contact, _conversation, _enrollment, _message = (
    cast(Table, model.__table__) for model in (Contact, Conversation, Enrollment, Message)
)


class Stored(NamedTuple):
    """The text's row, whose it is, and how many seconds the owner lets pass before it is answered."""

    message: int
    contact: int
    collect: int


def store(connection: Connection, asked: Row, text: Row, arrival: Row) -> Stored | None:
    """Store a text of a contact who is known and not suppressed; None (nothing done) where it is not so.

    `asked` has the names of _KNOWN; `text` and `arrival` are columns of the text and of the conversation.
    """
    if connection.dialect.name == "postgresql":
        return _in_one(connection, asked, text, arrival)
    return _in_turn(connection, asked, text, arrival)


_OWNS = (
    select(Sender.business_id).where(Sender.address == bindparam("to")).order_by(Sender.id).limit(1)
).scalar_subquery()
_KNOWN = (
    select(
        Contact.id.label("contact"),
        func.coalesce(Business.profile["collect_seconds"].as_integer(), COLLECT).label("collect"),
    )
    .join(Business, Business.id == Contact.business_id)
    .where(
        Contact.business_id == bindparam("business"),
        Contact.phone == bindparam("from"),
        bindparam("business") == _OWNS,
        exists().where(Conversation.contact_id == Contact.id),
        ~exists().where(
            Suppression.business_id == bindparam("business"),
            Suppression.phone_hash == bindparam("hash"),
            or_(Suppression.channel == "all", Suppression.channel == bindparam("on")),
            Suppression.lifted_at.is_(None),
        ),
        ~exists().where(Message.provider_id == bindparam("sid")),
    )
)
"""The contact. No row for a stranger, a suppressed number, a text that is there."""


def _leave(contact: Any) -> Update:
    """As stop_enrollments() of data/queries/enrollments.py does."""
    return ending("replied", bindparam("now", type_=Moment())).where(_enrollment.c.contact_id == contact)


def _cancel(contact: Any) -> Update:
    """As cancel_queued() of data/queries/messages.py does. (IN would be spelt out anew with every text.)"""
    return (
        update(_message)
        .where(
            _message.c.contact_id == contact,
            _message.c.direction == "out",
            _message.c.state == "queued",
            or_(*(_message.c.kind == kind for kind in SUPERSEDED)),
        )
        .values(state="cancelled", cancelled_reason="replied")
    )


def _arrive(contact: Any) -> Update:
    """Every outcome but one stays what it is when its contact writes (data/outcomes.py)."""
    outcome = case((_conversation.c.outcome == "no_reply", "open"), else_=_conversation.c.outcome)
    return update(_conversation).where(_conversation.c.contact_id == contact).values(outcome=outcome)


_WHICH: Any = bindparam("which")
_STORE = insert(_message)
_TURN = update(_contact).where(_contact.c.id == _WHICH)
_ARRIVE, _LEAVE, _CANCEL = _arrive(_WHICH), _leave(_WHICH), _cancel(_WHICH)
_TELL = first_answer(_WHICH)
_LOOK = _KNOWN.add_columns(
    exists().where(Enrollment.contact_id == Contact.id, is_open()).label("enrolled"),
    exists()
    .where(
        Message.contact_id == Contact.id,
        Message.direction == "out",
        Message.state == "queued",
        or_(*(Message.kind == kind for kind in SUPERSEDED)),
    )
    .label("queued"),
    somebody_listens(Contact.business_id).label("told"),
)


def _in_turn(connection: Connection, asked: Row, text: Row, arrival: Row) -> Stored | None:
    known = connection.execute(_LOOK, asked).one_or_none()
    if known is None:
        return None
    which = {"which": known.contact}
    due_at = text["created_at"] + timedelta(seconds=known.collect)
    stored = connection.execute(_STORE, text | {"contact_id": known.contact})
    connection.execute(_TURN, which | {"due_at": due_at})
    if known.told:  # before the outcome is another one
        connection.execute(_TELL, which | {"now": text["created_at"]})
    connection.execute(_ARRIVE, which | arrival)
    if known.enrolled:
        connection.execute(_LEAVE, which | {"now": text["created_at"]})
    if known.queued:
        connection.execute(_CANCEL, which)
    (message,) = stored.inserted_primary_key or (0,)
    return Stored(message, known.contact, known.collect)


def _in_one(connection: Connection, asked: Row, text: Row, arrival: Row) -> Stored | None:
    text = _defaults(text) | text
    given = {f"message_{name}": value for name, value in text.items()}
    given |= {f"conversation_{name}": value for name, value in arrival.items()}
    whole = _whole(tuple(text), tuple(arrival))
    found = connection.execute(whole, asked | given | {"now": text["created_at"]}).one_or_none()
    return None if found is None else Stored(found.id, found.contact, found.collect)


def _defaults(text: Row) -> Row:
    """What the table would fill in by itself."""
    missing = [c for c in _message.c if c.default is not None and c.name not in text]
    return {c.name: cast(Any, c.default).arg for c in missing}


@lru_cache(maxsize=8)
def _whole(text: tuple[str, ...], arrival: tuple[str, ...]) -> Select[Any]:
    """Everything that _in_turn() does, for these columns of the text and of the conversation."""
    known = _KNOWN.cte("known")
    values = [bindparam(f"message_{name}", type_=_message.c[name].type) for name in text]
    stored = (
        insert(_message)
        .from_select([*text, "contact_id"], select(*values, known.c.contact), include_defaults=False)
        .returning(_message.c.id)
        .cte("stored")
    )
    collect = func.make_interval(0, 0, 0, 0, 0, 0, known.c.collect)
    due_at = bindparam("now", type_=DateTime(timezone=True)) + collect
    turn = update(_contact).where(_contact.c.id == known.c.contact).values(due_at=due_at)
    wrote = {name: bindparam(f"conversation_{name}", type_=_conversation.c[name].type) for name in arrival}
    follows = (
        turn,
        _arrive(known.c.contact).values(wrote),
        _leave(known.c.contact),
        _cancel(known.c.contact),
        first_answer(known.c.contact),  # all of them see the rows as they were before
    )
    return (
        select(known.c.contact, known.c.collect, stored.c.id)
        .select_from(known.join(stored, true()))
        .add_cte(*(one.cte(f"then_{n}") for n, one in enumerate(follows)))
    )
