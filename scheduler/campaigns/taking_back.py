"""Taking back what waits in the outbox with words that are no longer the campaign's."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import clock
from data.models import Enrollment, Message, Touch

MOST = 5_000
"""More never wait: the outbox of a sender holds seconds' worth (scheduler/outreach)."""


def take_back(session: Session, campaign_id: int) -> int:
    """Put every queued touch back into its sequence, to be worded anew; how many they were.

    What is with the provider already is past that.
    """
    waiting = session.execute(
        select(Message.id, Enrollment.id, Touch.step)
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .outerjoin(Touch, Touch.id == Message.touch_id)
        .where(
            Enrollment.campaign_id == campaign_id,
            Message.state == "queued",
            Message.kind == "touch",
            Message.provider_id.is_(None),
        )
        .limit(MOST)
        .with_for_update(of=Message)
    ).all()
    for _, enrollment_id, step in waiting:
        enrollment = session.get_one(Enrollment, enrollment_id)
        if enrollment.state == "active":
            enrollment.next_step = step or enrollment.next_step
            enrollment.due_at, enrollment.queued = clock.now(), False
    session.execute(delete(Message).where(Message.id.in_([row[0] for row in waiting])))
    return len(waiting)
