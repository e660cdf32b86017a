"""Waking a worker for a job. A wake-up that gets lost costs seconds, never a text: the sweeper finds the row.

Calls to the queue are bounded in time, and skipped for a few seconds after one has failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import structlog

from scheduler.jobs import Job

REST = 5.0
"""Seconds without a wake-up after the queue could not be reached (real time)."""

Send = Callable[[Job, float, float | None], None]
_log = structlog.get_logger(__name__)
_resting_until = 0.0


def _through_celery(job: Job, delay: float, expires: float | None) -> None:
    from scheduler.app import run_job  # imported late: only processes that wake need Celery

    run_job.apply_async(
        args=(job.kind, job.row), countdown=delay or None, expires=expires, retry=False, ignore_result=True
    )


_send: Send = _through_celery


def use(send: Send = _through_celery) -> None:
    """Wake by `send` from now on: a rehearsal runs its jobs itself."""
    global _send
    _send = send


def wake(jobs: Iterable[Job], delay: float = 0.0, *, expires: float | None = None) -> None:
    """Ask for these jobs to be run, after `delay` seconds; not any more after `expires`. Never raises."""
    global _resting_until
    for job in jobs:
        if time.monotonic() < _resting_until:
            return
        try:
            _send(job, delay, expires)
        except Exception as error:
            # whatever is wrong with the queue: the row is committed, and the sweeper finds it
            _resting_until = time.monotonic() + REST
            _log.warning("queue unreachable, leaving it to the sweeper", error=type(error).__name__)
