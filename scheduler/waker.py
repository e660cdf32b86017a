"""The thread that wakes workers: it keeps wake-ups until their moment, and sends what is due in one call.

They wait here rather than in the queue (as countdowns), where a worker would have to hold them. What is lost
with the process, the sweeper finds. After a failure the queue is left alone for a while; the next wake-up
after that is the one to find out, in this thread and not in a request.
"""

from __future__ import annotations

import heapq
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

import structlog

from scheduler.jobs import Job

REST = 5.0
"""Seconds without a wake-up after the queue could not be reached (real time)."""

GATHER = 0.02
"""Seconds between two calls to the queue: what comes due meanwhile goes together."""

MOST = 50_000
"""Wake-ups that wait at a time; what comes on top is left to the sweeper."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class WakeUp:
    """A job to be asked for at a moment (monotonic); `expires` seconds later nobody wants it any more."""

    at: float
    order: int
    job: Job = field(compare=False)
    expires: float | None = field(compare=False)


Post = Callable[[Sequence[WakeUp]], None]


def _into_the_queue(due: Sequence[WakeUp]) -> None:
    from scheduler.wake_messages import post  # imported late: only processes that wake need Celery

    post(due)


class Waker:
    """Keeps wake-ups and posts them. The thread begins with the first one; a forked child begins anew."""

    def __init__(self, post: Post = _into_the_queue) -> None:
        self._post = post
        self._begin_anew()
        os.register_at_fork(after_in_child=self._begin_anew)

    def _begin_anew(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[WakeUp] = []
        self._last: dict[Job, WakeUp] = {}
        self._thread: threading.Thread | None = None
        self._numbers = count()
        self._resting_until = 0.0

    def ask(self, job: Job, delay: float, expires: float | None) -> None:
        """Wake for this job after `delay` seconds. Asked for twice, the later word counts."""
        with self._changed:
            if len(self._waiting) >= MOST:
                return
            wake_up = WakeUp(time.monotonic() + delay, next(self._numbers), job, expires)
            heapq.heappush(self._waiting, wake_up)
            self._last[job] = wake_up
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
                self._thread.start()
            elif self._waiting[0] is wake_up:
                self._changed.notify()

    @property
    def waiting(self) -> int:
        """How many wake-ups wait for their moment."""
        with self._changed:
            return len(self._waiting)

    @property
    def rests(self) -> bool:
        """Whether the queue could not be reached just now, and is left alone for a while."""
        return time.monotonic() < self._resting_until

    def _run(self) -> None:
        while True:
            due = self._wait_for_due()
            if time.monotonic() >= self._resting_until:
                try:
                    self._post(due)
                except Exception as error:
                    # whatever is wrong with the queue: the rows are committed, and the sweeper finds them
                    _log.warning("queue unreachable, leaving it to the sweeper", error=type(error).__name__)
                    self._resting_until = time.monotonic() + REST
            time.sleep(GATHER)

    def _wait_for_due(self) -> list[WakeUp]:
        """Everything whose moment has come, as soon as there is something."""
        with self._changed:
            while not (due := self._take_due()):
                first = self._waiting[0].at if self._waiting else None
                self._changed.wait(None if first is None else max(0.0, first - time.monotonic()))
            return due

    def _take_due(self) -> list[WakeUp]:
        due = []
        now = time.monotonic()
        while self._waiting and self._waiting[0].at <= now:
            wake_up = heapq.heappop(self._waiting)
            if self._last.get(wake_up.job) is wake_up:
                del self._last[wake_up.job]
                due.append(wake_up)
        return due
