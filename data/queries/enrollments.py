"""Ending enrollments: the only places at which a sequence ends for a contact, each time with an outcome."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, Update, case, exists, or_, select, update
from sqlalchemy.orm import Session

from data import clock
from data.enrollment_outcomes import BY_REASON, outcome_of
from data.models import Enrollment, Message

OPEN = ("active", "held")
"""The states of an enrollment that has not ended."""

FINISHED = "finished"
"""The reason of a sequence that has run to its end in silence."""

_enrollment = cast(Table, Enrollment.__table__)


def is_open() -> ColumnElement[bool]:
    """Whether an enrollment has not ended. (IN would be spelt out anew with every statement.)"""
    return or_(*(_enrollment.c.state == state for state in OPEN))


def ending(reason: str, at: Any) -> Update:
    """What ends open enrollments for this reason; `at` is the moment. The caller says which ones."""
    named = BY_REASON.get(reason)
    got_one = exists().where(Message.enrollment_id == _enrollment.c.id, Message.sent_at.is_not(None))
    either = case((got_one, outcome_of(reason, any_sent=True)), else_=outcome_of(reason, any_sent=False))
    return (
        update(_enrollment)
        .where(is_open())
        .values(
            state="finished" if reason == FINISHED else "stopped",
            stopped_reason=None if reason == FINISHED else reason,
            outcome=named or either,
            ended_at=at,
            queued=False,
            due_at=None,
        )
    )


def stop_enrollments(session: Session, contact_id: int, reason: str) -> None:
    """No further touch of any campaign for this contact."""
    session.flush()
    session.execute(
        ending(reason, clock.now()).where(_enrollment.c.contact_id == contact_id),
        execution_options={"synchronize_session": False},
    )
    _forget(session)


def end_enrollment(session: Session, enrollment: Enrollment, reason: str) -> None:
    """This sequence is over for its contact; one that has ended already stays as it is."""
    end_enrollments(session, [enrollment.id], reason)


def end_enrollments(session: Session, ids: Collection[int], reason: str) -> int:
    """End these enrollments, as far as they have not ended; returns how many did."""
    if not ids:
        return 0
    session.flush()
    done = session.execute(
        ending(reason, clock.now()).where(_enrollment.c.id.in_(ids)),
        execution_options={"synchronize_session": False},
    )
    _forget(session)
    assert isinstance(done, CursorResult)
    return done.rowcount


def end_some_of_campaign(session: Session, campaign_id: int, reason: str, most: int = 2_000) -> int:
    """End up to `most` open enrollments of a campaign; 0 when none is left."""
    some = session.scalars(
        select(Enrollment.id).where(Enrollment.campaign_id == campaign_id, is_open()).limit(most)
    ).all()
    return end_enrollments(session, some, reason)


def _forget(session: Session) -> None:
    """Rows that this session has read are to be read again."""
    for row in session.identity_map.values():
        if isinstance(row, Enrollment):
            session.expire(row)
