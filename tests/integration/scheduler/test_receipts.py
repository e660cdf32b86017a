"""Receipts that tell of failures: another attempt where that makes sense, else a person or the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data import clock
from data.db import reading, writing
from data.models import Business, Contact, Handoff, Message, Sender
from data.queries.messages import conversation_of, enqueue
from data.queries.suppressions import suppressed_for
from scheduler.deliver import deliver
from scheduler.receipts import receive_receipt
from tests.world_fixtures import SARAH, Service

pytestmark = pytest.mark.database


def send(service: Service, kind: str = "touch", body: str = "hello") -> int:
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        conversation_of(session, contact).last_inbound_at = clock.now()
        message = enqueue(session, business, contact, kind=kind, body=body, channel="sms")
        assert message is not None
    deliver(message.id)
    return message.id


def row(message_id: int) -> Message:
    with reading() as session:
        return session.get_one(Message, message_id)


def handoffs() -> list[str]:
    with reading() as session:
        return [handoff.reason for handoff in session.query(Handoff)]


def sid(message_id: int) -> str:
    return row(message_id).provider_id or ""


def why_suppressed() -> str | None:
    with reading() as session:
        return suppressed_for(session, session.query(Business).one(), SARAH, "sms")


def test_an_unreachable_handset_is_tried_once_more_the_next_day(service: Service) -> None:
    service.network.faults.add("send_undelivered", times=1, code=30003)
    message = send(service)
    service.network.run_due()
    assert row(message).state == "queued"
    service.clock.forward(timedelta(hours=23))
    service.run_due()
    assert service.outbox()[0].state == "queued"
    service.clock.forward(timedelta(hours=6))
    service.run_due()
    assert row(message).state == "delivered"
    assert service.arrived() == ["hello"]


def test_the_second_time_it_has_failed(service: Service) -> None:
    service.network.faults.add("send_undelivered", times=2, code=30003)
    message = send(service)
    service.network.run_due()
    service.clock.forward(timedelta(hours=29))
    service.run_due()
    assert (row(message).state, row(message).error_code) == ("undelivered", "30003")
    assert why_suppressed() is None


def test_three_failures_in_a_row_on_a_number_suppress_it(service: Service) -> None:
    service.network.faults.add("send_undelivered", times=3, code=30003)
    send(service)
    service.network.run_due()
    service.clock.forward(timedelta(hours=29))
    service.run_due()
    send(service, body="another")
    assert why_suppressed() is None
    service.network.run_due()
    assert why_suppressed() == "undeliverable"


def test_an_answer_is_not_tried_again_hours_later_but_given_to_a_person(service: Service) -> None:
    service.network.faults.add("send_failed", times=1, code=30008)
    message = send(service, "reply")
    service.network.run_due()
    assert row(message).state == "failed"
    assert handoffs() == ["text_failed"]


def test_an_answer_above_the_campaigns_rate_is_tried_again_within_minutes(service: Service) -> None:
    service.network.faults.add("send_failed", times=1, code=30022)
    message = send(service, "reply")
    service.network.run_due()
    assert row(message).state == "queued"
    service.clock.forward(timedelta(minutes=1))
    service.run_due()
    assert row(message).state == "delivered"
    assert handoffs() == []


def test_a_late_receipt_of_an_old_attempt_moves_nothing(service: Service) -> None:
    service.network.faults.add("send_failed", times=1, code=30001)
    message = send(service, "reply")
    old = sid(message)
    service.network.run_due()
    assert (row(message).state, row(message).provider_id) == ("queued", None)
    with writing() as session:  # the new attempt is under way, and the provider has not answered yet
        again = session.get_one(Message, message)
        again.state, again.claimed_at = "sending", clock.real()
    for status in ("sent", "undelivered", "delivered"):
        receive_receipt(old, status, "30001" if status == "undelivered" else None, message)
    assert (row(message).state, row(message).provider_id) == ("sending", None)
    receive_receipt("SMnew", "delivered", None, message)
    assert (row(message).state, row(message).provider_id) == ("delivered", "SMnew")


def test_the_old_attempt_is_not_taken_for_the_new_one_when_that_is_reconciled(service: Service) -> None:
    from scheduler.reconcile import reconcile

    service.network.faults.add("send_failed", times=1, code=30001)
    message = send(service, "reply")
    service.network.run_due()
    service.network.faults.add("api_error_before", times=1)
    service.clock.forward(timedelta(seconds=10))
    deliver(message)
    with writing() as session:
        stuck = session.get_one(Message, message)
        assert stuck.state == "sending"
        assert stuck.claimed_at is not None
        stuck.claimed_at -= timedelta(minutes=2)
    assert [job.kind for job in reconcile(message)] == ["deliver"]


def test_an_unregistered_number_stops_its_sender_alone_and_starts_again_when_a_text_is_delivered(
    service: Service,
) -> None:
    service.network.faults.add("send_undelivered", times=1, code=30034)
    message = send(service, "reply")
    service.network.run_due()

    def stopped() -> set[str]:
        with reading() as session:
            return {sender.channel for sender in session.query(Sender) if sender.stopped_reason}

    assert stopped() == {"sms"}
    assert row(message).state == "undelivered"  # for good: sent again, it would be refused and paid again
    assert handoffs() == ["text_failed"]
    probe = send(service, "reply", "another")  # accepted, which says nothing yet
    assert stopped() == {"sms"}
    service.network.run_due()
    assert row(probe).state == "delivered"
    assert stopped() == set()


def test_a_text_for_a_number_without_whatsapp_arrives_by_sms(service: Service) -> None:
    service.text("hello", channel="whatsapp")
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        message = enqueue(session, business, contact, kind="reply", body="hi", channel="whatsapp")
        assert message is not None
    service.network.faults.add("send_undelivered", code=63024)
    deliver(message.id)
    service.network.run_due()
    assert service.arrived() == []
    deliver(message.id)
    service.network.run_due()
    assert [(text.body, text.channel) for text in service.network.transcript(SARAH)][1:] == [("hi", "sms")]
    assert row(message.id).state == "delivered"
    assert (why_suppressed(), handoffs()) == (None, [])
