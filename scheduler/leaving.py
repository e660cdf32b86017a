"""Leaving: a worker that is asked to end finishes what it has in hand, and returns what would take too long.

Celery waits for the tasks in hand after SIGTERM and takes no new ones. Whoever waits for Celery does so for a
limited time only (bot/processes/service.TASK_GRACE) and kills it then, which would leave a contact leased and
a text `sending` for a minute. So a task that still runs after a while is told that its time is up, by the
signal of its soft time limit: what it holds is let go where it breaks off (run.py, deliver.py).
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutting_down

HURRY_AFTER = 12.0
"""Seconds between the wish to end and the signal; as many are left to let go of things."""

log = structlog.get_logger(__name__)
_pools: list[Any] = []


@worker_ready.connect  # type: ignore[untyped-decorator]
def _remember(sender: Any, **_: Any) -> None:
    _pools[:] = [sender.pool]


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _hurry_later(**_: Any) -> None:
    timer = threading.Timer(HURRY_AFTER, _hurry)
    timer.daemon = True
    timer.start()


def _hurry() -> None:
    """Raise SoftTimeLimitExceeded in every task in hand."""
    for pool in _pools:
        jobs = list(getattr(getattr(pool, "_pool", None), "_cache", {}).values())
        pids = {pid for job in jobs if not job.ready() for pid in job.worker_pids()}
        for pid in pids:
            log.warning("task in hand is told to let go", process=pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGUSR1)
