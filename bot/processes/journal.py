"""Turns the supervisor's own log into the few lines that somebody at a terminal wants to read."""

from __future__ import annotations

import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path

from bot.processes.configuration import SUPERVISOR

CRASHES, WITHIN = 3, 60.0
"""A program that ends this often within so many seconds is reported as one that cannot stay up."""

_EXITED = re.compile(r"exited: (?P<name>\S+) \((?P<how>[^;)]*)")
_GAVE_UP = re.compile(r"gave up: (?P<name>\S+) ")


class Journal:
    """Follows the log from where it ends now. Each `tell()` says what is new."""

    def __init__(self, log: Path, say: Callable[[str], None]) -> None:
        self._log, self._say = log, say
        self._path = log / f"{SUPERVISOR}.log"
        self._read = self._path.stat().st_size if self._path.exists() else 0
        self._ends: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=CRASHES))
        self._reported: dict[str, float] = {}

    def tell(self) -> None:
        """Say one line for each program that has ended since the last call."""
        for line in self._new_lines():
            if found := _EXITED.search(line):
                self._ended(found["name"], found["how"])
            elif found := _GAVE_UP.search(line):
                self._say(f"{found['name']} could not be kept running; see {self._log / found['name']}.log")

    def _ended(self, name: str, how: str) -> None:
        now = time.monotonic()
        ends = self._ends[name]
        ends.append(now)
        if len(ends) < CRASHES or now - ends[0] > WITHIN:
            self._say(f"{name} ended ({how}) and is started again; log: {self._log / name}.log")
        elif now - self._reported.get(name, -WITHIN) > WITHIN:
            self._reported[name] = now
            self._say(f"{name} does not stay up ({how}); see {self._log / name}.log")

    def _new_lines(self) -> list[str]:
        try:
            size = self._path.stat().st_size
            if size < self._read:  # rotated
                self._read = 0
            if size == self._read:
                return []
            with self._path.open("rb") as file:
                file.seek(self._read)
                whole, newline, _ = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return []
        self._read += len(whole) + len(newline)
        return whole.decode(errors="replace").splitlines()
