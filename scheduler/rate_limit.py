"""How fast a sender may send: each text reserves a place of its own, shared by all workers through Redis.

The generic cell rate algorithm on real time, without bursts: the provider counts every single second. With
Redis away each process keeps to the rate by itself; the provider's own 429 is never processed and safe.
"""

from __future__ import annotations

import threading
import time
from functools import lru_cache

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
    global _resting_until
    url = settings.get().redis_url
    if url and time.monotonic() >= _resting_until:
        try:
            waits = _redis(url).eval(_RESERVE, 1, f"rekindle:rate:{sender}", 1 / per_second)
            return float(waits)
        except redis.RedisError as error:
            _resting_until = time.monotonic() + REST
            _log.warning("redis unreachable, keeping the rate alone", error=type(error).__name__)
    return _reserve_alone(sender, per_second)


def _reserve_alone(sender: str, per_second: float) -> float:
    with _lock:
        now = time.monotonic()
        place = max(_free_at.get(sender, 0.0), now)
        _free_at[sender] = place + 1 / per_second
        return place - now


@lru_cache(maxsize=4)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
