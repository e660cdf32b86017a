"""What happened, numbered, so that a live page asks only for what is new."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime
from itertools import islice
from typing import Any


class Events:
    """The latest events, oldest first; thread-safe. Numbers begin at 1 and never go back."""

    def __init__(self, keeps: int) -> None:
        self._kept: deque[dict[str, Any]] = deque(maxlen=keeps)
        self._last = 0
        self._lock = threading.Lock()

    def add(self, kind: str, at: datetime, **facts: Any) -> None:
        """Note that something of this kind happened."""
        with self._lock:
            self._last += 1
            self._kept.append({"n": self._last, "kind": kind, "at": at.isoformat(), **facts})

    @property
    def cursor(self) -> int:
        """The number of the latest event."""
        return self._last

    def after(self, cursor: int, limit: int = 500) -> tuple[list[dict[str, Any]], bool]:
        """Events with a higher number, and whether some in between are already forgotten."""
        with self._lock:
            if cursor >= self._last:
                return [], False
            # numbers are consecutive, so the place of the first new one follows from the last
            start = max(0, len(self._kept) - (self._last - cursor))
            missed = len(self._kept) < self._last - cursor
            return list(islice(self._kept, start, start + limit)), missed
