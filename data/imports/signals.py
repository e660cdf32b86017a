"""What a list says of people who are being texted: they have been there, or are booked, by another road.

Their sequences end for it (data/queries/enrollments.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.imports.entry import Who
from data.models import Enrollment
from data.queries.enrollments import is_open, stop_enrollments


@dataclass(frozen=True, slots=True)
class Signal:
    """`visited` is a visit newer than the one on record, if there was one; `booked_until` lies ahead."""

    visited: date | None = None
    had_visit: bool = False
    booked_until: date | None = None


def signal_of(before: Who | None, after: Who, today: date) -> Signal | None:
    """What a row says of somebody at a known number; None: nothing that would end a sequence."""
    booked = after.booked_until if after.booked_until and after.booked_until >= today else None
    if before is None:
        return Signal(booked_until=booked) if booked else None
    newer = after.last_visit is not None and after.last_visit > (before.last_visit or date.min)
    visited = after.last_visit if newer else None
    if booked is None and visited is None:
        return None
    return Signal(visited, before.last_visit is not None, booked)


def end_sequences(session: Session, signals: Mapping[int, list[Signal]]) -> None:
    """End what runs for these contacts (id -> signals).

    A visit from before somebody was enrolled counts only where it corrects an older one on record: a list
    that fills a blank tells nothing new.
    """
    if not signals:
        return
    running = session.execute(
        select(Enrollment.contact_id, Enrollment.created_at).where(
            is_open(), Enrollment.contact_id.in_(signals)
        )
    ).all()
    for contact, since in running:
        reasons = {
            reason
            for signal in signals[contact]
            for reason, holds in (
                ("booked_elsewhere", signal.booked_until is not None),
                ("visited", signal.visited and (signal.had_visit or signal.visited >= since.date())),
            )
            if holds
        }
        if reasons:
            stop_enrollments(session, contact, min(reasons))
