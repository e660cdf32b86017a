"""How much room there is in the outbox of each sender: a few seconds of its pace, so that what waits longer
waits in its campaign's queue, where the best go first and a pause takes hold at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session

from actions.guards import HELD_FOR
from data import clock
from data.models import Business, Campaign, Enrollment, Message, Sender
from scheduler.outreach.daily import next_day
from scheduler.outreach.registration import needs_registration

AHEAD = 20.0
"""Seconds of its pace that wait in a sender's outbox."""

LEAST, MOST = 10, 500

SOON = timedelta(minutes=1)
"""What is put off for longer takes no room."""

OUTBOX = text("message.state = 'queued' AND message.kind = 'touch'")
"""As the partial index ix_message_touches says it."""

RUNS = or_(Campaign.id.is_(None), Campaign.state.not_in(("paused", "draft")))
"""Of a paused campaign nothing is taken out of the outbox; it takes no room there either."""


@dataclass(slots=True)
class Places:
    """Free places by sender; why there is none, where that lasts, says until when to leave a contact."""

    senders: Sequence[Sender]
    free: dict[int, int] = field(default_factory=dict)
    closed_until: dict[int, datetime] = field(default_factory=dict)

    def room(self, channels: Collection[str]) -> int:
        """The free places on these channels."""
        return sum(self.free.get(sender.id, 0) for sender in self.senders if sender.channel in channels)

    def closed(self, channels: Collection[str]) -> bool:
        """Whether no sender of these channels will have room soon."""
        return all(sender.id in self.closed_until for sender in self.senders if sender.channel in channels)

    def take(self, sender: Sender) -> bool:
        """One place at this sender, if it has any."""
        if self.free.get(sender.id, 0) <= 0:
            return False
        self.free[sender.id] -= 1
        return True


def places_of(
    session: Session, business: Business, senders: Sequence[Sender], spent: Collection[int]
) -> Places:
    """The room of each sender at this moment; the day of those in `spent` (their ids) is over."""
    places = Places(senders)
    for sender in senders:
        waiting = waiting_at(session, sender, MOST)
        if needs_registration(sender):
            places.closed_until[sender.id] = clock.now() + HELD_FOR
        elif sender.stopped_reason is not None:
            # one text waits, so that something shows when the sender may send again
            probes = session.scalar(outbox_of(sender).with_only_columns(Message.id).limit(1)) is not None
            places.free[sender.id] = 0 if probes else 1
            if probes:
                places.closed_until[sender.id] = clock.now() + HELD_FOR
        elif sender.id in spent:
            places.closed_until[sender.id] = next_day(business)
        else:
            places.free[sender.id] = max(0, depth_of(sender) - waiting)
    return places


def depth_of(sender: Sender) -> int:
    """How many touches wait in a sender's outbox at most."""
    return max(LEAST, min(MOST, int(sender.per_second * AHEAD)))


def waiting_at(session: Session, sender: Sender, most: int) -> int:
    """How many touches wait to leave from a sender soon; counted up to `most`."""
    some = outbox_of(sender).where(Message.due_at <= clock.now() + SOON).with_only_columns(Message.id)
    return session.scalar(select(func.count()).select_from(some.limit(most).subquery())) or 0


def outbox_of(sender: Sender) -> Select[Message]:
    """The touches that wait to leave from a sender, but for those of paused campaigns."""
    return (
        select(Message)
        .outerjoin(Enrollment, Enrollment.id == Message.enrollment_id)
        .outerjoin(Campaign, Campaign.id == Enrollment.campaign_id)
        .where(
            OUTBOX,
            Message.from_address == sender.address,
            Message.business_id == sender.business_id,
            Message.channel == sender.channel,
            RUNS,
        )
    )
