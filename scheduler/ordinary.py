"""An ordinary text of a known contact, stored in a few statements: nearly all that come in are that.

It does exactly what scheduler/receive.py does for a text that no rule settles, without loading the rows;
whatever is not ordinary it leaves to that. Contact first and conversation second, as whoever answers does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Table, bindparam, case, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from data import clock, crypto
from data.db import engine, writing_rows
from data.models import Business, Contact, Conversation, Enrollment, Message, Sender, Suppression
from data.profile import Profile
from nlu import gate
from nlu.understanding import Gated
from scheduler.arrivals import SUPERSEDED, Inbound, Received, of_conversation, of_message
from scheduler.jobs import Job
from scheduler.measures.watch import Move, tell

COLLECT = Profile.model_fields["collect_seconds"].default


class _Owner(NamedTuple):
    """Whose a number was when last asked, and the key of that business's hashes, which never changes."""

    business: int
    hash_key: bytes


_owners: WeakKeyDictionary[Engine, dict[str, _Owner]] = WeakKeyDictionary()
"""For each database, by number. Whose the number is now is asked of the rows with every text."""

_contact, _conversation, _enrollment, _message = (
    cast(Table, model.__table__) for model in (Contact, Conversation, Enrollment, Message)
)
_STORE = insert(_message)
_TURN = update(_contact).where(_contact.c.id == bindparam("which"))
_ARRIVAL = (
    update(_conversation)
    .where(_conversation.c.contact_id == bindparam("which"))
    # every other outcome stays what it is when its contact writes (data/outcomes.py)
    .values(outcome=case((_conversation.c.outcome == "no_reply", "open"), else_=_conversation.c.outcome))
)
_LEAVE = (  # as stop_enrollments() of scheduler/apply.py does, built once
    update(_enrollment)
    .where(_enrollment.c.contact_id == bindparam("which"), _enrollment.c.state == "active")
    .values(state="stopped", stopped_reason="replied", due_at=None)
)
_CANCEL = (  # as cancel_queued() of data/queries/messages.py does
    update(_message)
    .where(
        _message.c.contact_id == bindparam("which"),
        _message.c.direction == "out",
        _message.c.state == "queued",
        _message.c.kind.in_(SUPERSEDED),
    )
    .values(state="cancelled", cancelled_reason="replied")
)
_OWNS = (
    select(Sender.business_id).where(Sender.address == bindparam("to")).order_by(Sender.id).limit(1)
).scalar_subquery()
_LOOK = (
    select(
        Contact.id.label("contact"),
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
"""The contact and what waits for it. No row for a stranger, a suppressed number, a text that is there."""


def remember(session: Session, address: str, business: Business) -> None:
    """A text to this number went to this business: the next one likely does too."""
    bound = session.get_bind()
    assert isinstance(bound, Engine)
    _owners.setdefault(bound, {})[address] = _Owner(business.id, business.hash_key)


def receive_ordinary(inbound: Inbound, gated: Gated) -> Received | None:
    """Store an ordinary text and set the contact's turn; None (nothing done) where it is not ordinary.

    Raises the database's error: then nothing is stored.
    """
    owner = _owners.get(engine(), {}).get(inbound.to_address)
    if owner is None or _for_the_rules(inbound, gated):
        return None
    with writing_rows() as connection:
        stored = _store(connection, inbound, gated, owner)
    if stored is None:
        return None
    move, received = stored
    tell(move)
    return received


def _for_the_rules(inbound: Inbound, gated: Gated) -> bool:
    return bool(
        gated.opt_out or gated.emergency or inbound.opt_out_type or gate.keyword(inbound.body) is not None
    )


def _store(
    connection: Connection, inbound: Inbound, gated: Gated, owner: _Owner
) -> tuple[Move, Received] | None:
    asked = {
        "business": owner.business,
        "from": inbound.from_address,
        "to": inbound.to_address,
        "hash": crypto.keyed_hash(owner.hash_key, inbound.from_address),
        "on": inbound.channel,
        "sid": inbound.provider_id,
    }
    known = connection.execute(_LOOK, asked).one_or_none()
    if known is None:
        return None
    contact: int = known.contact
    delay = COLLECT if known.collect is None else known.collect
    row = of_message(inbound, gated) | {"business_id": owner.business, "contact_id": contact}
    stored = connection.execute(_STORE, row | {"state": "received"})
    connection.execute(_TURN, {"which": contact, "due_at": clock.now() + timedelta(seconds=delay)})
    connection.execute(_ARRIVAL, of_conversation(inbound) | {"which": contact})
    if known.enrolled:
        connection.execute(_LEAVE, {"which": contact})
    if known.queued:
        connection.execute(_CANCEL, {"which": contact})
    (message_id,) = stored.inserted_primary_key or (0,)
    move = Move(message_id, contact, "in", "text", inbound.channel, "received", None, None)
    return move, Received((Job("converse", contact),), delay=delay)
