"""The words the network heeds, event numbers, and retry policies in an address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.simulator import Retries, keywords
from bot.simulator.events import Events


@pytest.mark.parametrize(
    ("body", "sender", "expected"),
    [
        ("stop", "+12125550100", "STOP"),
        ("\tOptOut\n", "+12125550100", "STOP"),
        ("stop it", "+12125550100", None),
        ("yes", "+12125550100", "START"),
        ("yes", "+18005550100", None),
        ("quit", "+18885550100", None),
        ("help", "+18885550100", "HELP"),
    ],
)
def test_a_keyword_is_a_whole_message_and_depends_on_the_kind_of_number(
    body: str, sender: str, expected: str | None
) -> None:
    assert keywords.heard(body, sender) == expected


def test_events_are_asked_for_by_number_and_forgotten_ones_are_admitted() -> None:
    events = Events(keeps=3)
    for n in range(5):
        events.add("test", datetime(2026, 3, 5, tzinfo=UTC), what=n)
    assert events.cursor == 5
    assert [event["what"] for event in events.after(3)[0]] == [3, 4]
    assert events.after(5) == ([], False)
    assert [event["n"] for event in events.after(2)[0]] == [3, 4, 5]
    assert events.after(2)[1] is False
    assert events.after(1)[1] is True
    assert len(events.after(2, limit=1)[0]) == 1


@pytest.mark.parametrize(
    ("url", "bare", "count", "on"),
    [
        ("http://a/b?c=d", "http://a/b?c=d", 1, {"ct"}),
        ("http://a/b#rc=3", "http://a/b", 3, {"ct"}),
        ("http://a/b?c=d#rc=9&rp=4xx,5xx", "http://a/b?c=d", 5, {"4xx", "5xx"}),
        ("http://a/b#rc=x&rp=", "http://a/b", 1, {"ct"}),
    ],
)
def test_a_retry_policy_is_read_from_the_fragment(url: str, bare: str, count: int, on: set[str]) -> None:
    assert Retries().overridden_by(url) == (bare, Retries(count, frozenset(on)))
