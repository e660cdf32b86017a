"""An ordinary text of a known contact, stored in a few statements: nearly all that come in are that.

It does exactly what scheduler/receive.py does for a text that no rule settles, without loading the rows;
whatever is not ordinary it leaves to that. Contact first and conversation second, as whoever answers does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row, Table, bindparam, case, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from data import clock, crypto
from data.models import Business, Contact, Conversation, Enrollment, Message, Sender, Suppression
from data.profile import Profile
from data.queries.messages import cancel_queued
from nlu import gate
from nlu.understanding import Gated
from scheduler.arrivals import SUPERSEDED, Inbound, Received, of_conversation, of_message
from scheduler.jobs import Job
from scheduler.measures.watch import MOVES, Move

COLLECT = Profile.model_fields["collect_seconds"].default

_owners: WeakKeyDictionary[Engine, dict[str, tuple[int, bytes]]] = WeakKeyDictionary()
"""For each database: number of the business -> (business, its key for hashes, which never changes).

Whose the number is may change: the look below asks the rows, and only finds what is still so."""


_contact, _conversation, _enrollment, _message = (
    cast(Table, model.__table__) for model in (Contact, Conversation, Enrollment, Message)
)
_STORE = insert(_message)
_TURN = update(_contact).where(_contact.c.id == bindparam("which"))
_ARRIVAL = (
    update(_conversation)
    .where(_conversation.c.id == bindparam("which"))
    # every other outcome stays what it is when its contact writes (data/outcomes.py)
    .values(outcome=case((_conversation.c.outcome == "no_reply", "open"), else_=_conversation.c.outcome))
)
_LEAVE = (  # as stop_enrollments() of scheduler/apply.py does, built once
    update(_enrollment)
    .where(_enrollment.c.contact_id == bindparam("which"), _enrollment.c.state == "active")
    .values(state="stopped", stopped_reason="replied", due_at=None)
)
_OWNS = (
    select(Sender.business_id).where(Sender.address == bindparam("to")).order_by(Sender.id).limit(1)
).scalar_subquery()
_LOOK = (
    select(
        Contact.id.label("contact"),
        Conversation.id.label("conversation"),
        Business.profile["collect_seconds"].as_integer().label("collect"),
        exists().where(Enrollment.contact_id == Contact.id, Enrollment.state == "active").label("enrolled"),
        exists()
        .where(
            Message.contact_id == Contact.id,
            Message.direction == "out",
            Message.state == "queued",
            or_(*(Message.kind == kind for kind in SUPERSEDED)),  # IN would be spelt out anew each time
        )
        .label("queued"),
    )
    .join(Conversation, Conversation.contact_id == Contact.id)
    .join(Business, Business.id == Contact.business_id)
    .where(
        Contact.business_id == bindparam("business"),
        Contact.phone == bindparam("phone"),
        bindparam("business") == _OWNS,
        ~exists().where(
            Suppression.business_id == bindparam("business"),
            Suppression.phone_hash == bindparam("hash"),
            or_(Suppression.channel == "all", Suppression.channel == bindparam("channel")),
            Suppression.lifted_at.is_(None),
        ),
        ~exists().where(Message.provider_id == bindparam("provider_id")),
    )
)


def remember(session: Session, address: str, business: Business) -> None:
    """A text to this number went to this business: the next one likely does too."""
    _owners.setdefault(_engine(session), {})[address] = business.id, business.hash_key


def receive_ordinary(session: Session, inbound: Inbound, gated: Gated) -> Received | None:
    """Store an ordinary text and set the contact's turn; None (nothing done) where it is not ordinary."""
    owner = _owners.get(_engine(session), {}).get(inbound.to_address)
    if owner is None or _for_the_rules(inbound, gated):
        return None
    connection = session.connection()
    known = _look(connection, inbound, *owner)
    if known is None:
        return None
    now = clock.now()
    delay = COLLECT if known.collect is None else known.collect
    row = of_message(inbound, gated) | {"business_id": owner[0], "contact_id": known.contact}
    stored = connection.execute(_STORE, row | {"state": "received"})
    connection.execute(_TURN, {"which": known.contact, "due_at": now + timedelta(seconds=delay)})
    connection.execute(_ARRIVAL, of_conversation(inbound) | {"which": known.conversation})
    if known.enrolled:
        connection.execute(_LEAVE, {"which": known.contact})
    if known.queued:
        cancel_queued(session, known.contact, SUPERSEDED, "replied")
    (message_id,) = stored.inserted_primary_key or (0,)
    move = Move(message_id, known.contact, "in", "text", inbound.channel, "received", None, None)
    session.info.setdefault(MOVES, {})[message_id] = move
    return Received((Job("converse", known.contact),), delay=delay)


def _for_the_rules(inbound: Inbound, gated: Gated) -> bool:
    return bool(
        gated.opt_out or gated.emergency or inbound.opt_out_type or gate.keyword(inbound.body) is not None
    )


def _look(connection: Connection, inbound: Inbound, business: int, key: bytes) -> Row[Any] | None:
    """The contact and what waits for it; None for a stranger, a suppressed number, a text that is there."""
    asked = {
        "business": business,
        "phone": inbound.from_address,
        "to": inbound.to_address,
        "hash": crypto.keyed_hash(key, inbound.from_address),
        "channel": inbound.channel,
        "provider_id": inbound.provider_id,
    }
    return connection.execute(_LOOK, asked).one_or_none()


def _engine(session: Session) -> Engine:
    bound = session.get_bind()
    assert isinstance(bound, Engine)
    return bound
