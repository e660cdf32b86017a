"""A Redis of the tests' own, the same server that `rekindle up` would start."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.bounded import server

from bot.processes import free_port, readiness, redis_server


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Yields the address of an empty server."""
    port, password = free_port(), secrets.token_urlsafe(16)
    url = redis_server.url(port, password)
    config = redis_server.configure(folder, port, password)
    with server(
        [redis_server.binary(), str(config)],
        folder / "redis.log",
        lambda: readiness.redis_answers(url),
        stop=signal.SIGTERM,
    ):
        yield url
