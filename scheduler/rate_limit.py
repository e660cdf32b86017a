"""How fast a sender may send: each text reserves a place of its own, shared by all workers through Redis.

The generic cell rate algorithm on real time, without bursts: the provider counts every single second. With
Redis away each process keeps to the rate by itself; the provider's own 429 is never processed and safe.
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

_RESERVE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local gap = tonumber(ARGV[1])
local place = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local lasts = math.ceil((place + gap - now) * 1000) + 1000
redis.call('SET', KEYS[1], string.format('%.6f', place + gap), 'PX', lasts)
return tostring(place - now)
"""

_log = structlog.get_logger(__name__)
_lock = threading.Lock()
_free_at: dict[str, float] = {}
_resting_until = 0.0


def reserve(sender: str, per_second: float) -> float:
    """Take the next free place; returns in how many seconds it is, 0 for now."""
    waits = _ask(lambda server: server.eval(_RESERVE, 1, f"rekindle:rate:{sender}", 1 / per_second))
    return _reserve_alone(sender, per_second) if waits is None else float(waits)


def once_in(name: str, seconds: float) -> bool:
    """Whether nobody has done this within the last `seconds`; whoever hears yes is the one to do it."""
    key, lasts = f"rekindle:once:{name}", max(1, int(seconds * 1000))
    first = _ask(lambda server: bool(server.set(key, "1", nx=True, px=lasts)))
    if first is not None:
        return bool(first)
    with _lock:
        now = time.monotonic()
        if _free_at.get(key, 0.0) > now:
            return False
        _free_at[key] = now + seconds
        return True


def _ask(question: Callable[[redis.Redis], Any]) -> Any:
    """What Redis says; None where there is none, or none that can be reached just now."""
    global _resting_until
    url = settings.get().redis_url
    if not url or time.monotonic() < _resting_until:
        return None
    try:
        return question(_redis(url))
    except redis.RedisError as error:
        _resting_until = time.monotonic() + REST
        _log.warning("redis unreachable, keeping the rate alone", error=type(error).__name__)
        return None


def _reserve_alone(sender: str, per_second: float) -> float:
    with _lock:
        now = time.monotonic()
        place = max(_free_at.get(sender, 0.0), now)
        _free_at[sender] = place + 1 / per_second
        return place - now


@lru_cache(maxsize=4)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
