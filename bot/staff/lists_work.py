"""Looking through an uploaded list and taking it in: at once where it is short, beside the request where not.

A long list would outlast its request, and a task of Celery's may take 75 seconds at most: so a thread of the
web process does it, with sessions of its own. It holds a lock on a file of the upload while it works, which
the system lets go of when the process dies: a page can tell "still at it" from "interrupted", whichever web
process answers it. An interrupted import is begun again by the same button, and takes up where it ended.
Uploads stand in the data folder: several web machines need that folder shared, or use `rekindle import`.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable
from typing import Any

import structlog

from bot.staff import lists_uploads
from bot.staff.lists_uploads import Upload
from data.imports import ListError
from data.logs import what_failed

AT_ONCE = 400_000
"""Bytes of a list (some 3,000 rows) up to which the request itself waits for the end."""

LOOKED, TAKEN = "looked.json", "taken.json"
"""What was found by looking through it, and what became of taking it in."""

_ROWS = "rows.json"

_one_at_a_time = threading.Lock()
"""Of this process: two large lists at once would take the memory of two."""

log = structlog.get_logger(__name__)


def start(upload: Upload, kept_as: str, work: Callable[[], dict[str, Any]]) -> None:
    """Do it, now or in a thread; what it gives is kept as JSON. Nothing happens while it is being done.

    What cannot be done leaves {"wrong": a sentence}.
    """
    lock = _locked(upload)
    if lock is None:
        return
    (upload.folder / _ROWS).unlink(missing_ok=True)
    (upload.folder / kept_as).unlink(missing_ok=True)
    (upload.folder / f"{kept_as}.began").touch(mode=0o600)
    if upload.file.stat().st_size <= AT_ONCE:
        _do(upload, kept_as, work, lock)
    else:
        threading.Thread(target=_do, args=(upload, kept_as, work, lock), name="list", daemon=True).start()


def note_rows(upload: Upload) -> Callable[[int, int], None]:
    """What an import calls with (rows done, rows in all)."""
    return lambda done, all_: lists_uploads.save(upload, _ROWS, {"done": done, "all": all_})


def rows_done(upload: Upload) -> tuple[int, int] | None:
    """How far whoever is at it has come: (rows done, rows in all); None where that is not known."""
    noted: Any = lists_uploads.saved(upload, _ROWS)
    return (noted["done"], noted["all"]) if noted else None


def under_way(upload: Upload) -> bool:
    """Whether somebody is at it."""
    lock = _locked(upload)
    if lock is None:
        return True
    os.close(lock)
    return False


def interrupted(upload: Upload, kept_as: str) -> bool:
    """Whether it was begun, and its process has died."""
    return (
        (upload.folder / f"{kept_as}.began").exists()
        and not (upload.folder / kept_as).exists()
        and not under_way(upload)
    )


def _do(upload: Upload, kept_as: str, work: Callable[[], dict[str, Any]], lock: int) -> None:
    try:
        with _one_at_a_time:
            done = work()
    except ListError as error:
        done = {"wrong": str(error)}
    except Exception as error:
        log.error("a list could not be dealt with", list=upload.token, **what_failed(error))
        done = {"wrong": "Something broke on our side; it is in the log. Try again, or use rekindle import."}
    try:
        lists_uploads.save(upload, kept_as, done)
        (upload.folder / f"{kept_as}.began").unlink(missing_ok=True)
    except OSError:
        log.warning("a list was thrown away while it was dealt with", list=upload.token)
    finally:
        os.close(lock)


def _locked(upload: Upload) -> int | None:
    """The lock, open; None where somebody has it."""
    opened = os.open(upload.folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    return opened
