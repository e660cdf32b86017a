"""Working hours as a form: what stands in the fields and what comes back from them."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.staff.calendar_hours import HoursRefused, Line, hours_of, lines, typed
from data import business_file
from data.profile import OpenHours

HOURS = business_file.read_file(business_file.SAMPLE).profile.hours


def form(**changed: str) -> dict[str, str]:
    """The form of the sample business as a browser sends it."""
    sent = {
        f"{edge}-{line.day}-{number}": value
        for line in lines(HOURS)
        for number, stretch in enumerate(line.stretches)
        for edge, value in zip(("start", "end"), stretch, strict=True)
    }
    return sent | {name.replace("_", "-"): value for name, value in changed.items()}


def read(**changed: str) -> list[OpenHours]:
    before = lines(HOURS)
    return hours_of(typed(form(**changed), before), before)


def test_hours_that_nobody_touched_come_back_as_they_were() -> None:
    assert set(covered(read())) == set(covered(HOURS))


def test_a_day_that_is_emptied_is_closed_and_one_that_is_filled_is_open() -> None:
    hours = read(start_5_0="", end_5_0="", start_5_1="", end_5_1="", start_6_0="10:00", end_6_0="14:00")
    assert {one.days for one in hours} == {(1, 2, 3, 4), (6,)}
    assert OpenHours(days=(6,), start=time(10), end=time(14)) in hours


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"end_1_0": ""}, "Monday: enter both"),
        ({"start_3_1": "noon"}, "Wednesday: enter both"),
        ({"end_2_0": "08:00"}, "Tuesday: 08:00 is not after 09:00"),
        ({"end_2_0": "09:00"}, "Tuesday: 09:00 is not after 09:00"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_name_of_its_day(changed: dict[str, str], said: str) -> None:
    with pytest.raises(HoursRefused, match=said):
        read(**changed)


def test_no_hours_at_all_are_refused() -> None:
    with pytest.raises(HoursRefused, match="at least one day"):
        hours_of([Line(1, "Monday", (("", ""),))], [])


def test_midnight_is_an_end_and_a_night_that_was_there_before_stays() -> None:
    night = lines([OpenHours(days=(5,), start=time(20), end=time(2))])
    assert hours_of(night, night) == [OpenHours(days=(5,), start=time(20), end=time(2))]
    assert OpenHours(days=(4,), start=time(13), end=time()) in read(end_4_1="00:00")


clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
stretches = st.builds(
    OpenHours,
    days=st.sets(st.integers(1, 7), min_size=1).map(lambda d: tuple(sorted(d))),
    start=clocks,
    end=clocks,
)


@given(st.lists(stretches, min_size=1, max_size=6))
def test_whatever_hours_there_are_survive_the_form(hours: list[OpenHours]) -> None:
    shown = lines(hours)
    assert set(covered(hours_of(shown, shown))) == set(covered(hours))


def covered(hours: list[OpenHours] | tuple[OpenHours, ...]) -> list[tuple[int, time, time]]:
    return [(day, one.start, one.end) for one in hours for day in one.days]
