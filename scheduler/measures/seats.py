"""Where the processes of one machine keep what they count, so that any of them can tell all of it.

Each process takes a seat: a numbered file that it locks as long as it lives. A process that dies, even by
kill -9, frees its seat, and the next one goes on counting where it stopped. So there are never more files
than processes, and no figure falls when one dies. (By process ids, which is the library's own way, each
restart would leave a file behind for ever.)
"""

from __future__ import annotations

import fcntl
import os
from itertools import count
from pathlib import Path

from prometheus_client import CollectorRegistry, multiprocess, values

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable, the library's own, that names the folder; without it a process counts for itself."""

_taken: tuple[int, int] | None = None
"""Our seat, and the open file that locks it."""


def _seat() -> str:
    global _taken
    if _taken is None:
        _taken = _take(Path(os.environ[FOLDER]))
    return str(_taken[0])


def _take(folder: Path) -> tuple[int, int]:
    for number in count():
        lock = os.open(folder / f"{number}.seat", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return number, lock
    raise AssertionError("count() does not end")


def _leave_to_parent() -> None:
    """A child shares its parent's lock: it lets go, which frees nothing, and takes a seat of its own."""
    global _taken
    if _taken is not None:
        os.close(_taken[1])
    _taken = None


def use_folder() -> None:
    """Count into the folder, where one is set; call it before the first instrument is made."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    os.register_at_fork(after_in_child=_leave_to_parent)
    values.ValueClass = values.MultiProcessValue(_seat)  # type: ignore[no-untyped-call]


def add_all(registry: CollectorRegistry) -> bool:
    """Have the registry tell what all processes of this machine counted; False where each is by itself."""
    if not os.environ.get(FOLDER):
        return False
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return True
