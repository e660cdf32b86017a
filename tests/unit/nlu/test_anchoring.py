"""Times without a day lie on the days that are spoken of."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nlu.ladder import understand
from nlu.pending import Pending
from nlu.understanding import Heard, Window

NOW = datetime(2026, 3, 5, 10)  # a Thursday


class Silent:
    """A model that hears nothing in particular."""

    def parse(self, text: str) -> tuple[Heard, ...]:
        return (Heard("other_times", None, 0.9),)


def starts(text: str, **pending) -> list[datetime]:  # type: ignore[no-untyped-def]
    understood = understand(
        text, now=NOW, zone="America/New_York", pending=Pending(**pending), model=Silent()
    )
    return [window.start for window in understood.times.windows]


def opening(day: int, hour: int) -> Window:
    start = datetime(2026, 3, day, hour)
    return Window(start, start + timedelta(minutes=45), "minute")


def test_a_bare_hour_is_on_the_offered_days() -> None:
    offered = (opening(10, 9), opening(10, 13), opening(12, 9))
    for text in ("how about 2:30", "could you maybe do 2:30 instead of those"):
        assert starts(text, asked="which_opening", options=offered) == [
            datetime(2026, 3, 10, 14, 30),
            datetime(2026, 3, 12, 14, 30),
        ]


@pytest.mark.parametrize("text", ["tomorrow at 2:30", "friday 2:30", "in an hour", "march 20 at 2:30"])
def test_a_day_of_its_own_stays(text: str) -> None:
    offered = (opening(10, 9), opening(10, 13))
    assert starts(text, asked="which_opening", options=offered) == starts(text, asked="which_opening")


def test_a_bare_hour_is_on_the_day_of_the_visit() -> None:
    visit = datetime(2026, 3, 9, 15)
    assert starts("can we make it 4 pm instead", visit=visit) == [datetime(2026, 3, 9, 16)]


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [("can I come 15 minutes later", 15, 15), ("an hour earlier?", 14, 0), ("half an hour sooner", 14, 30)],
)
def test_later_and_earlier_count_from_the_visit(text: str, hour: int, minute: int) -> None:
    assert starts(text, visit=datetime(2026, 3, 9, 15)) == [datetime(2026, 3, 9, hour, minute)]


def test_the_morning_one_is_no_one_oclock() -> None:
    offered = (opening(10, 9), opening(10, 13))
    understood = understand(
        "the morning one",
        now=NOW,
        zone="America/New_York",
        pending=Pending("which_opening", offered),
        model=None,
    )
    assert understood.choice == 1
