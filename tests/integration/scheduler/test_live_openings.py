"""Live openings for a touch: what is free just now, and nothing where that cannot be seen."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from actions.wording import clock_time
from data import clock
from data.db import reading, writing
from data.models import Business, CalendarConnection, LocalEvent
from scheduler.outreach import live_openings as module
from scheduler.outreach.live_openings import live_openings
from tests.world_fixtures import Service


def business() -> int:
    with reading() as session:
        return session.scalars(select(Business.id)).one()


def test_one_or_two_real_openings_of_the_next_days_are_named(service: Service) -> None:
    for contact in range(12):
        openings = live_openings(business(), "cleaning", spread=contact)
        assert len(openings) == 2
        assert all(clock.now() + module.NOT_BEFORE <= each <= clock.now() + module.REACH for each in openings)


def test_what_is_taken_is_not_named_and_a_full_calendar_has_none(service: Service) -> None:
    first = live_openings(business(), "cleaning")
    with writing() as session:
        calendar = session.scalars(select(CalendarConnection)).one()
        start = first[0] - timedelta(minutes=15)
        session.add(_event(calendar.id, start, first[0] + timedelta(minutes=15)))
    service.clock.until(clock.now() + timedelta(seconds=module.FRESH + 1))
    for contact in range(12):
        assert first[0] not in live_openings(business(), "cleaning", spread=contact)
    with writing() as session:
        session.add(_event(calendar.id, clock.now(), clock.now() + timedelta(days=30)))
    service.clock.until(clock.now() + timedelta(seconds=module.FRESH + 1))
    assert live_openings(business(), "cleaning") == ()


def test_what_was_found_serves_the_touches_of_the_next_seconds(service: Service) -> None:
    first = live_openings(business(), "cleaning")
    with writing() as session:
        calendar = session.scalars(select(CalendarConnection)).one()
        session.add(_event(calendar.id, clock.now(), clock.now() + timedelta(days=30)))
    assert live_openings(business(), "cleaning") == first
    service.clock.until(clock.now() + timedelta(seconds=module.FRESH + 1))
    assert live_openings(business(), "cleaning") == ()


def test_without_a_known_service_what_is_named_is_long_enough_for_any(service: Service) -> None:
    noon = {"11:30 am", "4:30 pm"}  # too late for an hour of whitening before lunch, or before closing
    for contact in range(12):
        for service_id in (None, "no such service"):
            openings = live_openings(business(), service_id, spread=contact)
            assert openings
            assert not {clock_time(each - timedelta(hours=4)) for each in openings} & noon


def test_a_calendar_that_lets_nobody_in_gives_none_and_raises_nothing(
    service: Service,
) -> None:
    with writing() as session:
        session.scalars(select(CalendarConnection)).one().disconnected_at = clock.now()
    assert live_openings(business(), "cleaning") == ()
    with writing() as session:
        session.execute(delete(CalendarConnection))
    assert live_openings(business(), "check-up") == ()
    assert live_openings(-1, "cleaning") == ()


def _event(calendar: int, start, end) -> LocalEvent:  # type: ignore[no-untyped-def]
    return LocalEvent(
        calendar_connection_id=calendar, event_id=f"e{start:%d%H%M}", start_at=start, end_at=end
    )
