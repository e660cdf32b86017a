"""Asking for a person: one open handoff for each reason in a conversation, which rings again when needed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import clock
from data.models import Handoff
from scheduler.jobs import Job


def open_handoff(
    session: Session,
    business_id: int,
    conversation_id: int,
    reason: str,
    *,
    urgent: bool = False,
    silent: bool = True,
) -> list[Job]:
    """A person is needed for `reason` (notices.WORDS). Returns the notice to wake after the commit.

    Where a handoff of that reason is open and nobody has looked yet, nothing is added: its notices are on
    their way. Where somebody has looked, it happened again behind their back: it rings anew, from the start.
    An open one only ever becomes more urgent, or more silent, by being asked for again.
    """
    handoff = session.scalar(
        select(Handoff)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.reason == reason,
            Handoff.closed_at.is_(None),
        )
        .order_by(Handoff.id)
        .limit(1)
        .with_for_update()
    )
    if handoff is None:
        handoff = Handoff(business_id=business_id, conversation_id=conversation_id, reason=reason)
        handoff.urgent, handoff.silent = urgent, silent
        session.add(handoff)
    else:
        handoff.urgent, handoff.silent = handoff.urgent or urgent, handoff.silent or silent
        if handoff.seen_at is None:
            return []
    handoff.seen_at, handoff.notices, handoff.notice_due_at = None, 0, clock.now()
    session.flush()
    return [Job("notice", handoff.id)]
