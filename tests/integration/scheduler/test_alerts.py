"""Alerts: staff are told of a trouble once, again after hours, and when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data import clock
from data.db import reading, writing
from data.models import Business, CalendarConnection, Contact, Heartbeat, Message, Sender
from data.queries.messages import conversation_of, enqueue
from scheduler.alerts import AGAIN_AFTER, alert
from scheduler.deliver import deliver
from scheduler.troubles import LATE_FOR, STUCK_FOR, TRIES_IN_VAIN, troubles
from tests.world_fixtures import STAFF_PHONE, Service

pytestmark = pytest.mark.database


def kinds() -> set[str]:
    with reading() as session:
        return {
            trouble.kind.partition("_")[0] for trouble in troubles(session, session.query(Business).one().id)
        }


def told(service: Service) -> list[str]:
    """What the front desk's phone has got, once everything that was found has left."""
    for job in alert():
        deliver(job.row)
    service.network.run_due()
    return service.arrived(STAFF_PHONE)


def disconnect(*, since: object = None) -> None:
    with writing() as session:
        session.query(CalendarConnection).one().disconnected_at = since  # type: ignore[assignment]


def queue(kind: str, body: str = "hello") -> int:
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        conversation_of(session, contact).last_inbound_at = clock.now()
        message = enqueue(session, business, contact, kind=kind, body=body, channel="sms")
        assert message is not None
        return message.id


def test_without_any_trouble_nobody_is_told_anything(service: Service) -> None:
    assert kinds() == set()
    assert told(service) == []


def test_a_trouble_is_told_once_and_once_more_when_it_is_over(service: Service) -> None:
    disconnect(since=clock.now())
    for _ in range(5):
        service.clock.forward(timedelta(minutes=1))
        texts = told(service)
    assert len(texts) == 1
    assert "calendar refuses us" in texts[0]
    disconnect()
    for _ in range(5):
        service.clock.forward(timedelta(minutes=1))
        texts = told(service)
    assert len(texts) == 2
    assert texts[1].startswith("It works again: the calendar is connected.")


def test_a_trouble_that_lasts_is_told_again_after_hours(service: Service) -> None:
    disconnect(since=clock.now())
    for _ in range(3):
        texts = told(service)
        service.clock.forward(AGAIN_AFTER)
    assert len(texts) == 3
    assert texts[2].startswith("Still: ")


def test_the_same_trouble_on_another_day_is_told_again(service: Service) -> None:
    for _ in range(2):
        disconnect(since=clock.now())
        told(service)
        disconnect()
        texts = told(service)
        service.clock.forward(timedelta(days=1))
    assert len(texts) == 4


def test_a_stopped_sender_cannot_tell_and_says_so_when_it_is_over(service: Service) -> None:
    fault = service.network.faults.add("api_unauthorized", times=None)
    deliver(queue("reply"))
    assert kinds() == {"sender"}
    assert told(service) == []
    service.network.faults.clear(fault.id)
    with writing() as session:
        for sender in session.query(Sender):
            sender.stopped_reason = None
    texts = told(service)
    assert len(texts) == 2  # one for each channel's sender
    assert all(text.startswith("It works again: texts leave.") for text in texts)
    service.clock.forward(timedelta(hours=1))
    service.run_due()
    assert len(service.arrived(STAFF_PHONE)) == 2, "what could not be told in time is not told late"


def test_a_provider_that_takes_nothing_for_long_is_a_trouble(service: Service) -> None:
    queue("reply")
    assert kinds() == set()
    for _ in range(int(STUCK_FOR.total_seconds() // 60) + 1):
        service.clock.forward(timedelta(minutes=1))
        with writing() as session:  # tried in vain each time
            session.query(Message).one().due_at = clock.now() + timedelta(seconds=10)
    assert kinds() == {"provider"}


def test_an_answer_that_waits_for_the_morning_is_no_trouble(service: Service) -> None:
    queue("reply")
    service.clock.forward(timedelta(hours=13))
    assert kinds() == set()


def test_an_opener_that_waits_is_no_trouble(service: Service) -> None:
    queue("touch")
    service.clock.forward(timedelta(hours=2))
    assert kinds() == set()


def test_a_model_that_is_away_while_somebody_waits_is_a_trouble(service: Service) -> None:
    with writing() as session:
        contact = session.query(Contact).one()
        contact.due_at, contact.attempts = clock.now(), TRIES_IN_VAIN
    assert kinds() == {"model"}


def test_contacts_who_wait_too_long_are_a_trouble(service: Service) -> None:
    with writing() as session:
        session.query(Contact).one().due_at = clock.now() - LATE_FOR
    assert kinds() == {"queue"}


def test_workers_that_stand_still_are_a_trouble(service: Service) -> None:
    with writing() as session:
        session.add(Heartbeat(name="worker", seen_at=clock.real() - timedelta(minutes=10)))
    assert kinds() == {"queue"}
