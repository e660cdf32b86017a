"""Ways to deliver a webhook: over HTTP to a service on this machine, or straight into a WSGI app."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from werkzeug.test import Client, EnvironBuilder

from bot.simulator.webhooks import Answer, Pairs, Post

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 15.0
"""The provider's own limits for a webhook."""


def is_loopback(url: str) -> bool:
    """Whether an address lies on this machine; the simulator calls no other."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def over_http(connect: float = CONNECT_SECONDS, answer: float = ANSWER_SECONDS) -> Post:
    """Posts over HTTP with the provider's time-outs; one kept connection a thread.

    An address elsewhere counts as unreachable: nothing of a simulation leaves this machine.
    """
    kept = threading.local()

    def post(url: str, pairs: Pairs, headers: dict[str, str]) -> Answer:
        if not is_loopback(url):
            raise ConnectionError("only this machine is called")
        if not hasattr(kept, "session"):
            kept.session = requests.Session()
            kept.session.trust_env = False
        try:
            told = kept.session.post(
                url, data=urlencode(pairs), headers=headers, timeout=(connect, answer), allow_redirects=False
            )
        except requests.ReadTimeout as error:
            raise TimeoutError(str(error)) from None
        except requests.RequestException as error:
            raise ConnectionError(str(error)) from None
        return Answer(told.status_code, told.text)

    return post


def into_wsgi(app: Callable[[dict[str, Any], Any], Iterable[bytes]]) -> Post:
    """Calls a WSGI app in this process. What the app raises comes through, so that a test sees it."""
    client = Client(app, use_cookies=False)

    def post(url: str, pairs: Pairs, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        builder = EnvironBuilder(
            method="POST",
            base_url=f"{parts.scheme}://{parts.netloc}/",
            path=parts.path,
            query_string=parts.query,
            data=urlencode(pairs).encode(),
            headers=list(headers.items()),
        )
        told = client.open(builder)
        return Answer(told.status_code, told.get_data(as_text=True))

    return post
