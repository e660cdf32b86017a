"""A network on loopback and the provider's real client pointed at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulator_world import ACCOUNT, SENDER, TOKEN, WHATSAPP_SENDER, Clock, Rewritten, Service
from twilio.rest import Client

from bot.simulator import Network, serving


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def make_network(clock: Clock, service: Service):  # type: ignore[no-untyped-def]
    def make(**more: object) -> Network:
        given = {
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "senders": [SENDER, WHATSAPP_SENDER],
            "webhook_url": "http://127.0.0.1:8000/webhooks/twilio/messages",
            "clock": clock,
            "post": service,
        }
        return Network(**(given | more))  # type: ignore[arg-type]

    return make


@pytest.fixture
def network(make_network) -> Network:  # type: ignore[no-untyped-def]
    return make_network()


@pytest.fixture
def base(network: Network) -> Iterator[str]:
    with serving(network) as address:
        yield address


@pytest.fixture
def client(base: str) -> Client:
    return Client(ACCOUNT, TOKEN, http_client=Rewritten(base))
