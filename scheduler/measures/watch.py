"""Watches the rows of texts as they are committed: counts their states, and tells them in the log.

One place instead of a line in each that moves a text. The log's lines carry ids alone: with the message's
and the contact's one can follow a text from the webhook through the worker to the provider's receipts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine, event, inspect, select
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session

from data.logs import what_failed
from data.message_states import KINDS
from data.models import Message
from scheduler import measures

MOVES = "rekindle moves"
"""Where a session keeps what it has flushed until it is committed: the message's id -> its Move.

Whoever writes a text past the session's own rows (scheduler/ordinary.py) puts its Move there.
"""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Move:
    """A text that came into a state. `after`: for an answer that has left, how long the contact waited."""

    message: int
    contact: int | None
    direction: str
    kind: str
    channel: str
    state: str
    code: str | None
    after: timedelta | None


def watch() -> None:
    """Begin to watch, in this process; calling it again changes nothing."""
    for target, name, listener in (
        (Session, "after_flush", _note),
        (Session, "after_commit", _tell),
        (Session, "after_rollback", _forget),
        (Engine, "handle_error", _count_error),
    ):
        if not event.contains(target, name, listener):
            event.listen(target, name, listener)


def _note(session: Session, _context: Any) -> None:
    for row in session.new:
        if isinstance(row, Message):
            _keep(session, row)
    for row in session.dirty:
        if isinstance(row, Message) and inspect(row).attrs.state.history.has_changes():
            _keep(session, row)


def _keep(session: Session, row: Message) -> None:
    """Of several moves in one transaction the last one counts: nobody else has seen the others."""
    session.info.setdefault(MOVES, {})[row.id] = _move(session, row)


def _move(session: Session, text: Message) -> Move:
    return Move(
        message=text.id,
        contact=text.contact_id,
        direction=text.direction,
        kind=text.kind,
        channel=text.channel,
        state=text.state,
        code=text.error_code,
        after=_waited(session, text),
    )


def _waited(session: Session, text: Message) -> timedelta | None:
    """How long the contact waited for this answer since the newest of the texts before it."""
    answers = text.direction == "out" and KINDS[text.kind].bot and not KINDS[text.kind].proactive
    if not answers or text.state != "sent" or text.contact_id is None or text.sent_at is None:
        return None
    written = (
        select(Message.created_at)
        .where(Message.contact_id == text.contact_id, Message.id < text.id, Message.direction == "in")
        .order_by(Message.id.desc())
        .limit(1)
    )
    at: datetime | None = session.connection().scalar(written)
    return max(timedelta(0), text.sent_at - at) if at is not None else None


def _tell(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint only
    for move in session.info.pop(MOVES, {}).values():
        tell(move)


def tell(move: Move) -> None:
    """Count a move that is committed, and note it in the log."""
    try:
        _tell_of(move)
    except Exception as error:  # the text is committed: whoever committed it goes on in any case
        _log.error("move not counted", message=move.message, **what_failed(error))


def _tell_of(move: Move) -> None:
    code = measures.code_label(move.code)
    if move.direction == "out":
        measures.TEXTS.labels(move.kind, move.channel, move.state, code).inc()
    if move.after is not None:
        measures.REPLY_SECONDS.labels(move.channel).observe(move.after.total_seconds())
    _log.info(
        "text",
        message=move.message,
        contact=move.contact,
        direction=move.direction,
        kind=move.kind,
        channel=move.channel,
        state=move.state,
        **({"code": code} if code else {}),
    )


def _forget(session: Session) -> None:
    session.info.pop(MOVES, None)


def _count_error(context: ExceptionContext) -> None:
    measures.DATABASE_ERRORS.labels(type(context.original_exception).__name__).inc()
