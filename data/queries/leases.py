"""Whose turn a contact is: a lease that one worker takes, with a fence that its commit checks.

`due_at` is wall time (a rehearsal moves it); the lease itself runs on real time, since it is about
processes that die.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, event, or_, select, update
from sqlalchemy.orm import Session

from data import clock
from data.models import Contact, Message

LEASE = timedelta(seconds=60)
"""Longer than a conversation turn with every time-out used up."""

_mine: dict[int, Lease] = {}
"""What this process has taken and not yet let go of, by contact."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to answer a contact, as long as nobody has raised the fence."""

    contact_id: int
    fence: int


def take_lease(session: Session, contact_id: int) -> Lease | None:
    """Take a contact whose turn has come; None where it is not due or another worker has it.

    Nobody waits for a contact that somebody else is writing to: whoever that is wakes a worker behind it,
    or the sweeper does.
    """
    free = (
        select(Contact.id)
        .where(
            Contact.id == contact_id,
            Contact.due_at <= clock.now(),
            or_(Contact.leased_until.is_(None), Contact.leased_until < clock.real()),
        )
        .with_for_update(skip_locked=True, key_share=True)
        .scalar_subquery()
    )
    fence = session.scalar(
        update(Contact)
        .where(Contact.id == free)
        .values(fence=Contact.fence + 1, leased_until=clock.real() + LEASE)
        .returning(Contact.fence)
        .execution_options(synchronize_session=False)
    )
    if fence is None:
        return None
    lease = Lease(contact_id, fence)
    # only once it is committed: another worker may hold this very fence where ours was rolled back
    event.listen(session, "after_commit", lambda _: _mine.__setitem__(contact_id, lease), once=True)
    return lease


def holds_lease(session: Session, lease: Lease) -> bool:
    """Whether the lease is still its taker's; the row stays locked until the commit.

    Texts of the contact may be stored meanwhile: their rows only mention this one (a key share lock).
    """
    return (
        session.scalar(
            select(Contact.id)
            .where(Contact.id == lease.contact_id, Contact.fence == lease.fence)
            .with_for_update(key_share=True)
        )
        is not None
    )


def release(session: Session, lease: Lease, *, due_at: datetime | None = None) -> bool:
    """Let go. The contact is looked at again at `due_at`, or at once where a text has come meanwhile.

    Returns whether one has. The row is written, and so locked, before the look: a text cannot slip in between
    looking and letting go, and then wait for ever.
    """
    mine = (
        update(Contact)
        .where(Contact.id == lease.contact_id, Contact.fence == lease.fence)
        .execution_options(synchronize_session=False)
    )
    done = session.execute(mine.values(leased_until=None, due_at=due_at))
    assert isinstance(done, CursorResult)
    if not done.rowcount:
        return False
    waiting = session.scalar(
        select(Message.id)
        .where(
            Message.contact_id == lease.contact_id,
            Message.direction == "in",
            Message.state == "received",
        )
        .limit(1)
    )
    if due_at is None and waiting is not None:
        session.execute(mine.values(due_at=clock.now()))
    event.listen(session, "after_commit", lambda _: _forget(lease), once=True)
    return waiting is not None


def left_behind(contact_id: int) -> Lease | None:
    """The lease that this process still holds where its turn broke off; whoever asks is to let go of it."""
    return _mine.pop(contact_id, None)


def _forget(lease: Lease) -> None:
    if _mine.get(lease.contact_id) == lease:
        del _mine[lease.contact_id]
