"""What a worker that was slow writes behind the back of a quicker one, and what the event shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from soak.booking_check import disagreements
from soak.booking_scenes import IMPATIENT, LENGTH, Practice, patience
from sqlalchemy import select

from actions.decision import CancelVisit, Move
from data.db import reading, writing
from data.models import Business, Contact, Handoff
from scheduler import visits

pytestmark = pytest.mark.database


def step(visit: int) -> visits.Step:
    with reading() as session:
        found = visits._read(session, visit)
    assert found is not None
    return found


def test_a_move_that_is_written_late_does_not_undo_the_move_that_came_after_it(practice: Practice) -> None:
    phone = practice.somebody()
    visit = practice.begin("moving", phone)
    first = step(visit)
    calendar = visits.calendar_of(first.connection)
    last = practice.opening(phone, 6)
    practice.do(phone, Move(visit, last, last + LENGTH), "again")
    practice.go_on(0)
    calendar.move(first.event.id, first.to_start, first.to_end)  # the slow worker, at last
    visits._stands(first, calendar)
    practice.go_on(3)
    assert practice.visit(visit).start_at == last
    assert disagreements(practice.events()) == []
    assert practice.told(phone) == ["booked", "moved"]


def test_what_an_earlier_try_put_there_is_taken_off_where_the_opening_is_lost(practice: Practice) -> None:
    phone = practice.somebody()
    visit = practice.begin("booking", phone)
    visits.calendar_of(step(visit).connection).put(step(visit).event)  # and its answer is lost
    practice.take_the_time(visit)
    practice.go_on(3)
    assert practice.told(phone) == ["gone"]
    assert practice.events() == []


def test_who_calls_off_while_the_calendar_is_disconnected_is_answered_and_staff_told(
    practice: Practice,
) -> None:
    phone = practice.somebody()
    visit = practice.begin("cancelling", phone)
    practice.google.fail("forbidden", "events.delete", times=None)
    practice.go_on(60, by=12)
    assert practice.told(phone) == ["booked", "cancelled"]
    assert len(practice.events()) == 1
    with reading() as session:
        assert session.scalars(select(Handoff.reason)).all() == ["calendar_behind"]
    practice.google.server.faults.clear()
    practice.reconnect()
    practice.go_on(24, by=12)
    assert practice.told(phone) == ["booked", "cancelled"], "once, although the event went much later"
    assert practice.visit(visit).state == "cancelled"
    assert practice.events() == []


def test_a_visit_whose_move_was_lost_stands_again_though_its_event_was_deleted(practice: Practice) -> None:
    phone = practice.somebody()
    visit = practice.begin("moving", phone)
    practice.take_the_time(visit)
    practice.google.calendar.delete(practice.visit(visit).event_id)
    practice.go_on(3)
    assert practice.told(phone) == ["booked", "gone"]
    assert practice.visit(visit).state == "booked"
    assert disagreements(practice.events()) == []


@pytest.mark.parametrize(("asked_for", "title"), [(False, ""), (True, " (Cleaning)")])
def test_the_event_says_who_comes_and_what_for_only_where_the_owner_wants_that(
    practice: Practice, asked_for: bool, title: str
) -> None:
    phone = practice.somebody()
    with writing() as session:
        business = session.scalars(select(Business)).one()
        business.profile = {**business.profile, "service_in_calendar": asked_for}
        contact = session.scalars(select(Contact).where(Contact.phone == phone)).one()
        contact.persons[0].last_name, contact.persons[0].crm_id = "Example", "C-17"
    practice.begin("booking", phone)
    practice.go_on(0)
    [event] = practice.google.events
    assert event["summary"] == f"Appointment: Sample0 Example{title}"
    lines = event["description"].splitlines()
    assert lines[:2] == [phone, "CRM: C-17"]
    assert "/staff/conversations/" in lines[2]
    assert asked_for or "clean" not in str(event).lower()


def test_calling_off_at_once_what_is_being_written_leaves_nothing(practice: Practice) -> None:
    phone = practice.somebody()
    visit = practice.begin("booking", phone)
    booking = step(visit)
    practice.do(phone, CancelVisit(visit), "cancel")
    practice.go_on(0)
    calendar = visits.calendar_of(booking.connection)
    calendar.put(booking.event)
    visits._stands(booking, calendar)
    practice.service.clock.forward(timedelta(minutes=5))
    practice.go_on(0)
    assert practice.events() == []
    assert practice.told(phone) == ["cancelled"]


def test_a_choice_that_takes_half_a_minute_to_be_booked_is_not_met_with_silence(practice: Practice) -> None:
    phone = practice.somebody()
    practice.begin("booking", phone)
    practice.google.fail("unavailable", "events.insert", times=None)
    with patience(IMPATIENT):
        practice.go_on(12, by=2)
    assert "One moment, I'm booking Monday, March 16 at 9:00 am" in practice.service.arrived(phone)[0]
    assert practice.told(phone) == ["away"]
    assert len(practice.service.arrived(phone)) == 2
