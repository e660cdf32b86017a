"""Waking a worker for a job. A wake-up that gets lost costs seconds, never a text: the sweeper finds the row.

Whoever wakes waits for nobody: a thread of its own (scheduler/waker.py) keeps each wake-up until its moment
and talks to the queue. So a queue that is away, or one that accepts and never answers, holds up no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from scheduler.jobs import Job
from scheduler.waker import Waker

Send = Callable[[Job, float, float | None], None]


def _by_and_by(job: Job, delay: float, expires: float | None) -> None:
    _waker.ask(job, delay, expires)


_waker = Waker()
_send: Send = _by_and_by


def use(send: Send = _by_and_by) -> None:
    """Wake by `send` from now on: a rehearsal runs its jobs itself."""
    global _send
    _send = send


def wake(jobs: Iterable[Job], delay: float = 0.0, *, expires: float | None = None) -> None:
    """Ask for these jobs to be run, after `delay` seconds; not any more after `expires`. Never raises."""
    for job in jobs:
        _send(job, delay, expires)
