"""Which two of the free openings a touch names: real choices, and not the same two for everybody."""

from __future__ import annotations

from datetime import timedelta

from scheduler.outreach.live_openings import pair
from tests.unit.actions.picture import ZONE, at

WEEK = [
    at(3, day, hour, minute) for day in (9, 10, 11, 12, 13) for hour in (9, 10, 14, 15) for minute in (0, 30)
]


def test_two_are_named_on_different_days_ascending_and_at_the_full_hour() -> None:
    for spread in range(50):
        first, second = pair(WEEK, ZONE, spread)
        assert first < second
        assert second - first >= timedelta(hours=18)
        assert {first, second} <= set(WEEK)
        assert first.minute == second.minute == 0


def test_one_is_early_in_its_day_and_one_late() -> None:
    for spread in range(50):
        hours = sorted((opening - timedelta(hours=4)).hour for opening in pair(WEEK, ZONE, spread))
        assert hours[0] < 12 <= hours[1]


def test_contacts_are_spread_over_the_days() -> None:
    assert len({pair(WEEK, ZONE, spread) for spread in range(50)}) >= 5


def test_a_single_day_gives_two_of_its_times_and_a_single_opening_one() -> None:
    assert pair(WEEK[:8], ZONE) == (at(3, 9, 9), at(3, 9, 14))
    assert pair(WEEK[:1], ZONE, 7) == (at(3, 9, 9),)
    assert pair([], ZONE, 3) == ()


def test_half_past_is_named_where_no_full_hour_is_free() -> None:
    assert pair([at(3, 9, 9, 30), at(3, 10, 14, 30)], ZONE, 1) == (at(3, 9, 9, 30), at(3, 10, 14, 30))
