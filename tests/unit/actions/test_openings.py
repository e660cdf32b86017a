"""Openings of cases that are worked out by hand, and how fast they come."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.openings import (
    Availability,
    DateOverride,
    HoursRule,
    find_openings,
    is_free,
    whole_days,
)

NEW_YORK = "America/New_York"
WEEKDAYS = HoursRule(range(1, 6), time(9), time(12))
THURSDAY = datetime(2026, 3, 5, 12, tzinfo=UTC)  # 07:00 in New York


def at(text: str, zone: str = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def found(availability: Availability, first: str, last: str, **more) -> list[str]:
    """The openings between two local times, as local times."""
    zone = availability.zone
    now = more.pop("now", at(first, zone))
    openings = find_openings(availability, now=now, start=at(first, zone), end=at(last, zone), **more)
    assert all(opening.utcoffset() == timedelta() for opening in openings)
    return [opening.astimezone(ZoneInfo(zone)).strftime("%d %H:%M") for opening in openings]


def test_the_whole_appointment_ends_by_closing_time():
    availability = Availability(NEW_YORK, (WEEKDAYS,), duration=45, step=30)
    assert found(availability, "2026-03-05T00:00", "2026-03-06T00:00") == [
        "05 09:00",
        "05 09:30",
        "05 10:00",
        "05 10:30",
        "05 11:00",
    ]


def test_the_whole_appointment_ends_by_the_end_of_the_search():
    availability = Availability(NEW_YORK, (WEEKDAYS,), duration=45, step=30)
    assert found(availability, "2026-03-05T00:00", "2026-03-05T10:15") == ["05 09:00", "05 09:30"]


def test_a_busy_time_keeps_its_distance_and_starts_the_grid_anew():
    availability = Availability(
        NEW_YORK, (WEEKDAYS,), duration=30, step=45, buffer_before=10, buffer_after=20
    )
    busy = [(at("2026-03-05T10:05"), at("2026-03-05T10:20"))]
    # Before it only until 9:45 and on quarters of the hour; behind it from 10:30.
    assert found(availability, "2026-03-05T00:00", "2026-03-06T00:00", busy=busy) == [
        "05 09:00",
        "05 10:30",
        "05 11:15",
    ]


def test_a_step_that_no_grid_divides_begins_where_the_free_time_begins():
    availability = Availability(NEW_YORK, (WEEKDAYS,), duration=30, step=52, notice=9)
    assert found(availability, "2026-03-05T09:00", "2026-03-06T00:00") == [
        "05 09:09",
        "05 10:01",
        "05 10:53",
    ]


def test_the_grid_of_whole_hours_lies_on_the_local_clock_of_a_half_hour_zone():
    availability = Availability("Asia/Kolkata", (WEEKDAYS,), duration=60, step=60)
    assert found(availability, "2026-03-05T09:10", "2026-03-06T00:00") == ["05 10:00", "05 11:00"]


def test_seconds_of_notice_push_to_the_next_place_on_the_grid():
    availability = Availability(NEW_YORK, (WEEKDAYS,), duration=30, step=30)
    openings = found(availability, "2026-03-05T09:00:00.000001", "2026-03-05T10:30")
    assert openings == ["05 09:30", "05 10:00"]


def test_hours_that_touch_over_midnight_are_one_stretch_with_one_grid():
    hours = (
        HoursRule([4], time(22), time(0)),
        HoursRule([5], time(0), time(2)),
    )
    availability = Availability(NEW_YORK, hours, duration=60, step=50)
    assert found(availability, "2026-03-05T00:00", "2026-03-07T00:00") == [
        "05 22:00",
        "05 22:50",
        "05 23:40",
        "06 00:30",
    ]


def test_an_override_closes_its_date_but_not_the_night_before():
    hours = (HoursRule([4, 5], time(22), time(2)),)
    closed = (DateOverride(date(2026, 3, 6)),)
    availability = Availability(NEW_YORK, hours, closed, duration=60, step=60)
    assert found(availability, "2026-03-05T00:00", "2026-03-08T00:00") == [
        "05 22:00",
        "05 23:00",
        "06 00:00",
        "06 01:00",
    ]


def test_no_opening_falls_into_the_hour_that_spring_skips():
    night = HoursRule([7], time(0), time(5))
    availability = Availability(NEW_YORK, (night,), duration=60, step=60)
    assert found(availability, "2026-03-08T00:00", "2026-03-09T00:00") == [
        "08 00:00",
        "08 01:00",
        "08 03:00",
        "08 04:00",
    ]


def test_the_hour_that_autumn_repeats_is_offered_twice():
    night = HoursRule([7], time(0), time(3))
    availability = Availability(NEW_YORK, (night,), duration=60, step=60)
    assert found(availability, "2026-11-01T00:00", "2026-11-02T00:00") == [
        "01 00:00",
        "01 01:00",
        "01 01:00",
        "01 02:00",
    ]


def test_where_the_clock_moves_by_half_an_hour_the_grid_is_looked_for_behind_the_change():
    night = HoursRule([7], time(1, 50), time(5))
    availability = Availability("Australia/Lord_Howe", (night,), duration=60, step=60)
    # At 2:00 the clock jumps to 2:30: the next full hour is 3:00, forty minutes on.
    assert found(availability, "2026-10-04T00:00", "2026-10-05T00:00") == ["04 03:00", "04 04:00"]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-03-05", 24)])
def test_a_whole_local_day_is_as_long_as_that_day_was(day: str, hours: int):
    begin, finish = whole_days(date.fromisoformat(day), date.fromisoformat(day), NEW_YORK)
    assert finish.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=hours)


def test_open_times_take_the_place_of_the_hours():
    availability = Availability(NEW_YORK, (WEEKDAYS,), duration=30, step=30)
    opened = [(at("2026-03-07T20:10"), at("2026-03-07T21:10"))]
    openings = found(availability, "2026-03-05T00:00", "2026-03-09T00:00", open_times=opened)
    assert openings == ["07 20:30"]


def test_a_time_off_the_grid_is_free_where_nothing_is_in_its_way():
    availability = Availability(NEW_YORK, (WEEKDAYS,), duration=30, step=30, buffer_after=10)
    busy = [(at("2026-03-05T10:00"), at("2026-03-05T11:00"))]
    free = {
        clock: is_free(availability, at(f"2026-03-05T{clock}"), now=THURSDAY, busy=busy)
        for clock in ("08:50", "09:07", "09:20", "09:21", "10:30", "11:00", "11:30", "11:31")
    }
    assert [clock for clock, is_so in free.items() if is_so] == ["09:07", "09:20", "11:00", "11:30"]


def test_numbers_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="above 0"):
        Availability(NEW_YORK, step=0)
    with pytest.raises(ValueError, match="negative"):
        Availability(NEW_YORK, buffer_after=-1)
    with pytest.raises(ValueError, match="without a zone"):
        find_openings(Availability(NEW_YORK), now=datetime(2026, 3, 5), start=THURSDAY, end=THURSDAY)
