"""Lawful hours and the business's own together: a text leaves where both allow it, all year round."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.allowed_hours import OpenTimes, allowed_until, next_allowed
from actions.guards import Drop, Leave, Standing, Wait, may_leave
from actions.lawful_hours import NoLawfulTimeError, is_lawful, next_lawful, window_end
from data import business_file
from data.profile import OpenHours, Profile
from data.whereabouts import Whereabouts

SAMPLE = business_file.read_file(business_file.SAMPLE).profile
EXAMPLE_DENTAL = OpenTimes(SAMPLE, "US", "America/New_York")
NEW_YORK = Whereabouts(("America/New_York",), "number", None, "US")
LOS_ANGELES = Whereabouts(("America/Los_Angeles",), "number", None, "US")
MINUTE = timedelta(minutes=1)


def at(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def open_(profile: Profile, *hours: OpenHours) -> Profile:
    return profile.model_copy(update={"hours": hours, "overrides": (), "closed_on_holidays": False})


def test_without_opening_hours_the_lawful_ones_count_alone():
    for moment in (at("2026-03-05T03:00"), at("2026-03-05T12:30")):
        assert next_allowed(moment, NEW_YORK) == next_lawful(moment, NEW_YORK)
    assert allowed_until(at("2026-03-05T12:30"), NEW_YORK) == window_end(at("2026-03-05T12:30"), NEW_YORK)
    assert allowed_until(at("2026-03-05T03:00"), NEW_YORK) is None


@pytest.mark.parametrize(
    ("moment", "leaves", "until"),
    [
        ("2026-03-05T08:10", "2026-03-05T09:00", "2026-03-05T12:00"),  # lawful, and not open yet
        ("2026-03-05T12:30", "2026-03-05T13:00", "2026-03-05T17:00"),  # lunch
        ("2026-03-05T16:59", "2026-03-05T16:59", "2026-03-05T17:00"),
        ("2026-03-05T17:00", "2026-03-06T09:00", "2026-03-06T12:00"),
        (
            "2026-03-06T15:00",
            "2026-03-09T09:00",
            "2026-03-09T12:00",
        ),  # over the spring change
        ("2026-10-30T15:30", "2026-11-02T09:00", "2026-11-02T12:00"),  # over the autumn one
        ("2026-07-02T17:30", "2026-07-06T09:00", "2026-07-06T12:00"),  # 3 July: Independence Day, observed
    ],
)
def test_a_text_waits_until_the_business_is_open(moment: str, leaves: str, until: str):
    assert next_allowed(at(moment), NEW_YORK, None, EXAMPLE_DENTAL) == at(leaves)
    assert allowed_until(at(leaves), NEW_YORK, None, EXAMPLE_DENTAL) == at(until)


def test_each_is_read_in_its_own_zone():
    """Open from 9 in New York, which is 6 in Los Angeles: the text leaves at 8 there."""
    assert next_allowed(at("2026-03-05T08:00"), LOS_ANGELES, None, EXAMPLE_DENTAL) == at("2026-03-05T11:00")
    assert allowed_until(at("2026-03-05T09:30"), LOS_ANGELES, None, EXAMPLE_DENTAL) is None


def test_hours_that_run_past_midnight_belong_to_the_day_on_which_they_begin():
    late = OpenTimes(
        open_(SAMPLE, OpenHours(days=(5,), start="18:00", end="09:30")), "US", "America/New_York"
    )
    assert next_allowed(at("2026-03-06T12:00"), NEW_YORK, None, late) == at("2026-03-06T18:00")
    assert next_allowed(at("2026-03-06T21:00"), NEW_YORK, None, late) == at("2026-03-07T08:00")
    assert allowed_until(at("2026-03-07T08:00"), NEW_YORK, None, late) == at("2026-03-07T09:30")


def test_a_business_that_is_open_at_night_alone_texts_nobody():
    night = OpenTimes(
        open_(SAMPLE, OpenHours(days=tuple(range(1, 8)), start="22:00", end="06:00")),
        "US",
        "America/New_York",
    )
    with pytest.raises(NoLawfulTimeError):
        next_allowed(at("2026-03-05T12:00"), NEW_YORK, None, night)
    assert may_leave("touch", "sms", Standing(), NEW_YORK, at("2026-03-05T12:00"), open_times=night) == Drop(
        "no_lawful_time"
    )


def test_the_guard_keeps_a_touch_to_the_opening_hours_and_to_their_end():
    asked = {"open_times": EXAMPLE_DENTAL}
    before = may_leave("touch", "sms", Standing(), NEW_YORK, at("2026-03-05T08:30"), **asked)
    assert before == Wait(at("2026-03-05T09:00"))
    within = may_leave("touch", "sms", Standing(), NEW_YORK, at("2026-03-05T11:00"), **asked)
    assert within == Leave(timedelta(minutes=59, seconds=30))


def test_whatever_is_allowed_is_lawful_and_open_and_nothing_earlier_was():
    chance = random.Random(1)
    for _ in range(400):
        where = chance.choice((NEW_YORK, LOS_ANGELES, Whereabouts((), "unknown", None, "US")))
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(730 * 1440))
        leaves = next_allowed(moment, where, None, EXAMPLE_DENTAL)
        closes = allowed_until(leaves, where, None, EXAMPLE_DENTAL)
        assert closes is not None
        assert closes > leaves >= moment
        for each in (leaves, closes - MINUTE):
            assert is_lawful(each, where)
            local = each.astimezone(ZoneInfo("America/New_York"))
            assert local.isoweekday() <= 5
            assert 9 <= local.hour < 17
            assert local.hour != 12
        if leaves > moment:
            assert allowed_until(leaves - timedelta(seconds=1), where, None, EXAMPLE_DENTAL) is None
