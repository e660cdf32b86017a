"""Whose turn a contact is: a lease that one worker takes, with a fence that its commit checks.

`due_at` is wall time (a rehearsal moves it); the lease itself runs on real time, since it is about
processes that die.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, Table, bindparam, event, or_, select, update
from sqlalchemy.orm import Session

from data import clock
from data.models import Contact, Message
from data.row_writes import write_rows

LEASE = timedelta(seconds=60)
"""Longer than a conversation turn with every time-out used up."""

_mine: dict[int, Lease] = {}
"""What this process has taken and not yet let go of, by contact."""


# Built once and not for the mapped classes: every turn of every conversation asks these.
_contact, _message = cast(Table, Contact.__table__), cast(Table, Message.__table__)
_free = (
    select(_contact.c.id)
    .where(
        _contact.c.id == bindparam("which"),
        _contact.c.due_at <= bindparam("now"),
        or_(_contact.c.leased_until.is_(None), _contact.c.leased_until < bindparam("real")),
    )
    .with_for_update(skip_locked=True, key_share=True)
    .scalar_subquery()
)
_TAKE = (
    update(_contact)
    .where(_contact.c.id == _free)
    .values(fence=_contact.c.fence + 1, leased_until=bindparam("until"))
    .returning(_contact.c.fence)
)
_mine_still = (_contact.c.id == bindparam("which")) & (_contact.c.fence == bindparam("held"))
_HOLDS = select(_contact.c.id).where(_mine_still).with_for_update(key_share=True)
_LET_GO = update(_contact).where(_mine_still).values(leased_until=None, due_at=bindparam("due"))
_WAITING = (
    select(_message.c.id)
    .where(
        _message.c.contact_id == bindparam("which"),
        _message.c.direction == "in",
        _message.c.state == "received",
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to answer a contact, as long as nobody has raised the fence."""

    contact_id: int
    fence: int


def take_lease(contact_id: int) -> Lease | None:
    """Take a contact whose turn has come, and commit that; None where it is not due or somebody has it.

    Nobody waits for a contact that somebody else is writing to: whoever that is wakes a worker behind it,
    or the sweeper does.
    """
    real = clock.real()
    known = {"which": contact_id, "now": clock.now(), "real": real, "until": real + LEASE}
    fence: int | None = write_rows(lambda connection: connection.scalar(_TAKE, known))
    if fence is None:
        return None
    _mine[contact_id] = lease = Lease(contact_id, fence)
    return lease


def holds_lease(session: Session, lease: Lease) -> bool:
    """Whether the lease is still its taker's; the row stays locked until the commit.

    Texts of the contact may be stored meanwhile: their rows only mention this one (a key share lock).
    """
    return session.scalar(_HOLDS, {"which": lease.contact_id, "held": lease.fence}) is not None


def release(session: Session, lease: Lease, *, due_at: datetime | None = None) -> bool:
    """Let go. The contact is looked at again at `due_at`, or at once where a text has come meanwhile.

    Returns whether one has. The row is written, and so locked, before the look: a text cannot slip in between
    looking and letting go, and then wait for ever.
    """
    mine = {"which": lease.contact_id, "held": lease.fence}
    done = session.execute(_LET_GO, {**mine, "due": due_at})
    assert isinstance(done, CursorResult)
    if not done.rowcount:
        return False
    waiting = session.scalar(_WAITING, {"which": lease.contact_id})
    if due_at is None and waiting is not None:
        session.execute(_LET_GO, {**mine, "due": clock.now()})
    event.listen(session, "after_commit", lambda _: _forget(lease), once=True)
    return waiting is not None


def left_behind(contact_id: int) -> Lease | None:
    """The lease that this process still holds where its turn broke off; whoever asks is to let go of it."""
    return _mine.pop(contact_id, None)


def _forget(lease: Lease) -> None:
    if _mine.get(lease.contact_id) == lease:
        del _mine[lease.contact_id]
