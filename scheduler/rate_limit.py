"""What all workers share through Redis for a while, and each keeps by itself where Redis is away.

Real time alone. Nothing in here is needed for a promise: all of it may be lost at any moment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import redis
import structlog

from data import settings

REST = 5.0
"""Seconds without Redis after it could not be reached."""

_log = structlog.get_logger(__name__)
_lock = threading.Lock()
_free_at: dict[str, float] = {}
_resting_until = 0.0


def once_in(name: str, seconds: float) -> bool:
    """Whether nobody has done this within the last `seconds`; whoever hears yes is the one to do it."""
    key, lasts = f"rekindle:once:{name}", max(1, int(seconds * 1000))
    first = ask(lambda server: bool(server.set(key, "1", nx=True, px=lasts)))
    if first is not None:
        return bool(first)
    with _lock:
        now = time.monotonic()
        if _free_at.get(key, 0.0) > now:
            return False
        _free_at[key] = now + seconds
        return True


def ask(question: Callable[[redis.Redis], Any]) -> Any:
    """What Redis says; None where there is none, or none that can be reached just now."""
    global _resting_until
    url = settings.get().redis_url
    if not url or time.monotonic() < _resting_until:
        return None
    try:
        return question(_redis(url))
    except redis.RedisError as error:
        _resting_until = time.monotonic() + REST
        _log.warning("redis unreachable, keeping the pace alone", error=type(error).__name__)
        return None


@lru_cache(maxsize=4)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
