"""Doing something for a limited time only, whatever the other side does: for commands that promise to end."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def begin(work: Callable[[], T]) -> queue.SimpleQueue[T | Exception]:
    """Start the work; its answer, or what it raised, appears in the queue that is returned.

    The thread does not keep the process from ending: a server that sends a byte a second outlives every
    time-out of a library.
    """
    answer: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()

    def do() -> None:
        try:
            answer.put(work())
        except Exception as error:
            answer.put(error)

    threading.Thread(target=do, daemon=True).start()
    return answer


def within(seconds: float, work: Callable[[], T]) -> T:
    """What the work gives or raises; TimeoutError when it has given nothing after `seconds`."""
    return outcome(begin(work), seconds)


def outcome(answer: queue.SimpleQueue[T | Exception], seconds: float) -> T:
    """What `begin` promised, within `seconds`. Raises TimeoutError, or what the work did."""
    try:
        given = answer.get(timeout=max(0.01, seconds))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(given, Exception):
        raise given
    return given
