"""Whether more workers could help with a sender: said by whoever sends, heard by whoever wakes."""

from __future__ import annotations

import redis

from scheduler import rate_limit

HEARD_FOR = 1000
"""Milliseconds."""


def call_for_help(sender: int) -> None:
    """A slice of sending was full and waited for no permit: another worker would send as much again."""
    rate_limit.ask(lambda server: server.set(_key(sender), 1, px=HEARD_FOR))


def wants_help(server: redis.Redis, sender: int) -> bool:
    """Whether that was said just now. Raises redis.RedisError."""
    return bool(server.exists(_key(sender)))


def _key(sender: int) -> str:
    return f"rekindle:help:{sender}"
