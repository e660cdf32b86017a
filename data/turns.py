"""Whose turn it is to write. SQLite has one writer, and lets the others sleep in growing steps between looks.

Here threads queue at a lock, and the process that is at the head of its own queue asks for a lock on a file
beside the database, which the system takes from whoever dies. So the next one goes on at once.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOK_EVERY = 0.0005
"""Seconds between two looks at the file's lock; one thread of a process looks."""


class Turns:
    """For one database file, in one process. A forked child makes its own and calls `leave()` on this one."""

    def __init__(self, database: str, wait: float) -> None:
        self._threads = threading.Lock()
        self._file = os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT, 0o600)
        self._wait = wait
        self.has_file = False
        """Whether this process has the turn among the processes."""

    def leave(self) -> None:
        """Close the file. (As long as a copy of it is open, so long its lock outlives whoever has died.)"""
        with suppress(OSError):
            os.close(self._file)

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Wait for the turn, and have it for the block.

        After `wait` seconds the block runs all the same, so that whoever never lets go is named by the error
        that SQLite knows.
        """
        end = time.monotonic() + self._wait
        among_threads = self._threads.acquire(timeout=self._wait)
        self.has_file = among_processes = among_threads and self._lock_file(end)
        try:
            yield
        finally:
            if among_processes:
                self.has_file = False
                with suppress(OSError):  # closed meanwhile, which lets go of it too
                    fcntl.flock(self._file, fcntl.LOCK_UN)
            if among_threads:
                self._threads.release()

    def _lock_file(self, end: float) -> bool:
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    return False
                time.sleep(LOOK_EVERY)
            except OSError:  # a file system without locks, or closed: SQLite sorts it out by itself
                return False
            else:
                return True
