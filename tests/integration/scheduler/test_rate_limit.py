"""The pace of a sender, shared through Redis or kept alone, and things that are done once in a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data import settings
from scheduler import rate_limit


@pytest.fixture(params=["redis", "alone"])
def pace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = settings.get()
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    settings.use(before.model_copy(update={"redis_url": url}))
    monkeypatch.setattr(rate_limit, "_resting_until", 0.0)
    yield
    settings.use(before)


@pytest.mark.usefixtures("pace")
def test_each_text_gets_a_place_of_its_own() -> None:
    waits = [rate_limit.reserve("+12125550100", 2.0) for _ in range(4)]
    assert [round(wait, 1) for wait in waits] == [0.0, 0.5, 1.0, 1.5]


@pytest.mark.usefixtures("pace")
def test_senders_do_not_wait_for_each_other() -> None:
    assert rate_limit.reserve("+12125550101", 1.0) == pytest.approx(0.0, abs=0.05)
    assert rate_limit.reserve("+12125550102", 1.0) == pytest.approx(0.0, abs=0.05)


@pytest.mark.usefixtures("pace")
def test_of_many_who_ask_within_the_time_one_may() -> None:
    assert [rate_limit.once_in("probe:1", 60.0) for _ in range(3)] == [True, False, False]
    assert rate_limit.once_in("probe:2", 60.0)


def test_with_redis_away_the_pace_is_kept_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_resting_until", 0.0)
    before = settings.get()
    settings.use(before.model_copy(update={"redis_url": "redis://127.0.0.1:9/0"}))
    waits = [rate_limit.reserve("+12125550103", 1.0) for _ in range(2)]
    settings.use(before)
    assert [round(wait, 1) for wait in waits] == [0.0, 1.0]
