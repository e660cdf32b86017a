"""Conversing: one answer for a burst, nothing from a worker that was away, nothing lost without the model."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from services.at_once import at_once
from sqlalchemy import select

from actions.state import State
from data import clock
from data.db import reading, writing
from data.models import Contact, Conversation, Handoff, Message
from data.queries.leases import LEASE, holds_lease, release, take_lease
from data.queries.messages import conversation_of
from scheduler import staff_acts
from scheduler.converse import MODEL_TRIES, converse
from tests.world_fixtures import Service

pytestmark = pytest.mark.database


def contact_id() -> int:
    with reading() as session:
        return session.scalars(select(Contact.id)).one()


def pending(asked: str) -> None:
    with writing() as session:
        conversation = conversation_of(session, session.query(Contact).one())
        conversation.state = State(asked=asked).to_json()


def wait_a_bit(service: Service) -> None:
    service.clock.forward(timedelta(seconds=10))


def test_texts_in_a_row_get_one_answer(service: Service) -> None:
    pending("offer_to_book")
    service.text("yes")
    service.text("please")
    wait_a_bit(service)
    service.run_due()
    assert len(service.arrived()) == 1


def test_nobody_is_answered_before_the_collection_window_is_over(service: Service) -> None:
    pending("offer_to_book")
    service.text("yes")
    converse(contact_id())
    assert service.arrived() == []


def test_two_workers_cannot_answer_the_same_text(service: Service) -> None:
    pending("offer_to_book")
    service.text("yes")
    wait_a_bit(service)
    at_once(*[partial(converse, contact_id())] * 4)
    assert len(service.outbox()) == 1


def test_a_worker_whose_lease_was_taken_over_may_not_commit(service: Service) -> None:
    service.text("hello")
    wait_a_bit(service)
    first = take_lease(contact_id())
    assert first is not None
    assert take_lease(contact_id()) is None
    with writing() as session:
        session.query(Contact).one().leased_until = clock.real() - LEASE
    second = take_lease(contact_id())
    assert second is not None
    with writing() as session:
        assert not holds_lease(session, first)
        assert holds_lease(session, second)
        release(session, first, due_at=None)
    with reading() as session:
        assert session.query(Contact).one().due_at is not None


def test_with_the_model_down_plain_answers_still_work(service: Service) -> None:
    pending("offer_to_book")
    service.text("yes please")
    wait_a_bit(service)
    service.run_due()
    assert "1)" in service.arrived()[0]


def test_with_the_model_down_a_text_waits_and_then_goes_to_staff(service: Service) -> None:
    service.text("I was wondering about something rather long and unusual")
    for attempt in range(MODEL_TRIES):
        with reading() as session:
            assert session.query(Handoff).count() == 0, attempt
            due_at = session.query(Contact).one().due_at
        assert due_at is not None
        service.clock.until(due_at)
        service.run_due()
    with reading() as session:
        assert session.query(Handoff).one().reason == "model_away"
        assert session.scalars(select(Message.state).where(Message.direction == "in")).all() == ["handled"]


def test_once_staff_have_taken_over_the_bot_is_silent(service: Service) -> None:
    pending("offer_to_book")
    service.text("yes")
    with writing() as session:
        user = _somebody(session)
        staff_acts.take_over(session, session.query(Conversation).one(), user)
    wait_a_bit(service)
    service.run_due()
    assert service.arrived() == []


def test_what_the_bot_had_queued_does_not_leave_after_staff_take_over(service: Service) -> None:
    pending("offer_to_book")
    service.text("yes")
    wait_a_bit(service)
    converse(contact_id())
    with writing() as session:
        staff_acts.take_over(session, session.query(Conversation).one(), _somebody(session))
    service.run_due()
    assert service.arrived() == []


def test_a_bot_that_has_written_too_much_stops_and_calls_a_person(service: Service) -> None:
    for _ in range(30):
        pending("offer_to_book")
        service.text("yes")
        wait_a_bit(service)
        service.run_due()
    assert len(service.arrived()) <= 12
    with reading() as session:
        assert "loop" in session.scalars(select(Handoff.reason)).all()


def _somebody(session):  # type: ignore[no-untyped-def]
    from data.models import Business, StaffUser

    user = StaffUser(
        business_id=session.query(Business).one().id, email="kim@example.com", name="Kim", password_hash=""
    )
    session.add(user)
    session.flush()
    return user


def test_a_text_that_comes_while_the_contact_is_let_go_is_not_forgotten(service: Service) -> None:
    service.text("hello")
    wait_a_bit(service)
    lease = take_lease(contact_id())
    assert lease is not None
    service.text("are you there?")
    with writing() as session:
        assert release(session, lease)
    with reading() as session:
        assert session.query(Contact).one().due_at is not None
