"""Where the provider's client goes: to Twilio's own hosts, or to the one root that the settings name."""

from __future__ import annotations

import pytest

from scheduler.provider.client import CONTENT_ROOT, DEFAULT_ROOT, RootedHttpClient


@pytest.mark.parametrize("host", [DEFAULT_ROOT, CONTENT_ROOT])
def test_texts_and_templates_are_asked_for_at_the_root_that_is_set_and_else_each_at_its_own(host: str):
    path = "/v1/Content/HX1?for=https://api.twilio.com"
    assert RootedHttpClient("http://127.0.0.1:9").address_of(f"{host}{path}") == f"http://127.0.0.1:9{path}"
    assert RootedHttpClient(DEFAULT_ROOT).address_of(f"{host}{path}") == f"{host}{path}"
