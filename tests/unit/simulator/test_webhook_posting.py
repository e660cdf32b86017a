"""Webhooks go to this machine alone."""

from __future__ import annotations

import pytest

from bot.simulator.posting import is_loopback, over_http


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "http://localhost/x", "http://[::1]:80/"])
def test_an_address_of_this_machine_is_known_as_such(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "http://127.0.0.1.example.com/", "http://10.0.0.1/", "http://", "x"]
)
def test_a_webhook_for_any_other_address_finds_no_connection(url: str) -> None:
    with pytest.raises(ConnectionError):
        over_http()(url, [("Body", "x")], {})
