"""Waiting for something to happen, rather than for a time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable

OFTEN = 0.02
"""Seconds between two looks."""


def wait_until(condition: Callable[[], bool], seconds: float = 60, what: str = "it") -> None:
    """Return as soon as the condition holds; fail, naming `what`, when it does not in so many seconds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{what} did not come to pass within {seconds:g} s"
        time.sleep(OFTEN)
