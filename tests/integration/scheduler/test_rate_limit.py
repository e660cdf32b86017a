"""Things that are done once in a while, whoever does them: through Redis, or by each process alone."""

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
def test_of_many_who_ask_within_the_time_one_may() -> None:
    assert [rate_limit.once_in("probe:1", 60.0) for _ in range(3)] == [True, False, False]
    assert rate_limit.once_in("probe:2", 60.0)


def test_with_redis_away_each_process_keeps_count_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_resting_until", 0.0)
    before = settings.get()
    settings.use(before.model_copy(update={"redis_url": "redis://127.0.0.1:9/0"}))
    told = [rate_limit.once_in("probe:3", 60.0) for _ in range(2)]
    settings.use(before)
    assert told == [True, False]
