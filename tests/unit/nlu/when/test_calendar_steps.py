"""Steps on the calendar hold at its edges."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.when.calendar_steps import (
    add_months,
    add_workdays,
    elapse,
    next_ordinal,
    next_yearly,
    week,
    weekday_after,
    weekday_before,
)
from nlu.when.values import Length

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_a_month_on_is_the_same_day_or_the_last_of_the_month(
    start: date, months: int, expected: date
) -> None:
    assert add_months(start, months) == expected


@given(day=DAYS, weekday=st.integers(0, 6))
def test_the_next_weekday_lies_one_to_seven_days_ahead(day: date, weekday: int) -> None:
    found = weekday_after(day, weekday)
    assert found.weekday() == weekday
    assert 1 <= (found - day).days <= 7
    assert (day - weekday_before(day, weekday)).days in range(1, 8)


@given(day=DAYS, weeks=st.integers(-10, 10))
def test_a_week_runs_from_monday_to_sunday(day: date, weeks: int) -> None:
    found = week(day, weeks)
    assert found.first.weekday() == 0
    assert found.last.weekday() == 6


@given(day=DAYS, ordinal=st.integers(1, 31))
def test_the_next_day_of_a_number_is_never_in_the_past(day: date, ordinal: int) -> None:
    found = next_ordinal(day, ordinal)
    assert found is not None
    assert found >= day
    assert found.day == ordinal
    assert (found - day).days <= 62


def test_a_day_that_no_month_has_is_none() -> None:
    assert next_ordinal(date(2026, 3, 5), 32) is None
    assert next_yearly(date(2026, 3, 5), 2, 30) is None


def test_working_days_skip_the_weekend() -> None:
    assert add_workdays(date(2026, 3, 5), 2) == date(2026, 3, 9)


def test_a_day_and_two_hours_over_a_clock_change_keep_the_day_and_pass_the_hours() -> None:
    before = datetime(2026, 3, 7, 1, 30)  # the day before New York's clocks go forward
    moved = elapse(before, Length(days=1, seconds=7200), "America/New_York")
    assert moved == datetime(2026, 3, 8, 4, 30)
