"""Quick calls are marked together: each still stops by itself, and what was not called for goes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from test_outreach import campaign

from data import settings
from data.db import writing
from data.models import Business, Message, Sender
from data.queries.suppressions import suppress
from scheduler import rate_limit
from scheduler.outreach import fill, lane, marks
from scheduler.outreach.claims import Claimed
from tests.world_fixtures import Service

pytestmark = pytest.mark.database


@pytest.fixture
def four_together(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Calls are so quick that one lane marks four texts together; four are in the outbox."""
    monkeypatch.setattr(lane, "took", lane.Took(0.001))
    campaign(contacts=4)
    fill.outreach(1)
    return service


def test_of_texts_that_are_marked_together_those_leave_against_which_nothing_speaks(
    four_together: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked: list[int] = []
    really = lane.mark

    def just_before(*given: object) -> set[int]:
        if not marked:
            with writing() as session:
                business = session.query(Business).one()
                second = session.query(Message).order_by(Message.id).all()[1]
                suppress(session, business, second.to_address, reason="opt_out", source="bot")
        marked.append(len(given[0]))  # type: ignore[arg-type]
        return really(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lane, "mark", just_before)
    four_together.run_due()
    assert marked[0] == 4
    assert [bool(text.sent_at) for text in four_together.outbox()] == [True, False, True, True]
    four_together.run_due()
    assert four_together.outbox()[1].state == "cancelled"


def test_a_call_that_stops_the_sender_gives_the_others_of_its_mark_back_uncalled(
    four_together: Service,
) -> None:
    four_together.network.faults.add("api_reject", times=1, code=20003)
    four_together.run_due()
    others = four_together.outbox()[1:]
    assert not four_together.arrived()
    assert [(text.state, text.called_at, text.attempts) for text in others] == [("queued", None, 0)] * 3


def test_a_mark_that_has_grown_old_is_made_anew(
    four_together: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "HOLDS", 0.0)  # as if each call took longer than a mark is a word on now
    sizes: list[int] = []
    really = lane.mark

    def counted(texts: list[marks.About], *given: object) -> set[int]:
        sizes.append(len(texts))
        return really(texts, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(lane, "mark", counted)
    for _ in range(4):
        four_together.run_due()
    assert sizes == [4, 3, 2, 1]
    assert [bool(text.sent_at) for text in four_together.outbox()] == [True] * 4
    assert [text.attempts for text in four_together.outbox()] == [1] * 4


@pytest.fixture
def counted_in_redis(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = settings.get()
    settings.use(before.model_copy(update={"redis_url": redis_url}))
    monkeypatch.setattr(rate_limit, "_resting_until", 0.0)
    rate_limit.ask(lambda server: server.flushdb())
    yield
    rate_limit.ask(lambda server: server.flushdb())
    settings.use(before)


@pytest.mark.usefixtures("counted_in_redis")
def test_what_the_provider_refuses_leaves_its_room_in_the_day_to_others(four_together: Service) -> None:
    with writing() as session:
        session.query(Sender).filter_by(channel="sms").one().per_day = 3
    four_together.network.faults.add("api_reject", times=1, code=21614)
    four_together.run_due()
    four_together.run_due()
    assert sum(text.sent_at is not None for text in four_together.outbox()) == 3


def test_live_openings_are_read_for_the_text_that_is_about_to_leave_alone(
    four_together: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "TOGETHER", 1)
    read_for: list[int] = []
    really = lane.with_live_openings

    def counted(business: Business, texts: Sequence[Claimed]) -> Iterator[Claimed]:
        read_for.append(len(texts))
        return really(business, texts)

    monkeypatch.setattr(lane, "with_live_openings", counted)
    four_together.network.faults.add("api_reject", times=1, code=20003)  # which ends the slice
    four_together.run_due()
    assert read_for == [1], "a calendar takes its time: what is read for texts that stay here is in vain"
