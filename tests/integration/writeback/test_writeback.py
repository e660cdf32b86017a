"""The CRM is told of every changed outcome once, signed, tried for two days; never what anybody wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis
from services.listener import Listener, listening

from data import business_file, clock, settings
from data.clock import HandClock
from data.db import reading, writing
from data.models import (
    Business,
    Contact,
    Conversation,
    OutcomeChange,
    Person,
    WebhookDelivery,
    WebhookEndpoint,
)
from data.queries import crm
from data.queries.outcomes import refresh_outcome
from scheduler.jobs import Job
from scheduler.run import run
from scheduler.troubles import troubles
from scheduler.writeback import telling
from scheduler.writeback.delivering import WAITS
from scheduler.writeback.signing import headers, new_secret

pytestmark = pytest.mark.database
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


@pytest.fixture
def hands() -> HandClock:
    hands = HandClock(NOW)
    clock.use(hands)
    return hands


@pytest.fixture
def listener(database: str) -> Iterator[Listener]:
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        contact = Contact(business_id=business.id, phone="+12125550123", zones=[])
        contact.persons = [Person(crm_id="A-17"), Person(crm_id="A-18")]
        session.add(contact)
        session.flush()
        session.add(Conversation(business_id=business.id, contact_id=contact.id, outcome="no_reply"))
    with listening() as made:
        yield made


def listen(url: str) -> bytes:
    secret = new_secret()
    with writing() as session:
        crm.add_endpoint(session, session.query(Business).one(), url, secret)
    return secret


def answers(*, declined: bool = False) -> None:
    """The contact has written, and perhaps said no."""
    with writing() as session:
        conversation = session.query(Conversation).one()
        conversation.last_inbound_at = clock.now()
        conversation.closed_reason = "no_need" if declined else None
        refresh_outcome(session, conversation)


def deliver() -> None:
    for job in telling.due():
        run(job)


def deliveries() -> list[WebhookDelivery]:
    with reading() as session:
        return session.query(WebhookDelivery).order_by(WebhookDelivery.id).all()


def test_a_changed_outcome_is_told_once_signed_with_ids_and_moments_alone(
    hands: HandClock, listener: Listener
) -> None:
    answers()  # before anybody listened
    secret = listen(listener.url)
    answers()  # nothing new
    answers(declined=True)
    for _ in range(3):
        deliver()
    ((head, body),) = listener.heard
    told = json.loads(body)
    assert told["type"] == "contact.outcome_changed"
    assert told["data"] == {
        "contact_id": 1,
        "crm_ids": ["A-17", "A-18"],
        "outcome": "declined",
        "changed_at": NOW.isoformat(),
        "next_appointment": None,
        "opted_out": False,
    }
    at = datetime.fromtimestamp(int(head["webhook-timestamp"]), UTC)
    signed = headers(secret, head["webhook-id"], at, body)
    assert signed["webhook-signature"] == head["webhook-signature"]
    assert [one.state for one in deliveries()] == ["delivered"]


def test_a_change_that_is_committed_late_behind_a_newer_one_is_told_too(
    hands: HandClock, listener: Listener
) -> None:
    listen(listener.url)
    change = {"business_id": 1, "contact_id": 1, "outcome": "open"}
    with writing() as session:
        session.add(OutcomeChange(id=11, **change))
    deliver()
    with writing() as session:
        session.add(OutcomeChange(id=10, **change))
    deliver()
    hands.forward(telling.SETTLED + timedelta(seconds=1))
    with writing() as session:
        session.add(OutcomeChange(id=12, **change))
    deliver()
    assert sorted(head["webhook-id"] for head, _ in listener.heard) == [
        "outcome-10",
        "outcome-11",
        "outcome-12",
    ]
    with reading() as session:
        assert session.query(WebhookEndpoint).one().told_to == 11


def test_what_is_not_taken_is_tried_again_more_slowly_then_given_up_and_may_be_begun_anew(
    hands: HandClock, listener: Listener
) -> None:
    listener.answers = [(302, {"Location": "http://127.0.0.1:1/"}), (500, {})]
    listen(listener.url)
    answers()
    troubled = []
    for tried in range(1, len(WAITS) + 2):
        deliver()
        (one,) = deliveries()
        run(Job("writeback", one.id))  # woken twice, or while another worker is at it
        assert (len(listener.heard), one.attempts) == (tried, tried)
        with reading() as session:
            troubled.append(any(trouble.kind == "crm" for trouble in troubles(session, 1)))
        if one.due_at is not None:
            hands.forward(one.due_at - clock.now())
    assert (one.state, one.status, one.answered) == ("given_up", 500, "answered 500")
    assert troubled == [False] * 4 + [True] * (len(WAITS) - 4) + [False]
    assert len({head["webhook-id"] for head, _ in listener.heard}) == 1
    listener.answers = [(204, {})]
    with writing() as session:
        assert crm.retry(session, 1) == [one.id]
    deliver()
    assert [one.state for one in deliveries()] == ["delivered"]


def test_while_an_address_does_not_answer_one_delivery_at_a_time_tries_it(
    hands: HandClock, listener: Listener, redis_url: str
) -> None:
    before = settings.get()
    settings.use(before.model_copy(update={"redis_url": redis_url}))
    with redis.Redis.from_url(redis_url) as server:  # which all tests share
        server.delete("rekindle:crm:deaf:1", "rekindle:once:crm:1")
    listener.answers = [(500, {})]
    listen(listener.url)
    with writing() as session:
        for _ in range(4):
            session.add(OutcomeChange(business_id=1, contact_id=1, outcome="open"))
    deliver()
    settings.use(before)
    assert [one.attempts for one in deliveries()] == [1, 1, 0, 0]  # the one that failed, and one that looks


def test_an_address_that_wants_nothing_more_is_told_nothing_more(
    hands: HandClock, listener: Listener
) -> None:
    listener.answers = [(410, {})]
    listen(listener.url)
    answers()
    deliver()
    answers(declined=True)
    hands.forward(timedelta(days=3))
    deliver()
    assert len(listener.heard) == 1
    with reading() as session:
        assert crm.endpoints(session, 1) == []
        assert [one.state for one in session.query(WebhookDelivery)] == ["given_up"]
        assert session.query(OutcomeChange).count() == 1  # nobody listened to the second one
