"""When a contact who put us off is texted again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.lawful_hours import callback_moment, is_lawful
from data.whereabouts import Whereabouts, zones_of
from nlu.understanding import Window

ZONE = "America/New_York"
NEW_YORK = Whereabouts((ZONE,), "timezone", None, "US")
WEEKDAYS = frozenset({1, 2, 3, 4, 5})
NOW = datetime(2026, 3, 5, 15, tzinfo=UTC)  # Thursday, 10:00 in New York


def due(start: str, end: str | None, grain: str, **more) -> str:
    window = Window(datetime.fromisoformat(start), end and datetime.fromisoformat(end), grain)
    asked = {"now": NOW, "zone": ZONE, "where": NEW_YORK, "open_days": WEEKDAYS} | more
    return callback_moment(window, **asked).astimezone(ZoneInfo(asked["zone"])).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("window", "moment"),
    [
        (("2026-03-09", "2026-03-16", "week"), "Mon 2026-03-09 10:00"),
        (("2026-04-01", "2026-05-01", "month"), "Wed 2026-04-01 10:00"),
        (("2026-08-01", "2026-09-01", "month"), "Mon 2026-08-03 10:00"),  # the 1st is a Saturday
        (("2026-03-01", "2026-04-01", "month"), "Fri 2026-03-06 10:00"),  # this month
        (("2026-03-02", "2026-03-09", "week"), "Fri 2026-03-06 10:00"),  # this week
        (("2026-03-12", "2026-03-13", "day"), "Thu 2026-03-12 10:00"),
        (("2026-03-14", "2026-03-15", "day"), "Mon 2026-03-16 10:00"),  # a Saturday
        (("2026-03-14", "2026-03-16", "range"), "Mon 2026-03-16 10:00"),  # a weekend
        (("2026-03-10", None, "range"), "Tue 2026-03-10 10:00"),
        (("2026-03-06T15:00", "2026-03-06T16:00", "hour"), "Fri 2026-03-06 15:00"),
        (("2026-03-06T15:20", "2026-03-06T15:21", "minute"), "Fri 2026-03-06 15:20"),
        (("2026-03-06T15:00", "2026-03-07T00:00", "hour"), "Fri 2026-03-06 15:00"),  # after 3
        (("2026-03-06T00:00", "2026-03-06T17:00", "hour"), "Fri 2026-03-06 10:00"),  # before 5
        (("2026-03-06T15:00", None, "hour"), "Fri 2026-03-06 15:00"),
        (("2026-03-06T08:00", "2026-03-06T12:00", "part_of_day"), "Fri 2026-03-06 10:00"),
        (("2026-03-06T12:00", "2026-03-06T17:00", "part_of_day"), "Fri 2026-03-06 12:00"),
        (("2026-03-06T17:00", "2026-03-06T21:00", "part_of_day"), "Fri 2026-03-06 17:00"),
        (("2026-03-06T17:30", "2026-03-07T00:00", "range"), "Fri 2026-03-06 17:30"),
    ],
)
def test_a_named_time_is_kept_and_a_named_period_begins_on_its_first_open_day_at_ten(window, moment):
    assert due(*window) == moment


@pytest.mark.parametrize(
    ("window", "moment"),
    [
        (("2026-03-06T22:00", "2026-03-06T23:00", "hour"), "Sat 2026-03-07 08:00"),
        (("2026-03-06T06:00", "2026-03-06T07:00", "hour"), "Fri 2026-03-06 08:00"),
        (("2026-03-06T21:00", "2026-03-07T00:00", "part_of_day"), "Sat 2026-03-07 08:00"),
    ],
)
def test_lawful_hours_push_a_callback_on(window, moment):
    assert due(*window) == moment


def test_of_today_half_of_what_is_left_is_waited_for():
    assert due("2026-03-05", "2026-03-06", "day") == "Thu 2026-03-05 17:00"
    assert due("2026-03-05T08:00", "2026-03-05T12:00", "part_of_day") == "Thu 2026-03-05 11:00"


def test_a_time_that_has_passed_means_the_next_day():
    assert due("2026-03-05T09:00", "2026-03-05T10:00", "hour") == "Fri 2026-03-06 09:00"
    assert due("2026-03-04", "2026-03-05", "day") == "Fri 2026-03-06 10:00"


def test_a_text_in_five_minutes_leaves_in_five_minutes():
    assert due("2026-03-05T10:05", "2026-03-05T10:06", "minute") == "Thu 2026-03-05 10:05"


def test_no_time_at_all_means_four_weeks_on_an_open_day():
    moment = callback_moment(None, now=NOW, zone=ZONE, where=NEW_YORK, open_days=WEEKDAYS)
    assert moment == datetime(2026, 4, 2, 14, tzinfo=UTC)
    sunday = callback_moment(None, now=NOW, zone=ZONE, where=NEW_YORK, open_days=WEEKDAYS, unnamed_days=3)
    assert sunday.astimezone(ZoneInfo(ZONE)).strftime("%a %H:%M") == "Mon 10:00"


def test_ten_o_clock_stays_ten_o_clock_over_a_change_of_the_clock():
    assert due("2026-03-09", "2026-03-10", "day") == "Mon 2026-03-09 10:00"
    assert due("2026-11-02", "2026-11-03", "day") == "Mon 2026-11-02 10:00"
    assert due("2026-03-08T02:30", "2026-03-08T02:31", "minute", open_days=()) == "Sun 2026-03-08 08:00"


def test_a_state_without_sundays_pushes_to_monday():
    alabama = zones_of("+12125550123", state="AL")
    sunday = ("2026-03-08T12:00", "2026-03-08T13:00", "hour")
    assert due(*sunday, where=alabama, zone="America/Chicago") == "Mon 2026-03-09 08:00"


starts = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))
lengths = st.one_of(st.none(), st.integers(1, 60 * 24 * 40).map(lambda minutes: timedelta(minutes=minutes)))
windows = st.builds(
    lambda start, length, grain: Window(start, length and start + length, grain),
    starts,
    lengths,
    st.sampled_from(["minute", "hour", "part_of_day", "day", "week", "month", "range"]),
)


@given(
    st.one_of(st.none(), windows),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from([ZONE, "America/Los_Angeles", "Europe/London"]),
    st.sets(st.integers(1, 7)),
)
def test_a_callback_is_never_past_and_always_lawful(window, now, zone, open_days):
    where = Whereabouts((zone,), "timezone", None, "US")
    moment = callback_moment(window, now=now, zone=zone, where=where, open_days=open_days)
    assert moment >= now
    assert moment.utcoffset() == timedelta()
    assert is_lawful(moment, where)
