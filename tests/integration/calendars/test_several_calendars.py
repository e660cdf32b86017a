"""Several calendars: all must be free, when offering and when booking; an unreadable one is busy."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from google_server.fixtures import ConnectedGoogle
from soak.booking_scenes import LENGTH, Practice, patience

from actions.calendars import CalendarUnavailable, Span
from actions.calendars.google_client import Patience
from actions.context import Context
from actions.decision import Book
from data.db import reading, writing
from data.models import Business, CalendarConnection, Contact
from scheduler.calendar_view import NoCalendar, clashes_anywhere, prefetch, with_calendar
from scheduler.gather import gather
from tests.world_fixtures import SARAH

pytestmark = pytest.mark.database

NEW_YORK = ZoneInfo("America/New_York")
TEN = datetime(2026, 3, 12, 10, 0, tzinfo=NEW_YORK)
NOON = datetime(2026, 3, 12, 12, 0, tzinfo=NEW_YORK)
HOUR = timedelta(hours=1)
OWNERS = "owner@example.com"
QUICK = Patience(attempt=1.0, total=1.0, first_wait=0.01, longest_wait=0.01)


@pytest.fixture
def owners(practice: Practice) -> int:
    """A second calendar, on which nothing is booked but what stands there is taken."""
    practice.google.server.add_calendar(OWNERS, "America/New_York")
    with writing() as session:
        business = session.query(Business).one()
        second = CalendarConnection(
            business_id=business.id, kind="google", calendar_id=OWNERS, role="busy", name="Owner"
        )
        session.add(second)
        session.flush()
        return second.id


def picture() -> Context:
    with reading() as session:
        business = session.query(Business).one()
        contact = session.query(Contact).where(Contact.phone == SARAH).one()
        return gather(session, business, contact)


def busy_at(start: datetime) -> bool | None:
    busy = with_calendar(picture()).busy
    return None if busy is None else any(span.overlaps(start, start + HOUR) for span in busy)


def add(google: ConnectedGoogle, calendar: str, start: datetime) -> None:
    google.server.calendars[calendar].add(start.isoformat(), (start + HOUR).isoformat())


def booked_on() -> int:
    with reading() as session:
        return session.query(CalendarConnection.id).where(CalendarConnection.role == "bookings").scalar()


def book(practice: Practice, start: datetime) -> tuple[str, str]:
    """A contact chooses `start`: what became of the visit, and the texts that they got."""
    phone = practice.somebody()
    jobs = practice.do(phone, Book("cleaning", start, start + LENGTH), "book")
    visit = next(job.row for job in jobs if job.kind == "appointment")
    practice.service.run_due()
    practice.service.run_due()
    return practice.visit(visit).state, " / ".join(practice.service.arrived(phone))


def test_what_stands_on_any_of_them_is_busy(practice: Practice, owners: int) -> None:
    add(practice.google, practice.google.calendar_id, TEN)
    add(practice.google, OWNERS, NOON)
    assert busy_at(TEN)
    assert busy_at(NOON)
    assert busy_at(NOON + 2 * HOUR) is False


def test_with_one_that_cannot_be_read_nothing_is_offered(practice: Practice, owners: int) -> None:
    practice.google.fail("calendar_error", "freebusy.query", times=1, reason="internalError")
    assert busy_at(TEN) is None
    assert busy_at(TEN) is False, "what failed is not remembered"


def test_with_one_that_is_disconnected_nothing_is_offered(practice: Practice, owners: int) -> None:
    with writing() as session:
        session.get_one(CalendarConnection, owners).disconnected_at = picture().now
    assert busy_at(TEN) is None
    with pytest.raises(NoCalendar):
        clashes_anywhere(booked_on(), TEN, NOON)


def test_one_that_is_no_longer_shared_is_noted_as_disconnected(practice: Practice, owners: int) -> None:
    del practice.google.server.calendars[OWNERS]
    assert busy_at(TEN) is None
    with reading() as session:
        assert session.get_one(CalendarConnection, owners).disconnected_at is not None
        assert session.get_one(CalendarConnection, booked_on()).disconnected_at is None


def test_one_that_is_not_used_any_more_is_not_looked_at(practice: Practice, owners: int) -> None:
    add(practice.google, OWNERS, NOON)
    with writing() as session:
        session.get_one(CalendarConnection, owners).active = False
    assert busy_at(NOON) is False


def test_the_fresh_look_before_a_booking_sees_them_all(practice: Practice, owners: int) -> None:
    add(practice.google, OWNERS, NOON)
    assert clashes_anywhere(booked_on(), NOON, NOON + HOUR) == (Span(NOON, NOON + HOUR),)
    state, texts = book(practice, NOON)
    assert state == "failed"
    assert "has gone" in texts
    assert practice.google.events == []


def test_with_one_that_does_not_answer_nothing_is_booked_yet(practice: Practice, owners: int) -> None:
    with patience(QUICK):
        practice.google.fail("unavailable", "events.list", times=None)
        with pytest.raises(CalendarUnavailable):
            clashes_anywhere(booked_on(), NOON, NOON + HOUR)
        practice.google.server.faults.clear()
        assert clashes_anywhere(booked_on(), NOON, NOON + HOUR) == ()


def test_a_visit_on_a_calendar_of_before_still_takes_its_time(practice: Practice) -> None:
    assert book(practice, TEN)[0] == "booked"
    with writing() as session:
        earlier = session.query(CalendarConnection).one()
        earlier.active = False
        session.add(CalendarConnection(business_id=earlier.business_id, kind="local"))
    assert busy_at(TEN)


def asked(practice: Practice) -> int:
    return practice.google.called("freebusy.query")


AT_ONCE = 2
"""61 days are more than Google tells in one answer."""


def test_what_is_busy_is_asked_once_for_a_minute(practice: Practice) -> None:
    practice.google.fail("slow", "freebusy.query", times=AT_ONCE, seconds=0.3)
    prefetch(picture())
    assert busy_at(TEN) is False  # waits for the answer that is under way
    prefetch(picture())
    assert busy_at(TEN) is False
    assert asked(practice) == AT_ONCE
    practice.service.clock.forward(timedelta(seconds=50))
    assert busy_at(TEN) is False
    assert asked(practice) == AT_ONCE
    add(practice.google, practice.google.calendar_id, TEN)
    practice.service.clock.forward(timedelta(seconds=11))
    assert busy_at(TEN)
    assert asked(practice) == 2 * AT_ONCE


def test_a_booking_looks_afresh_and_what_was_remembered_is_forgotten(practice: Practice) -> None:
    assert busy_at(TEN) is False
    add(practice.google, practice.google.calendar_id, TEN)
    assert busy_at(TEN) is False, "a minute old at most"
    state, texts = book(practice, TEN)
    assert state == "failed"
    assert "has gone" in texts
    assert busy_at(TEN)


def test_our_own_booking_is_busy_at_once(practice: Practice) -> None:
    assert busy_at(TEN) is False
    assert book(practice, TEN)[0] == "booked"
    assert busy_at(TEN)


def test_another_minute_of_the_wall_clock_is_no_longer_fresh_even_backwards(practice: Practice) -> None:
    assert busy_at(TEN) is False
    practice.service.clock.moment -= timedelta(minutes=2)  # an owner's demo is set back
    assert busy_at(TEN) is False
    assert asked(practice) == 2 * AT_ONCE
