"""Whether the provider answers: while it does not, one text at a time tries, and the others wait.

A provider that hangs would else hold every worker for the length of a time-out, again and again, and each
touch that met a 5xx would be spent on an outcome that nobody knows.
"""

from __future__ import annotations

import threading
import time

from data import settings
from scheduler import rate_limit

IN_A_ROW = 3
"""After so many calls without an answer the provider counts as away."""

FORGOTTEN_AFTER = 60.0
"""Seconds after which a failure says nothing any more."""

TRY_EVERY = 10.0
"""Seconds between two texts that try, over all workers."""

_lock = threading.Lock()
_failed: dict[str, tuple[int, float]] = {}


def answered() -> None:
    """The provider has answered, be it with a refusal."""
    if _failed:
        with _lock:
            _failed.pop(_root(), None)


def failed() -> None:
    """A call had no answer, or one that means nothing."""
    with _lock:
        _failed[_root()] = (_in_a_row() + 1, time.monotonic())


def may_try() -> bool:
    """Whether a call makes sense now. Asks Redis where the provider is away."""
    with _lock:
        away = _in_a_row() >= IN_A_ROW
    return not away or rate_limit.once_in(f"reach:{_root()}", TRY_EVERY)


def _in_a_row() -> int:
    count, at = _failed.get(_root(), (0, 0.0))
    return count if time.monotonic() - at < FORGOTTEN_AFTER else 0


def _root() -> str:
    return settings.get().twilio_api_base_url
