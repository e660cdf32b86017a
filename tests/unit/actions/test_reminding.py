"""When reminders leave: lawful in every zone, in order, never too close, never after the visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from actions.lawful_hours import is_lawful
from actions.reminding import APART, LATEST, due_at, next_after, reminders
from data.whereabouts import Whereabouts

NEW_YORK = Whereabouts(("America/New_York",))
EAST_TO_WEST = Whereabouts(("America/New_York", "America/Los_Angeles"))
NOWHERE = Whereabouts(("Pacific/Honolulu", "Europe/London", "Asia/Tokyo"))
"""No hour is lawful in all of them."""
ZONE = ZoneInfo("America/New_York")
A_DAY_AND_TWO_HOURS = (1440, 120)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def hours(
    start: datetime, where: Whereabouts = NEW_YORK, leads: tuple[int, ...] = A_DAY_AND_TWO_HOURS
) -> list:
    found = [one.at.astimezone(ZONE) for one in reminders(start, leads, where)]
    return [(at.day, at.hour, at.minute) for at in found]


def test_by_day_each_leaves_at_its_lead() -> None:
    assert hours(local(13, 14)) == [(12, 14, 0), (13, 12, 0)]


def test_the_short_one_waits_for_the_morning_where_that_leaves_half_of_it() -> None:
    assert hours(local(13, 9, 30)) == [(12, 9, 30), (13, 8, 0)]


def test_the_short_one_of_an_early_visit_leaves_on_the_evening_before() -> None:
    assert hours(local(13, 8, 30)) == [(12, 8, 30), (12, 20, 45)]


def test_the_hours_of_every_zone_it_might_be_in_hold() -> None:
    assert hours(local(13, 9), EAST_TO_WEST) == [(12, 11, 0), (12, 20, 45)]


def test_two_that_fall_together_are_one() -> None:
    assert len(hours(local(13, 14), leads=(240, 120))) == 1


def test_where_no_hour_is_lawful_nobody_is_reminded() -> None:
    assert hours(local(13, 14), NOWHERE) == []


def test_after_a_long_standstill_the_last_one_alone_is_due() -> None:
    found = due_at(local(13, 14), A_DAY_AND_TWO_HOURS, NEW_YORK, local(13, 12, 20))
    assert found is not None
    assert found.lead == 120


def test_shortly_before_the_visit_none_is_due_any_more() -> None:
    assert due_at(local(13, 14), A_DAY_AND_TWO_HOURS, NEW_YORK, local(13, 13, 50)) is None


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    leads=st.lists(st.integers(30, 14 * 24 * 60), max_size=4),
    where=st.sampled_from([NEW_YORK, EAST_TO_WEST, NOWHERE, Whereabouts(country="US")]),
)
def test_every_reminder_is_lawful_and_before_the_visit(
    start: datetime, leads: list[int], where: Whereabouts
) -> None:
    at = start.replace(tzinfo=UTC)
    found = reminders(at, leads, where)
    assert len(found) <= len(set(leads))
    for one in found:
        assert is_lawful(one.at, where)
        assert one.at <= at - LATEST
    for one, following in pairwise(found):
        assert following.at - one.at >= APART
        assert next_after(at, leads, where, one.at) == following.at


def test_over_the_change_of_the_clock_a_day_is_the_hours_that_passed() -> None:
    assert hours(local(8, 14)) == [(7, 13, 0), (8, 12, 0)]


def test_two_hours_are_two_hours_whatever_the_clock_does() -> None:
    start = local(8, 14)
    assert reminders(start, (120,), NEW_YORK)[0].at == start.astimezone(UTC) - timedelta(hours=2)
