"""Booking: one visit for one opening, whoever races for it, and steps that may be taken again."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from services.at_once import at_once
from sqlalchemy import select

from actions.calendars import CalendarEvent
from actions.calendars.local import LocalCalendar
from actions.state import State
from data.db import reading, writing
from data.models import Appointment, Business, CalendarConnection, Contact, Conversation, Hold, LocalEvent
from data.queries.messages import conversation_of
from scheduler.converse import converse
from scheduler.visits import settle
from tests.world_fixtures import SARAH, Service, add_contact

pytestmark = pytest.mark.database

NEW_YORK = ZoneInfo("America/New_York")
THURSDAY_AT_TEN = datetime(2026, 3, 12, 10, 0, tzinfo=NEW_YORK)


def offer(session, contact: Contact) -> None:  # type: ignore[no-untyped-def]
    """The contact was asked whether to book Thursday at ten."""
    state = State(asked="confirm_time", offered=(THURSDAY_AT_TEN,), service="cleaning")
    conversation_of(session, contact).state = state.to_json()


def visits(state: str | None = None) -> list[Appointment]:
    with reading() as session:
        wanted = select(Appointment).order_by(Appointment.id)
        return list(session.scalars(wanted if state is None else wanted.where(Appointment.state == state)))


def events() -> list[LocalEvent]:
    with reading() as session:
        return list(session.scalars(select(LocalEvent).where(LocalEvent.removed_at.is_(None))))


def say_yes(service: Service, phone: str = SARAH) -> None:
    service.text("yes", phone=phone)
    service.clock.forward(timedelta(seconds=10))


def test_a_yes_books_holds_and_confirms(service: Service) -> None:
    with writing() as session:
        offer(session, session.query(Contact).one())
    say_yes(service)
    service.run_due()
    assert [visit.state for visit in visits()] == ["booked"]
    assert [event.start_at for event in events()] == [THURSDAY_AT_TEN]
    assert "Thursday, March 12 at 10:00 am" in service.arrived()[0]
    with reading() as session:
        assert session.query(Hold).one().expires_at is None


def test_of_many_who_race_for_one_opening_one_gets_it_and_everybody_is_answered(service: Service) -> None:
    phones = [f"+121255501{n:02d}" for n in range(30, 42)]
    with writing() as session:
        business = session.query(Business).one()
        ids = [add_contact(session, business, phone, "Sample").id for phone in phones]
        for contact in ids:
            offer(session, session.get_one(Contact, contact))
    for phone in phones:
        service.network.add_phone(phone)
        service.text("yes", phone=phone)
    service.clock.forward(timedelta(seconds=10))

    def work(contact: int) -> None:
        for job in converse(contact):
            if job.kind == "appointment":
                settle(job.row)

    at_once(*(partial(work, contact) for contact in ids))
    service.run_due()
    assert len(visits("booked")) == 1
    assert len(events()) == 1
    answered = [service.arrived(phone) for phone in phones]
    assert all(len(texts) == 1 for texts in answered)
    assert sum("You're booked" in texts[0] for texts in answered) == 1
    assert sum("has gone" in texts[0] for texts in answered) == len(phones) - 1


def test_a_time_that_somebody_took_on_the_calendar_meanwhile_is_not_booked(service: Service) -> None:
    with writing() as session:
        offer(session, session.query(Contact).one())
        connection = session.query(CalendarConnection).one().id
    say_yes(service)
    jobs = converse(_contact())
    LocalCalendar(connection, "America/New_York").put(
        CalendarEvent("somebody", THURSDAY_AT_TEN, THURSDAY_AT_TEN + timedelta(hours=1), "UTC", "Taken")
    )
    for job in jobs:
        settle(job.row)
    service.run_due()
    assert visits("booked") == []
    assert [event.event_id for event in events()] == ["somebody"]
    assert "has gone" in service.arrived()[0]


def test_a_booking_interrupted_after_the_calendar_was_written_is_finished_once(service: Service) -> None:
    with writing() as session:
        offer(session, session.query(Contact).one())
        connection = session.query(CalendarConnection).one().id
    say_yes(service)
    converse(_contact())  # and the worker dies here, behind the event, before the commit
    visit = visits("booking")[0]
    LocalCalendar(connection, "America/New_York").put(
        CalendarEvent(visit.event_id, visit.start_at, visit.end_at, "UTC", "ours")
    )
    service.run_due()
    service.run_due()
    assert [visit.state for visit in visits()] == ["booked"]
    assert len(events()) == 1
    assert len(service.arrived()) == 1


def test_settling_twice_confirms_once(service: Service) -> None:
    with writing() as session:
        offer(session, session.query(Contact).one())
    say_yes(service)
    jobs = converse(_contact())
    for job in (*jobs, *jobs):
        settle(job.row)
    service.run_due()
    assert len(service.arrived()) == 1


def test_a_visit_called_off_leaves_the_calendar_and_frees_the_time(service: Service) -> None:
    with writing() as session:
        offer(session, session.query(Contact).one())
    say_yes(service)
    service.run_due()
    with writing() as session:
        conversation_of(session, session.query(Contact).one()).state = State(asked="confirm_cancel").to_json()
    say_yes(service)
    service.run_due()
    assert [visit.state for visit in visits()] == ["cancelled"]
    assert events() == []
    with reading() as session:
        assert session.query(Hold).count() == 0
        assert session.query(Conversation).one().outcome == "cancelled"


def test_the_event_carries_a_neutral_title_and_no_transcript(service: Service) -> None:
    with writing() as session:
        offer(session, session.query(Contact).one())
    say_yes(service)
    service.run_due()
    event = events()[0]
    assert event.title == "Appointment: Sarah"
    assert "cleaning" not in (event.title + event.description).lower()
    assert "/staff/conversations/" in event.description


def _contact() -> int:
    with reading() as session:
        return session.scalars(select(Contact.id)).one()
