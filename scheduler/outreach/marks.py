"""The statements on either side of calls in bulk: may these texts still leave, and what came of them.

The first one asks the rows once more, in one statement with the mark that the calls begin: so a STOP, an
answer, a pause or staff who take over stop a text up to the moment of its call, or of the few quick calls
before it (scheduler/outreach/lane.py). A text whose call has not begun is given back without asking anybody;
one whose call has begun is reconciled. What came of some calls is written together with the mark of the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    TableValuedAlias,
    Update,
    bindparam,
    case,
    column,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

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


def mark(
    texts: Sequence[About], now: datetime, before: Sequence[Called], write: Write = write_rows
) -> set[int]:
    """Note that the calls for these texts begin `now` (real time); returns those that may still leave.

    They are texts of one batch. `before`: earlier calls, whose outcomes are written down as well.
    """
    marked: set[int] = write(lambda connection: _mark(connection, texts, now, before))
    return marked


def record(done: Sequence[Called]) -> None:
    """Write down what came of these calls."""
    if done:
        write_rows(lambda connection: _record(connection, done))


def give_back(messages: Sequence[int], at: datetime, marked: datetime | None = None) -> None:
    """Put texts back whose calls have not begun, as far as they are still ours.

    `marked`: the mark that they have nevertheless, made by whoever now gives them back.
    """
    if messages:
        asked = {"ids": list(messages), "claimed": at, "marked": marked}
        write_rows(lambda connection: connection.execute(_GIVE_BACK, asked))


def _mark(
    connection: Connection, texts: Sequence[About], now: datetime, before: Sequence[Called]
) -> set[int]:
    batch = {"claimed": texts[0].at, "real": now, "business": texts[0].business}
    if connection.dialect.name == "postgresql":
        asked = batch | _columns(texts, ("message", "phone_hash", "channel"))
        if not before:
            return set(connection.scalars(_MARK_MANY, asked))
        return set(connection.scalars(_BOTH, asked | _columns(before, ("message", "provider_id", "at"))))
    _record(connection, before)
    rows = [batch | {"which": one.message, "hash": one.phone_hash, "on": one.channel} for one in texts]
    ids = {one.message for one in texts}
    if connection.execute(_MARK, rows).rowcount == len(rows):
        return ids
    return set(connection.scalars(_MARKED, {"ids": list(ids), "real": now}))


def _record(connection: Connection, done: Sequence[Called]) -> None:
    if not done:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_RECORD_MANY, _columns(done, ("message", "provider_id", "at")))
    else:
        rows = [{"done": one.message, "sid": one.provider_id, "now": one.at} for one in done]
        connection.execute(_RECORD, rows)


def _columns(rows: Sequence[Any], names: Sequence[str]) -> dict[str, list[Any]]:
    """The rows as arrays, one for each column; PostgreSQL makes a table of them again."""
    kind = type(rows[0]).__name__.lower()
    return {f"{kind}__{name}": [getattr(row, name) for row in rows] for name in names}


def _table(name: str, **columns: Any) -> TableValuedAlias:
    """The table of the arrays that `_columns` has made, under the same name."""
    arrays = [bindparam(f"{name}__{field}", type_=ARRAY(kind)) for field, kind in columns.items()]
    fields = [column(field, kind) for field, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*fields).render_derived(name=name)


def _may_leave(
    message: ColumnElement[int], phone_hash: ColumnElement[str], channel: ColumnElement[str]
) -> Update:
    """The mark of a text that is still ours and against which nothing speaks."""
    return (
        update(_message)
        .where(
            _message.c.id == message,
            _message.c.state == "sending",
            _message.c.claimed_at == bindparam("claimed", type_=Moment()),
            _message.c.called_at.is_(None),
            _still_wanted(phone_hash, channel),
        )
        .values(called_at=bindparam("real", type_=Moment()))
    )


def _still_wanted(phone_hash: ColumnElement[str], channel: ColumnElement[str]) -> ColumnElement[bool]:
    """Nothing has come between since the guards were asked (scheduler/outreach/facts.py)."""
    runs = exists().where(
        _enrollment.c.id == _message.c.enrollment_id,
        _enrollment.c.state != "stopped",
        _campaign.c.id == _enrollment.c.campaign_id,
        _campaign.c.state == "running",
        # as scheduler/campaigns/taking_back.is_withdrawn() has it
        or_(_campaign.c.approved_at.is_(None), _campaign.c.approved_at <= _message.c.created_at),
    )
    suppressed = exists().where(
        _suppression.c.business_id == bindparam("business"),
        _suppression.c.phone_hash == phone_hash,
        or_(_suppression.c.channel == "all", _suppression.c.channel == channel),
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


def _outcome(message: ColumnElement[int], sid: ColumnElement[str], at: ColumnElement[datetime]) -> Update:
    """As deliver.record() does; a receipt may have been quicker."""
    under_way = or_(_message.c.state == "sending", _message.c.state == "unknown")
    return (
        update(_message)
        .where(_message.c.id == message)
        .values(
            provider_id=func.coalesce(_message.c.provider_id, sid),
            sent_at=func.coalesce(_message.c.sent_at, at),
            state=case((under_way, "sent"), else_=_message.c.state),
        )
    )


_about = _table("about", message=_message.c.id.type, phone_hash=_suppression.c.phone_hash.type,
                channel=_suppression.c.channel.type)  # fmt: skip
_called = _table("called", message=_message.c.id.type, provider_id=_message.c.provider_id.type,
                 at=_message.c.sent_at.type)  # fmt: skip
_MARK = _may_leave(bindparam("which"), bindparam("hash"), bindparam("on"))
_MARK_MANY = _may_leave(_about.c.message, _about.c.phone_hash, _about.c.channel).returning(_message.c.id)
_MARKED = select(_message.c.id).where(
    _message.c.id.in_(bindparam("ids", expanding=True)),
    _message.c.called_at == bindparam("real", type_=Moment()),
)
_RECORD = _outcome(bindparam("done"), bindparam("sid"), bindparam("now", type_=Moment()))
_RECORD_MANY = _outcome(_called.c.message, _called.c.provider_id, _called.c.at)
_BOTH = _MARK_MANY.add_cte(_RECORD_MANY.returning(_message.c.id).cte("recorded"))
_GIVE_BACK = (
    update(_message)
    .where(
        _message.c.id.in_(bindparam("ids", expanding=True)),
        _message.c.state == "sending",
        _message.c.claimed_at == bindparam("claimed", type_=Moment()),
        or_(_message.c.called_at.is_(None), _message.c.called_at == bindparam("marked", type_=Moment())),
    )
    .values(state="queued", claimed_at=None, called_at=None, attempts=_message.c.attempts - 1)
)
