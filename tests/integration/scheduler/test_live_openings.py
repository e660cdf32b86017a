"""Live openings for a touch: what is free just now, and nothing where that cannot be seen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from actions.wording import clock_time
from data import business_file, clock
from data.clock import HandClock
from data.db import writing
from data.models import CalendarConnection, LocalEvent
from scheduler.outreach import live_openings as module
from scheduler.outreach.live_openings import live_openings
from tests.world_fixtures import TUESDAY

CONTACTS = range(6)


@pytest.fixture
def business(database: str) -> int:
    clock.use(HandClock(TUESDAY))
    with writing() as session:
        return business_file.load(session, business_file.read_file(business_file.SAMPLE)).id


def take(start: datetime, end: datetime) -> None:
    """Something else stands on the calendar."""
    with writing() as session:
        calendar = session.scalars(select(CalendarConnection.id)).one()
        session.add(
            LocalEvent(calendar_connection_id=calendar, event_id=f"e{start:%d}", start_at=start, end_at=end)
        )


def later() -> None:
    """What was found before is forgotten."""
    clock.use(HandClock(clock.now() + timedelta(seconds=module.FRESH + 1)))


def test_two_real_openings_of_the_next_days_are_named_until_they_are_taken(business: int) -> None:
    for contact in CONTACTS:
        openings = live_openings(business, "cleaning", spread=contact)
        assert len(openings) == 2
        assert all(clock.now() + module.NOT_BEFORE <= each <= clock.now() + module.REACH for each in openings)
    first, _ = live_openings(business, "cleaning")
    take(first - timedelta(minutes=15), first + timedelta(minutes=15))
    assert first in live_openings(business, "cleaning"), "for some seconds what was found serves all touches"
    later()
    assert all(first not in live_openings(business, "cleaning", spread=contact) for contact in CONTACTS)
    take(clock.now(), clock.now() + timedelta(days=30))
    later()
    assert live_openings(business, "cleaning") == ()


def test_without_a_known_service_what_is_named_is_long_enough_for_any(business: int) -> None:
    too_late = {"11:30 am", "4:30 pm"}  # for an hour of whitening before lunch, or before closing
    for service in (None, "no such service"):
        named = [each for contact in CONTACTS for each in live_openings(business, service, spread=contact)]
        assert named
        assert not {clock_time(each - timedelta(hours=4)) for each in named} & too_late


def test_a_calendar_that_lets_nobody_in_gives_none_and_raises_nothing(business: int) -> None:
    with writing() as session:
        session.scalars(select(CalendarConnection)).one().disconnected_at = clock.now()
    assert live_openings(business, "cleaning") == ()
    with writing() as session:
        session.execute(delete(CalendarConnection))
    assert live_openings(business, "check-up") == ()
    assert live_openings(-1, "cleaning") == ()
