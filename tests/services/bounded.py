"""Starts a server for the tests that ends with them, even when pytest itself is killed."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.processes.bound import end_with_parent


class NotUpError(Exception):
    """A server did not start; the message holds the end of its log."""


@contextmanager
def server(
    command: Sequence[str], log: Path, ready: Callable[[], bool], *, stop: signal.Signals, **popen: Any
) -> Iterator[None]:
    """Run `command` until the block ends; yields when `ready()` is true, raises NotUpError after 30 s."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: end_with_parent(stop),
            **popen,
        )
    try:
        until = time.monotonic() + 30
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                raise NotUpError(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
