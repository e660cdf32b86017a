"""Taking back what is to leave with words that are no longer the campaign's, to be worded anew.

At the change of a word what waits in the outbox goes back at once. What a worker had in hand then, was just
filling in, or tries again after a failure is known later by its age (`is_withdrawn`): it was written before
the words were approved that hold now.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import clock
from data.models import Campaign, Enrollment, Message

MOST = 5_000
"""More never wait: the outbox of a sender holds seconds' worth (scheduler/outreach)."""


def is_withdrawn(campaign: Campaign, written_at: datetime) -> bool:
    """Whether a text that was written at this moment (wall time) may have words that nobody stands by now.

    A campaign that nobody approves, such as the demo's, withdraws nothing.
    """
    return campaign.approved_at is not None and written_at < campaign.approved_at


def take_back(session: Session, campaign_id: int) -> int:
    """Put every queued touch back into its sequence, to be worded anew; how many they were.

    What is with the provider already is past that.
    """
    waiting = session.execute(
        select(Message, Enrollment)
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .where(
            Enrollment.campaign_id == campaign_id,
            Message.state == "queued",
            Message.kind == "touch",
            Message.provider_id.is_(None),
        )
        .limit(MOST)
        .with_for_update(of=Message)
    ).all()
    for message, enrollment in waiting:
        rewind(enrollment, message)
    session.execute(delete(Message).where(Message.id.in_([message.id for message, _ in waiting])))
    return len(waiting)


def rewind(enrollment: Enrollment, message: Message) -> None:
    """The sequence takes this step once more; the caller deletes the text.

    One that has ended, or gone on to a later step meanwhile (the text was being tried again), stays as it is.
    """
    gone_on = enrollment.touched_at is not None and enrollment.touched_at > message.created_at
    if enrollment.state != "active" or gone_on:
        return
    enrollment.next_step = _step(message) or enrollment.next_step
    enrollment.due_at, enrollment.queued = clock.now(), False


def _step(message: Message) -> int | None:
    """By the text's key (scheduler/outreach/outbox.py): the touch itself may be gone."""
    step = (message.once or "").rpartition(":")[2]
    return int(step) if step.isdigit() else None
