"""How things stand at a moment, from the rows alone: what waits, for how long, and who has stopped.

Every query reads a stretch of one index and counts no further than `MOST`, so that it stays quick whatever
the size of the tables; nothing here reads the texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from data import clock
from data.models import Business, Callback, Enrollment, Handoff, Message, Sender

MOST = 10_000
"""Nothing is counted further: beyond it the exact number says no more."""

STUCK_AFTER = timedelta(minutes=1)
"""A text that is `sending` for longer has an outcome that nobody knows (scheduler/reconcile.py)."""


@dataclass(frozen=True, slots=True)
class Handoffs:
    """Conversations that wait for a person; `unseen_for` is the longest that nobody has looked at one."""

    waiting: int
    urgent: int
    unseen: int
    oldest_for: timedelta
    unseen_for: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of one moment; counts end at `MOST`."""

    callbacks_due: int
    callbacks_pending: int
    openers_queued: int
    touches_due: int
    replies_queued: int
    outcomes_unknown: int
    handoffs: Handoffs
    senders_stopped: dict[str, int]
    """Channel -> how many of its senders send nothing."""


def standing(session: Session, reply_kinds: tuple[str, ...]) -> Standing:
    """The figures of this moment. `reply_kinds` are the kinds of texts that somebody waits for."""
    now = clock.now()
    pending = select(Callback.id).where(Callback.state == "pending")
    queued = select(Message.id).where(Message.state == "queued")
    touches = select(Enrollment.id).where(text("enrollment.state = 'active' AND enrollment.queued"))
    sending = select(Message.id).where(
        Message.state == "sending", Message.claimed_at <= clock.real() - STUCK_AFTER
    )
    return Standing(
        callbacks_due=_count(session, pending.where(Callback.due_at <= now)),
        callbacks_pending=_count(session, pending),
        openers_queued=_count(session, queued.where(Message.kind == "touch")),
        touches_due=_count(session, touches),
        replies_queued=_count(session, queued.where(Message.kind.in_(reply_kinds))),
        outcomes_unknown=_count(session, sending),
        handoffs=_handoffs(session, now),
        senders_stopped=_senders_stopped(session),
    )


def _count(session: Session, wanted: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(wanted.limit(MOST).subquery())) or 0


def _handoffs(session: Session, now: datetime) -> Handoffs:
    opened = session.execute(
        select(Handoff.urgent, Handoff.seen_at, Handoff.created_at)
        .where(Handoff.business_id.in_(select(Business.id)), Handoff.closed_at.is_(None))
        .limit(MOST)
    ).all()
    unseen = [row for row in opened if row.seen_at is None]
    return Handoffs(
        waiting=len(opened),
        urgent=sum(row.urgent for row in opened),
        unseen=len(unseen),
        oldest_for=_longest(opened, now),
        unseen_for=_longest(unseen, now),
    )


def _longest(rows: Any, now: datetime) -> timedelta:
    return max((now - row.created_at for row in rows), default=timedelta(0))


def _senders_stopped(session: Session) -> dict[str, int]:
    found: dict[str, int] = {}
    for channel, reason in session.execute(select(Sender.channel, Sender.stopped_reason)):
        found[channel] = found.get(channel, 0) + (reason is not None)
    return found
