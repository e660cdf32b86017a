"""The pace of a sender in permits, shared through Redis or kept alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data import settings
from scheduler import permits, rate_limit


@pytest.fixture(params=["redis", "alone"])
def pace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = settings.get()
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    settings.use(before.model_copy(update={"redis_url": url}))
    monkeypatch.setattr(rate_limit, "_resting_until", 0.0)
    yield
    settings.use(before)


pytestmark = pytest.mark.usefixtures("pace")


def test_there_are_as_many_permits_as_texts_may_leave_in_a_second() -> None:
    assert permits.take("+12125550160", 5.0, [f"{n}" for n in range(8)]).permits == 5
    assert permits.take("+12125550160", 5.0, ["another"]).permits == 0


def test_senders_do_not_wait_for_each_other() -> None:
    assert permits.take("+12125550161", 1.0, ["a"]).permits == 1
    assert permits.take("+12125550162", 1.0, ["a"]).permits == 1


def test_a_permit_is_free_a_second_after_its_call_has_returned_and_not_before() -> None:
    permits.take("+12125550163", 2.0, ["a", "b"])
    permits.returned("+12125550163", 2.0, ["a"])
    waits = permits.take("+12125550163", 2.0, ["c"]).wait
    assert waits == pytest.approx(1.0, abs=0.1)


def test_a_permit_that_was_not_used_is_free_at_once() -> None:
    permits.take("+12125550164", 1.0, ["a"])
    permits.give_up("+12125550164", ["a"])
    assert permits.take("+12125550164", 1.0, ["b"]).permits == 1


def test_below_one_a_second_there_is_one_permit_for_as_long_as_that_takes() -> None:
    sender = "+12125550165"
    assert permits.take(sender, 0.25, ["a", "b"]).permits == 1
    permits.returned(sender, 0.25, ["a"])
    waits = [permits.take(sender, 0.25, [answer], first=answer).wait for answer in ("b", "c", "d")]
    assert [round(wait) for wait in waits] == [4, 8, 12]


def test_an_answer_that_waits_comes_before_what_is_sent_in_bulk() -> None:
    sender = "+12125550166"
    permits.take(sender, 2.0, ["a", "b"])
    assert permits.take(sender, 2.0, ["it"], first="answer").permits == 0
    permits.give_up(sender, ["a"])
    assert permits.take(sender, 2.0, ["bulk"]).permits == 0
    assert permits.take(sender, 2.0, ["it"], first="answer").permits == 1
    permits.give_up(sender, ["b"])
    assert permits.take(sender, 2.0, ["bulk"]).permits == 1
