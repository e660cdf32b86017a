"""Whether a part does its work, found out by asking it. None of these raises."""

from __future__ import annotations

import requests
from redis import Redis
from redis.exceptions import RedisError

TIMEOUT = 2.0  # seconds


def redis_answers(url: str) -> bool:
    """PING."""
    client = Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def web_answers(url: str, params: dict[str, str] | None = None) -> bool:
    """A GET of `url` is answered with 200. Neither the machine's proxy settings nor .netrc have a say."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url, params=params, timeout=TIMEOUT).status_code == 200
        except requests.RequestException:
            return False
