"""Several calls in the same moment, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def at_once(*calls: Callable[[], object]) -> None:
    """Begin all of them together, and wait for the last; raises what one of them raised."""
    barrier = Barrier(len(calls))

    def work(call: Callable[[], object]) -> None:
        barrier.wait()
        call()

    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(work, call) for call in calls]:
            done.result()
