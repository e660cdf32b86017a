"""Unknown outcomes: looked up before anything is repeated, counted apart, and told where they stay so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.db import reading, writing
from data.models import Business, Contact, Handoff, Message
from data.queries.messages import conversation_of, enqueue
from scheduler.deliver import deliver
from scheduler.reconcile import reconcile
from tests.world_fixtures import STAFF_PHONE, Service

pytestmark = pytest.mark.database


def queue(service: Service, kind: str = "reply", body: str = "hello") -> int:
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        conversation_of(session, contact).last_inbound_at = service.clock()
        notice = kind == "notice"
        message = enqueue(
            session,
            business,
            None if notice else contact,
            kind=kind,
            body=body,
            channel="sms",
            to=STAFF_PHONE if notice else None,
        )
        assert message is not None
        return message.id


def row(message_id: int) -> Message:
    with reading() as session:
        return session.get_one(Message, message_id)


def handoffs() -> list[str]:
    with reading() as session:
        return [handoff.reason for handoff in session.query(Handoff)]


def a_minute_later(message_id: int) -> list[str]:
    """Reconciling runs on real time: the claim lies in the past. The jobs that come of it."""
    with writing() as session:
        message = session.get_one(Message, message_id)
        assert message.claimed_at is not None
        message.claimed_at -= timedelta(minutes=2)
    return [job.kind for job in reconcile(message_id)]


def test_a_reply_that_never_arrived_goes_once_more_and_then_a_person_looks(service: Service) -> None:
    service.network.faults.add("api_error_before", times=2)
    message = queue(service)
    deliver(message)
    assert a_minute_later(message) == ["deliver"]
    deliver(message)
    assert a_minute_later(message) == ["notice"]
    assert (row(message).state, row(message).unknowns) == ("unknown", 2)
    assert handoffs() == ["text_failed"]
    assert service.arrived() == []


def test_refusals_before_it_cost_a_reply_none_of_its_second_chance(service: Service) -> None:
    service.network.faults.add("api_rate_limited", times=3)
    message = queue(service)
    for _ in range(3):
        deliver(message)
        assert row(message).state == "queued"
        service.clock.forward(timedelta(minutes=5))
    service.network.faults.add("api_error_before", times=1)
    deliver(message)
    assert row(message).state == "sending"
    assert a_minute_later(message) == ["deliver"]
    deliver(message)
    service.network.run_due()
    assert service.arrived() == ["hello"]


def test_a_touch_whose_outcome_stays_unknown_tells_nobody(service: Service) -> None:
    service.network.faults.add("api_error_before", times=1)
    message = queue(service, "touch")
    deliver(message)
    assert a_minute_later(message) == []
    assert row(message).state == "unknown"
    assert handoffs() == []


def test_of_two_texts_with_the_same_words_each_is_found_for_itself(service: Service) -> None:
    first = queue(service)
    deliver(first)
    service.network.faults.add("api_error_before", times=1)
    second = queue(service)
    deliver(second)
    assert a_minute_later(second) == ["deliver"]
    deliver(second)
    service.network.run_due()
    assert service.arrived() == ["hello", "hello"]


def test_a_notice_whose_answer_was_lost_is_found_and_not_repeated(service: Service) -> None:
    earlier = queue(service, "notice")
    deliver(earlier)
    service.network.faults.add("api_close_after", times=1)
    message = queue(service, "notice")
    deliver(message)
    assert row(message).state == "sending"
    assert a_minute_later(message) == []
    assert row(message).provider_id not in (None, row(earlier).provider_id)
    assert row(message).state == "sent"


def test_with_the_list_refused_or_away_nothing_is_decided(service: Service) -> None:
    service.network.faults.add("api_error_before", times=1)
    message = queue(service)
    deliver(message)
    for fault in ("api_unauthorized", "api_rate_limited", "api_error_before", "api_close_before"):
        service.network.faults.add(fault, times=1, calls="read")
        assert a_minute_later(message) == []
        assert row(message).state == "sending"
        service.network.faults.clear()
    assert a_minute_later(message) == ["deliver"]
