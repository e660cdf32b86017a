"""How fast a sender may send: one token a text, shared by all workers through Redis (real time).

The generic cell rate algorithm, without bursts: the provider counts every single second. With Redis away
each process keeps to the rate by itself; the provider's own 429 is never processed and always safe.
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

_TAKE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local gap = tonumber(ARGV[1])
local free = tonumber(redis.call('GET', KEYS[1]) or '0')
if free > now then return tostring(free - now) end
redis.call('SET', KEYS[1], string.format('%.6f', now + gap), 'PX', math.ceil(gap * 1000) + 1000)
return '0'
"""

_log = structlog.get_logger(__name__)
_lock = threading.Lock()
_free_at: dict[str, float] = {}
_resting_until = 0.0


def take(sender: str, per_second: float) -> float:
    """Take a token; 0 where there was one, else the seconds until the next (and none was taken)."""
    global _resting_until
    url = settings.get().redis_url
    if url and time.monotonic() >= _resting_until:
        try:
            waits = _redis(url).eval(_TAKE, 1, f"rekindle:rate:{sender}", 1 / per_second)
            return float(waits)
        except redis.RedisError as error:
            _resting_until = time.monotonic() + REST
            _log.warning("redis unreachable, keeping the rate alone", error=type(error).__name__)
    return _take_alone(sender, per_second)


def _take_alone(sender: str, per_second: float) -> float:
    with _lock:
        now = time.monotonic()
        free = _free_at.get(sender, 0.0)
        if free > now:
            return free - now
        _free_at[sender] = now + 1 / per_second
        return 0.0


@lru_cache(maxsize=4)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
