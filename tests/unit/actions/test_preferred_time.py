"""What a note such as "mornings" is taken to mean."""

from __future__ import annotations

from datetime import datetime

import pytest

from actions.preferred_time import preferred_time


@pytest.mark.parametrize(
    ("note", "suits", "does_not"),
    [
        ("mornings", "2026-03-10T09:00", "2026-03-10T13:00"),
        ("Afternoon", "2026-03-10T13:00", "2026-03-10T09:00"),
        ("Tue/Thu after 4", "2026-03-10T16:30", "2026-03-11T16:30"),
        ("Fridays", "2026-03-13T09:00", "2026-03-12T09:00"),
        ("before 10am", "2026-03-10T09:30", "2026-03-10T10:00"),
        ("after 5:30 pm on weekdays", "2026-03-10T17:30", "2026-03-10T17:00"),
        ("weekends", "2026-03-14T12:00", "2026-03-13T12:00"),
        ("lunch time", "2026-03-10T12:00", "2026-03-10T09:00"),
    ],
)
def test_a_plain_note_is_understood(note: str, suits: str, does_not: str):
    preferred = preferred_time(note)
    assert preferred is not None
    assert preferred.suits(datetime.fromisoformat(suits))
    assert not preferred.suits(datetime.fromisoformat(does_not))


@pytest.mark.parametrize(
    "note", [None, "", "call first", "after 99", "before 9 after 11 am", "I am easy", "not Mondays"]
)
def test_a_note_that_says_nothing_of_a_time_means_nothing(note: str | None):
    assert preferred_time(note) is None
