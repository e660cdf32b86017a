"""The two statements on either side of a provider's call in bulk: may it still leave, and what came of it.

The first one asks the rows once more, in one statement with the mark that the call begins: so a STOP, an
answer, a pause or staff who take over stop a text up to the moment of its call. A text whose call has not
begun is given back without asking anybody; one whose call has begun is reconciled. The outcome of one call is
written together with the mark of the next: one way to the disk for each text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Update,
    bindparam,
    case,
    exists,
    func,
    or_,
    update,
)

from data.db import engine
from data.models import Campaign, Conversation, Enrollment, Handoff, Message, Suppression
from data.models.base import Moment
from data.row_writes import write_rows

_message, _conversation, _enrollment, _campaign, _suppression, _handoff = (
    cast(Table, model.__table__)
    for model in (Message, Conversation, Enrollment, Campaign, Suppression, Handoff)
)


@dataclass(frozen=True, slots=True)
class Called:
    """A call that was answered: the text is with the provider."""

    message: int
    provider_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class About:
    """A claimed text whose call is to begin; `at` is when it was claimed (real time)."""

    message: int
    at: datetime
    business: int
    phone_hash: str
    channel: str


Write = Callable[[Callable[[Connection], Any]], Any]


@contextmanager
def writing_marks() -> Iterator[Write]:
    """A way to write marks, for as long as the block: as write_rows(), over one connection where it can be.

    On PostgreSQL each mark is a transaction by itself, so that none is open while the provider is called.
    """
    bound = engine()
    if bound.dialect.name == "sqlite":
        yield write_rows
        return
    with bound.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield lambda work: work(connection)


def mark(text: About, now: datetime, before: Called | None, write: Write = write_rows) -> bool:
    """Note that this text's call begins `now` (real time), unless something speaks against it by now.

    `before`: the call before it, whose outcome is written down as well.
    """
    asked = {
        "which": text.message,
        "claimed": text.at,
        "real": now,
        "business": text.business,
        "hash": text.phone_hash,
        "on": text.channel,
    }
    marked: bool = write(lambda connection: _mark(connection, asked, before))
    return marked


def record(done: Called) -> None:
    """Write down what came of a call."""
    write_rows(lambda connection: connection.execute(_RECORD, _as_row(done)))


def give_back(messages: list[int], at: datetime) -> None:
    """Put texts back whose calls have not begun, as far as they are still ours."""
    if messages:
        write_rows(lambda connection: connection.execute(_GIVE_BACK, {"ids": messages, "claimed": at}))


def _mark(connection: Connection, asked: dict[str, Any], before: Called | None) -> bool:
    if before is None:
        return connection.execute(_MARK, asked).first() is not None
    if connection.dialect.name == "postgresql":
        return connection.execute(_BOTH, asked | _as_row(before)).first() is not None
    connection.execute(_RECORD, _as_row(before))
    return connection.execute(_MARK, asked).first() is not None


def _as_row(done: Called) -> dict[str, Any]:
    return {"done": done.message, "sid": done.provider_id, "now": done.at}


def _still_wanted() -> ColumnElement[bool]:
    """Nothing has come between since the guards were asked (scheduler/outreach/facts.py)."""
    runs = exists().where(
        _enrollment.c.id == _message.c.enrollment_id,
        _enrollment.c.state != "stopped",
        _campaign.c.id == _enrollment.c.campaign_id,
        _campaign.c.state == "running",
    )
    suppressed = exists().where(
        _suppression.c.business_id == bindparam("business"),
        _suppression.c.phone_hash == bindparam("hash"),
        or_(_suppression.c.channel == "all", _suppression.c.channel == bindparam("on")),
        _suppression.c.lifted_at.is_(None),
    )
    waits_for_staff = exists().where(
        _handoff.c.conversation_id == _conversation.c.id, _handoff.c.closed_at.is_(None), _handoff.c.silent
    )
    otherwise_engaged = exists().where(
        _conversation.c.contact_id == _message.c.contact_id,
        or_(
            _conversation.c.staff_took_over_at.is_not(None),
            _conversation.c.frozen_at.is_not(None),
            _conversation.c.closed_reason.is_not(None),
            _conversation.c.last_inbound_at > _message.c.created_at,
            waits_for_staff,
        ),
    )
    return or_(_message.c.enrollment_id.is_(None), runs) & ~suppressed & ~otherwise_engaged


_MARK = (
    update(_message)
    .where(
        _message.c.id == bindparam("which"),
        _message.c.state == "sending",
        _message.c.claimed_at == bindparam("claimed", type_=Moment()),
        _message.c.called_at.is_(None),
        _still_wanted(),
    )
    .values(called_at=bindparam("real", type_=Moment()))
    .returning(_message.c.id)
)


def _record() -> Update:
    """As deliver.record() does; a receipt may have been quicker."""
    under_way = or_(_message.c.state == "sending", _message.c.state == "unknown")
    return (
        update(_message)
        .where(_message.c.id == bindparam("done"))
        .values(
            provider_id=func.coalesce(_message.c.provider_id, bindparam("sid")),
            sent_at=func.coalesce(_message.c.sent_at, bindparam("now", type_=Moment())),
            state=case((under_way, "sent"), else_=_message.c.state),
        )
    )


_RECORD = _record()
_BOTH = _MARK.add_cte(_record().returning(_message.c.id).cte("recorded"))
_GIVE_BACK = (
    update(_message)
    .where(
        _message.c.id.in_(bindparam("ids", expanding=True)),
        _message.c.state == "sending",
        _message.c.claimed_at == bindparam("claimed", type_=Moment()),
        _message.c.called_at.is_(None),
    )
    .values(state="queued", claimed_at=None, attempts=_message.c.attempts - 1)
)
