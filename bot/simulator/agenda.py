"""What is to happen when: due jobs in lanes, so that things of one lane happen one after the other.

A lane is a name, such as a message's id: its jobs run in the order of their due times and never two at
once, however many threads take from the agenda. Jobs of different lanes may run side by side.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import count

Job = Callable[[], None]


class Agenda:
    """Due jobs by lane; thread-safe."""

    def __init__(self) -> None:
        self._lanes: dict[str, list[tuple[datetime, int, Job]]] = {}
        self._heads: list[tuple[datetime, int, str]] = []
        self._busy: set[str] = set()
        self._numbers = count()
        self._changed = threading.Condition()

    def add(self, lane: str, due: datetime, job: Job) -> None:
        """Put `job` into `lane`, to be done at `due` or later."""
        with self._changed:
            entry = (due, next(self._numbers), job)
            heapq.heappush(self._lanes.setdefault(lane, []), entry)
            if lane not in self._busy:
                self._offer(lane)
            self._changed.notify()

    def take(self, now: datetime) -> tuple[str, Job] | None:
        """The next due job, its lane then busy until `done(lane)`; None if nothing is due."""
        with self._changed:
            while self._heads and self._heads[0][0] <= now:
                _, number, lane = heapq.heappop(self._heads)
                if not self._is_head(lane, number):
                    continue
                job = heapq.heappop(self._lanes[lane])[2]
                self._busy.add(lane)
                return lane, job
            return None

    def done(self, lane: str) -> None:
        """Free the lane for its next job."""
        with self._changed:
            self._busy.discard(lane)
            if self._lanes.get(lane):
                self._offer(lane)
            else:
                self._lanes.pop(lane, None)
            self._changed.notify()

    def next_due(self) -> datetime | None:
        """When the earliest waiting job is due, None if nothing waits."""
        with self._changed:
            while self._heads and not self._is_head(self._heads[0][2], self._heads[0][1]):
                heapq.heappop(self._heads)
            return self._heads[0][0] if self._heads else None

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being done."""
        with self._changed:
            return not self._lanes and not self._busy

    def wait(self, seconds: float) -> None:
        """Sleep until something changes, at most `seconds`."""
        with self._changed:
            self._changed.wait(seconds)

    def clear(self) -> None:
        """Forget everything that waits; what is being done goes on to its end."""
        with self._changed:
            self._lanes.clear()
            self._heads.clear()

    def _offer(self, lane: str) -> None:
        due, number, _ = self._lanes[lane][0]
        heapq.heappush(self._heads, (due, number, lane))

    def _is_head(self, lane: str, number: int) -> bool:
        """Whether this heads-entry still stands for the first job of a free lane."""
        waiting = self._lanes.get(lane)
        return bool(waiting) and lane not in self._busy and waiting[0][1] == number  # type: ignore[index]
