"""Running a job: which function does it, and waking whatever comes of it."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.converse import converse
from scheduler.deliver import deliver
from scheduler.jobs import Job, JobKind
from scheduler.notices import notice
from scheduler.nudges import nudge
from scheduler.reconcile import reconcile
from scheduler.touches import callback, touch
from scheduler.visits import settle

DOES: dict[JobKind, Callable[[int], list[Job]]] = {
    "converse": converse,
    "deliver": deliver,
    "touch": touch,
    "callback": callback,
    "appointment": settle,
    "notice": notice,
    "nudge": nudge,
    "reconcile": reconcile,
}


def run(job: Job) -> list[Job]:
    """Do one job; returns the jobs that it leads to, which the caller wakes or runs."""
    return DOES[job.kind](job.row)
