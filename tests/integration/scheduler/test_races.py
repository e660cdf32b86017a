"""Between two steps: texts at the same moment, an opt-out in mid-thought, a hold that ran out."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from services.at_once import at_once
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.decision import Book, CancelVisit, Decision, Effect, Move
from actions.state import State
from data.db import reading, writing
from data.models import Appointment, Business, Contact, Conversation, Handoff, LocalEvent, Message
from data.queries.leases import Lease, take_lease
from data.queries.messages import conversation_of
from data.queries.suppressions import suppress
from nlu.understanding import Heard, Understanding
from scheduler import converse, staff_acts, visits
from scheduler.apply import Scene, apply
from scheduler.receive import Inbound, receive
from tests.world_fixtures import BUSINESS_PHONE, SARAH, STAFF_PHONE, Service, add_contact

pytestmark = pytest.mark.database

THURSDAY = datetime(2026, 3, 12, 10, 0, tzinfo=ZoneInfo("America/New_York"))
LENGTH = timedelta(minutes=45)


def inbound(sid: str, body: str, phone: str) -> Inbound:
    return Inbound(sid, "sms", phone, BUSINESS_PHONE, body)


def kept() -> int:
    with reading() as session:
        return session.query(Message).where(Message.direction == "in").count()


def test_first_texts_of_a_contact_that_come_at_once_are_all_kept(service: Service) -> None:
    phones = [f"+121255501{n}" for n in range(40, 46)]
    with writing() as session:
        business = session.query(Business).one()
        for phone in phones:
            add_contact(session, business, phone, "Sample")
    for phone in phones:
        at_once(*(lambda n=n, p=phone: receive(inbound(f"SM{p}{n}", "hello", p)) for n in range(3)))
    assert kept() == 18


def test_stops_that_come_at_once_are_all_kept(service: Service) -> None:
    for phone in (f"+121255501{n}" for n in range(60, 66)):
        at_once(*(lambda n=n, p=phone: receive(inbound(f"SM{p}{n}", "STOP", p)) for n in range(3)))
    assert kept() == 18


def test_an_emergency_behind_one_that_staff_have_seen_rings_again(service: Service) -> None:
    service.text("I can't breathe")
    service.run_due()
    rung = len(service.arrived(STAFF_PHONE))
    with writing() as session:
        staff_acts.look(session, session.query(Conversation).one())
    service.clock.forward(timedelta(days=2))
    service.text("I can't breathe, please help")
    service.run_due()
    assert len(service.arrived(STAFF_PHONE)) > rung >= 1


def test_a_machine_that_speaks_of_emergencies_is_not_answered_for_ever(service: Service) -> None:
    for _ in range(40):
        service.text("If this is an emergency, call 911. I can't breathe")
        service.run_due()
    assert len(service.arrived()) == 1


def test_tooth_pain_with_an_opt_out_gets_one_answer_and_a_person(service: Service) -> None:
    service.text("I have terrible tooth pain. no more messages")
    service.run_due()
    assert len(service.arrived()) == 1
    assert "(212) 555-0100" in service.arrived()[0]
    with reading() as session:
        assert session.scalars(select(Handoff.reason)).all() == ["urgent"]


def test_a_stop_while_the_yes_is_thought_about_books_nothing(service: Service) -> None:
    ask(State(asked="confirm_time", offered=(THURSDAY,), service="cleaning"))
    service.text("yes")
    service.clock.forward(timedelta(seconds=10))
    lease, heard = listen()
    understanding = converse._understand(heard)
    service.text("STOP")
    converse._answer(lease, heard, understanding)
    service.run_due()
    with reading() as session:
        assert session.query(Appointment).count() == 0


def test_what_was_offered_meanwhile_is_not_forgotten(service: Service) -> None:
    visit = book()
    service.text("12 Sample Street, right?")
    service.clock.forward(timedelta(seconds=10))
    lease, heard = listen()
    visits._gone(step(visit))  # and other times are offered
    offered = state().offered
    converse._answer(
        lease, heard, Understanding("12 Sample Street, right?", (Heard("thanks"),), rung="model")
    )
    assert offered
    assert state().offered == offered


def test_who_writes_from_a_number_that_seemed_dead_is_answered(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        suppress(session, business, SARAH, reason="undeliverable", source="provider")
    ask(State(asked="offer_to_book"))
    service.text("yes")
    service.clock.forward(timedelta(seconds=10))
    service.run_due()
    assert len(service.arrived()) == 1


def test_a_visit_called_off_while_it_is_written_leaves_nothing_on_the_calendar(service: Service) -> None:
    visit = book()
    booking = step(visit)
    do(CancelVisit(visit))
    cancelling = step(visit)
    calendar = visits.calendar_of(booking.connection)
    calendar.remove(cancelling.event.id)
    calendar.put(booking.event)
    visits._stands(booking, calendar)
    visits._removed(cancelling)
    assert appointment().state == "cancelled"
    assert events() == []


def test_a_second_move_wins_over_the_first_that_is_still_written(service: Service) -> None:
    visit = book()
    visits.settle(visit)
    friday, monday = THURSDAY + timedelta(days=1), THURSDAY + timedelta(days=4)
    do(Move(visit, friday, friday + LENGTH))
    first = step(visit)
    calendar = visits.calendar_of(first.connection)
    calendar.move(first.event.id, first.to_start, first.to_end)
    do(Move(visit, monday, monday + LENGTH))
    visits._stands(first, calendar)
    service.run_due()
    assert appointment().start_at == monday
    assert [event.start_at for event in events()] == [monday]


def test_a_hold_that_ran_out_is_not_made_lasting_over_anothers(service: Service) -> None:
    one = book()
    service.clock.forward(timedelta(minutes=20))  # the workers were down
    two = book("+12125550141")
    first, second = step(one), step(two)
    calendar = visits.calendar_of(first.connection)
    calendar.put(first.event)
    calendar.put(second.event)
    visits._stands(first, calendar)
    visits._stands(second, calendar)
    service.run_due()
    with reading() as session:
        assert session.query(Appointment).where(Appointment.state == "booked").count() == 1
    assert len(events()) == 1


def test_an_error_of_the_database_says_nothing_of_a_text(service: Service) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        store_twice("my secret illness")
    assert SARAH not in str(caught.value)
    assert "illness" not in str(caught.value)


def store_twice(body: str) -> None:
    with writing() as session:
        business = session.query(Business).one()
        for _ in range(2):
            session.add(
                Message(
                    business_id=business.id,
                    direction="in",
                    channel="sms",
                    kind="text",
                    from_address=SARAH,
                    to_address="",
                    body=body,
                    provider_id="SMtwice",
                    state="received",
                )
            )


def ask(asked: State) -> None:
    with writing() as session:
        conversation_of(session, session.query(Contact).one()).state = asked.to_json()


def listen() -> tuple[Lease, converse.Heard]:
    """What a worker does before it thinks."""
    with reading() as session:
        contact = session.query(Contact).one().id
    lease = take_lease(contact)
    with reading() as session:
        heard = converse._listen(session, contact)
    assert lease is not None
    assert heard is not None
    return lease, heard


def state() -> State:
    with reading() as session:
        return State.from_json(session.query(Conversation).one().state)


def scene(session: Session, contact: Contact, evidence: str = "test") -> Scene:
    business = session.query(Business).one()
    return Scene(session, business, contact, conversation_of(session, contact), "sms", evidence=evidence)


def book(phone: str | None = None) -> int:
    """A visit on Thursday at ten that waits to be written to the calendar."""
    with writing() as session:
        contact = session.query(Contact).order_by(Contact.id).first()
        if phone is not None:
            contact = add_contact(session, session.query(Business).one(), phone, "Sample")
        assert contact is not None
        decision = Decision(None, (Book("cleaning", THURSDAY, THURSDAY + LENGTH),), State())
        jobs = apply(scene(session, contact, phone or "first"), decision, once=f"book:{phone}")
        return next(job.row for job in jobs if job.kind == "appointment")


def do(effect: Effect) -> None:
    with writing() as session:
        contact = session.query(Contact).order_by(Contact.id).first()
        assert contact is not None
        apply(scene(session, contact), Decision(None, (effect,), State()), once=repr(effect))


def step(visit: int) -> visits.Step:
    with reading() as session:
        found = visits._read(session, visit)
    assert found is not None
    return found


def appointment() -> Appointment:
    with reading() as session:
        return session.query(Appointment).one()


def events() -> list[LocalEvent]:
    with reading() as session:
        return list(session.scalars(select(LocalEvent).where(LocalEvent.removed_at.is_(None))))
