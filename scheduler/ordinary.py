"""An ordinary text of a known contact, stored in a few statements: nearly all that come in are that.

It does exactly what scheduler/receive.py does for a text that no rule settles, without loading the rows;
whatever is not ordinary it leaves to that.
"""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from data import clock, crypto
from data.db import engine
from data.models import Business
from data.row_writes import write_rows
from nlu import gate
from nlu.understanding import Gated
from scheduler.arrivals import Inbound, Received, of_conversation, of_message
from scheduler.jobs import Job
from scheduler.measures.watch import Move, tell
from scheduler.ordinary_rows import store


class _Owner(NamedTuple):
    """Whose a number was when last asked, and the key of that business's hashes, which never changes."""

    business: int
    hash_key: bytes


_owners: WeakKeyDictionary[Engine, dict[str, _Owner]] = WeakKeyDictionary()
"""For each database, by number. Whose the number is now is asked of the rows with every text."""


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
    asked = {
        "business": owner.business,
        "from": inbound.from_address,
        "to": inbound.to_address,
        "hash": crypto.keyed_hash(owner.hash_key, inbound.from_address),
        "on": inbound.channel,
        "sid": inbound.provider_id,
    }
    text = of_message(inbound, gated) | {"business_id": owner.business, "state": "received"}
    text |= {"created_at": clock.now()}
    arrival = of_conversation(inbound)
    row = write_rows(lambda connection: store(connection, asked, text, arrival))
    if row is None:
        return None
    tell(Move(row.message, row.contact, "in", "text", inbound.channel, "received", None, None))
    return Received((Job("converse", row.contact),), delay=row.collect)


def _for_the_rules(inbound: Inbound, gated: Gated) -> bool:
    return bool(
        gated.opt_out or gated.emergency or inbound.opt_out_type or gate.keyword(inbound.body) is not None
    )
