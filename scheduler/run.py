"""Running a job: which function does it, and waking whatever comes of it.

Every job may be begun again: a deadlock costs a second try, and a turn that breaks off in the middle gives
its contact back at once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from data import clock
from data.db import writing
from data.db_faults import once_more
from data.queries.leases import left_behind, release
from scheduler import erasing
from scheduler.campaigns import ending, enrolling_slices
from scheduler.converse import converse
from scheduler.deliver import deliver
from scheduler.follow import follow
from scheduler.jobs import Job, JobKind
from scheduler.notices import notice
from scheduler.nudges import nudge
from scheduler.outreach.charges import charges
from scheduler.outreach.dispatch import dispatch
from scheduler.outreach.fill import outreach
from scheduler.reconcile import reconcile
from scheduler.reminders import remind
from scheduler.touches import callback
from scheduler.visits import settle
from scheduler.whatsapp import approvals
from scheduler.writeback.delivering import writeback

DOES: dict[JobKind, Callable[[int], list[Job]]] = {
    "converse": converse,
    "deliver": deliver,
    "enrol": enrolling_slices.go_on,
    "end": ending.go_on,
    "outreach": outreach,
    "dispatch": dispatch,
    "callback": callback,
    "appointment": settle,
    "reminder": remind,
    "notice": notice,
    "nudge": nudge,
    "reconcile": reconcile,
    "follow": follow,
    "approval": approvals.refresh,
    "forget": erasing.forget,
    "writeback": writeback,
    "charges": charges,
}


@once_more
def run(job: Job) -> list[Job]:
    """Do one job; returns the jobs that it leads to, which the caller wakes or runs."""
    try:
        return DOES[job.kind](job.row)
    finally:
        if job.kind == "converse":  # before a second try too, which could not take the contact otherwise
            _give_back(job.row)


def _give_back(contact_id: int) -> None:
    """Let another worker have the contact now, and not only when the lease of a turn that broke off ends."""
    lease = left_behind(contact_id)
    if lease is None:
        return
    with suppress(SQLAlchemyError), writing() as session:  # with the database away, the lease runs out
        release(session, lease, due_at=clock.now())
