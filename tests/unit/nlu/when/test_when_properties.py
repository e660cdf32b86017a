"""What holds for every text: it is read without an error, in order, and filler words change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from when_phrases import said, starts

from nlu.when import read, words
from nlu.when.spelling import SPELLINGS

VOCABULARY = sorted(
    {
        *words.WEEKDAYS,
        *words.MONTHS,
        *words.UNITS,
        *words.PART_WORDS,
        *words.PLURAL_PARTS,
        *words.SEASONS,
        *words.RELATIVE_DAYS,
        *words.NUMBERS,
        *words.ORDINALS,
        *words.NAMED_CLOCKS,
        *SPELLINGS,
        *words.wordset(
            "after before until from to between and or not cant but by in on at the this next last of "
            "a for within week weekend end early late mid half past quarter rest ago later now no "
            "every any christmas easter holidays am pm oclock , . ? ! - / : @ & ' ½ 👍 0 1 2 3 4 5 9 "
            "10 12 13 24 29 30 31 32 60 99 100 930 1430 2500 2026 99999 3rd 31st 32nd 0th 3pm 12am "
            "0:00 24:00 25:61 9:05 13/13 2/30 2/29 3/10 1/2 0/0 2026-02-30 99/99/99 20261399"
        ),
    }
)
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2090, 12, 31))
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]


@given(text=st.text(max_size=80), now=MOMENTS)
@settings(max_examples=150, deadline=None)
def test_any_text_at_all_is_read_without_an_error(text: str, now: datetime) -> None:
    read(text, now)


@given(chosen=st.lists(st.sampled_from(VOCABULARY), max_size=9), now=MOMENTS, asked=st.booleans())
@settings(max_examples=600, deadline=None)
def test_any_row_of_time_words_is_read_and_its_windows_end_after_they_start(
    chosen: list[str], now: datetime, asked: bool
) -> None:
    times = read(" ".join(chosen), now, bare_hours=asked)
    for window in (*times.windows, *times.excluded):
        assert window.end is None or window.start < window.end
        assert window.start.tzinfo is None
    assert len(set(times.windows)) == len(times.windows)


PHRASES = [
    "thursday after 3",
    "tomorrow morning",
    "next week",
    "the 15th at 2",
    "in two weeks",
    "tues or thurs after 4",
    "friday between 2 and 4",
    "march 10th at 10:30",
]
BEFORE = ["ok so ", "hey thanks, ", "i could do ", "how about ", "yes please, ", "sorry just saw this. "]
BEHIND = ["", " please", " pls", " thx", " if that works", " would be great", "?", "!!", " 👍", " for me"]


@pytest.mark.parametrize("phrase", PHRASES)
@given(before=st.sampled_from(BEFORE), behind=st.sampled_from(BEHIND))
@settings(max_examples=40, deadline=None)
def test_filler_words_around_a_time_change_nothing(phrase: str, before: str, behind: str) -> None:
    assert said(before + phrase + behind) == said(phrase)


@given(now=MOMENTS, upper=st.booleans(), phrase=st.sampled_from(PHRASES))
@settings(max_examples=100, deadline=None)
def test_a_named_time_lies_ahead_and_case_does_not_matter(now: datetime, upper: bool, phrase: str) -> None:
    times = read(phrase.upper() if upper else phrase, now)
    assert times == read(phrase, now)
    assert all(
        window.start >= now.replace(hour=0, minute=0, second=0, microsecond=0) for window in times.windows
    )


@pytest.mark.parametrize("zone", ZONES)
@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),
    hours=st.integers(min_value=1, max_value=48),
)
@settings(max_examples=60, deadline=None)
def test_so_many_hours_from_now_are_hours_that_really_pass(zone: str, now: datetime, hours: int) -> None:
    now = now.replace(second=0, microsecond=0)
    started = now.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    (window,) = read(f"in {hours} hours", now, zone=zone).windows
    passed = (started + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert window.start == passed


def test_three_hours_over_the_night_of_a_clock_change_are_three_hours() -> None:
    spring = datetime(2026, 3, 8, 0, 30)  # New York skips from two to three that night
    autumn = datetime(2026, 11, 1, 0, 30)  # and has the hour after one twice
    assert starts(read("in 3 hours", spring, zone="America/New_York")) == ["2026-03-08T04:30"]
    assert starts(read("in 3 hours", autumn, zone="America/New_York")) == ["2026-11-01T02:30"]


@pytest.mark.parametrize("zone", ZONES)
def test_days_and_times_of_day_stay_on_the_wall_clock_over_a_clock_change(zone: str) -> None:
    saturday = datetime(2026, 3, 7, 10)
    assert starts(read("tomorrow at 9", saturday, zone=zone)) == ["2026-03-08T09:00"]
    assert starts(read("in two days at 3pm", saturday, zone=zone)) == ["2026-03-09T15:00"]
    autumn = datetime(2026, 10, 24, 10)
    assert starts(read("a week from tomorrow at noon", autumn, zone=zone)) == ["2026-11-01T12:00"]
