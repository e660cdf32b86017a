"""Lawful hours: by hand, and for contacts, zones and moments that nobody chose."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.lawful_hours import NoLawfulTimeError, is_lawful, next_lawful, window_end
from data.whereabouts import Whereabouts, zones_of

NEW_YORK = Whereabouts(("America/New_York",), "number", None, "US")
COASTS = Whereabouts(("America/New_York", "America/Los_Angeles"), "number", None, "US")
UNKNOWN = Whereabouts((), "unknown", None, "US")
STATES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
          "America/Anchorage", "Pacific/Honolulu")  # fmt: skip
MINUTE = timedelta(minutes=1)


def at(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("clock", "lawful"),
    [("07:59:59", False), ("08:00:00", True), ("20:59:59", True), ("21:00:00", False), ("03:00:00", False)],
)
def test_a_text_may_leave_from_eight_until_nine_in_the_evening(clock: str, lawful: bool):
    assert is_lawful(at(f"2026-03-08T{clock}"), NEW_YORK) is lawful


def test_a_number_that_may_be_on_either_coast_has_the_hours_of_both():
    assert next_lawful(at("2026-03-05T09:00"), COASTS) == at("2026-03-05T11:00")
    assert window_end(at("2026-03-05T11:00"), COASTS) == at("2026-03-05T21:00")


def test_a_lawful_moment_is_kept():
    moment = at("2026-03-05T12:34:56.789")
    assert next_lawful(moment, NEW_YORK) == moment


def test_over_the_spring_change_eight_o_clock_stays_eight_o_clock():
    assert next_lawful(at("2026-03-07T22:00"), NEW_YORK) == datetime(2026, 3, 8, 12, tzinfo=UTC)
    assert next_lawful(at("2026-10-31T22:00"), NEW_YORK) == datetime(2026, 11, 1, 13, tzinfo=UTC)


def test_of_an_unknown_zone_a_text_waits_until_it_is_ten_in_hawaii_and_before_six_in_new_york():
    thursday = next_lawful(at("2026-03-05T10:00"), UNKNOWN)
    assert thursday == at("2026-03-05T10:00", "Pacific/Honolulu")
    assert window_end(thursday, UNKNOWN) == at("2026-03-05T18:00")
    assert next_lawful(at("2026-03-06T18:00"), UNKNOWN) == at("2026-03-09T10:00", "Pacific/Honolulu")


def test_a_number_of_no_country_is_treated_like_an_unknown_one_of_the_united_states():
    assert next_lawful(at("2026-03-05T10:00"), Whereabouts()) == next_lawful(at("2026-03-05T10:00"), UNKNOWN)


def test_a_country_so_wide_that_its_working_days_do_not_meet_has_no_lawful_time():
    with pytest.raises(NoLawfulTimeError):
        next_lawful(at("2026-03-05T10:00"), Whereabouts(country="RU"))


def test_a_window_has_no_end_where_there_is_no_window():
    with pytest.raises(ValueError, match="not a lawful moment"):
        window_end(at("2026-03-05T22:00"), NEW_YORK)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        is_lawful(datetime(2026, 3, 5, 12), NEW_YORK)


@pytest.mark.parametrize(
    ("state", "moment", "lawful"),
    [
        ("AL", "2026-03-05T21:00", False),  # 20:00 there
        ("AL", "2026-03-08T12:00", False),  # a Sunday
        ("AL", "2026-04-27T12:00", False),  # Confederate Memorial Day, a holiday of the state
        ("MS", "2026-04-27T12:00", True),  # holidays are no matter there
        ("LA", "2026-07-03T12:00", False),  # Independence Day, observed
        ("CT", "2026-03-05T08:30", False),
        ("FL", "2026-03-05T09:00", True),
        ("FL", "2026-03-05T20:00", False),
        ("KY", "2026-03-05T10:30", False),  # half past nine in the west of the state
        ("PA", "2026-03-07T12:00", False),  # Saturday to noon
        ("PA", "2026-03-07T11:59", True),
        ("RI", "2026-03-07T17:00", False),
        ("SD", "2026-03-07T12:00", False),
        ("NY", "2026-03-08T20:59", True),
    ],
)
def test_a_state_that_is_known_narrows_the_hours(state: str, moment: str, lawful: bool):
    assert is_lawful(at(moment), zones_of("+12125550123", state=state)) is lawful


def test_a_state_that_the_number_only_suggests_narrows_nothing():
    alabama_number = zones_of("+12055550123")
    assert alabama_number.state is None
    assert is_lawful(at("2026-03-08T12:00"), alabama_number)


zone_names = st.sampled_from(
    [
        *STATES,
        "America/St_Johns",
        "America/Puerto_Rico",
        "America/Sao_Paulo",
        "Europe/London",
        "Europe/Berlin",
        "Africa/Casablanca",
    ]
)
known = st.builds(
    lambda zones: Whereabouts(tuple(zones), "number", None, "US"),
    st.lists(zone_names, min_size=1, max_size=4, unique=True),
)
changes = [
    datetime(year, month, day, tzinfo=UTC)
    for year in (2026, 2027)
    for month, day in ((3, 8), (3, 14), (3, 28), (3, 29), (10, 25), (10, 31), (11, 1), (11, 7))
]
moments = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.builds(
        lambda day, minutes: day + timedelta(minutes=minutes),
        st.sampled_from(changes),
        st.integers(-1440, 2880),
    ),
)
many = settings(max_examples=int(os.environ.get("LAWFUL_CASES", "300")), deadline=None)


def clock_allows(moment: datetime, where: Whereabouts) -> bool:
    """The rule once more, in other words: straight from the regulation and the issue."""
    for zone in where.zones or STATES:
        local = moment.astimezone(ZoneInfo(zone))
        if where.zones and not time(8) <= local.time() < time(21):
            return False
        if not where.zones and not (time(10) <= local.time() < time(18) and local.isoweekday() <= 5):
            return False
    return True


@many
@given(moments, st.one_of(known, st.just(UNKNOWN)))
def test_no_text_leaves_outside_the_hours_of_any_zone_that_the_number_might_be_in(moment, where):
    leaves = next_lawful(moment, where)
    assert leaves >= moment
    assert is_lawful(leaves, where)
    assert clock_allows(leaves, where)


@many
@given(moments, st.one_of(known, st.just(UNKNOWN)), st.randoms(use_true_random=False))
def test_no_earlier_minute_would_have_been_lawful(moment, where, chance):
    leaves = next_lawful(moment, where)
    waited = int((leaves - moment) / MINUTE)
    earlier = [leaves - MINUTE, *(moment + chance.randrange(waited) * MINUTE for _ in range(20) if waited)]
    for each in earlier:
        if moment <= each < leaves:
            assert not clock_allows(each, where)
            assert not is_lawful(each, where)


@many
@given(moments, st.one_of(known, st.just(UNKNOWN)))
def test_a_window_closes_at_its_end_and_not_a_minute_before(moment, where):
    leaves = next_lawful(moment, where)
    closes = window_end(leaves, where)
    assert closes > leaves
    assert clock_allows(closes - timedelta(microseconds=1), where)
    assert not clock_allows(closes, where)
    assert not is_lawful(closes, where)


@many
@given(moments, st.sampled_from(["AL", "FL", "TX", "PA", "RI", "SD", "NV", "KY", "AK"]))
def test_with_a_state_known_the_narrower_of_both_rules_wins(moment, state):
    where = zones_of("+12125550123", state=state)
    leaves = next_lawful(moment, where)
    assert is_lawful(leaves, where)
    assert clock_allows(leaves, where), "the federal hours hold as well"
    if leaves > moment:
        assert not is_lawful(leaves - MINUTE, where) or leaves - MINUTE < moment


def test_every_country_but_russia_leaves_hours_for_a_number_of_unknown_zone():
    january, july = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 7, 6, tzinfo=UTC)
    for country in ("US", "CA", "GB", "IE", "AU", "NZ", "MX", "BR", "CL", "ES", "PT", "DE", "FR", "IN", "ID"):
        for moment in (january, july):
            leaves = next_lawful(moment, Whereabouts(country=country))
            assert window_end(leaves, Whereabouts(country=country)) - leaves >= timedelta(hours=2)
            assert leaves.date() <= date(moment.year, moment.month, moment.day) + timedelta(days=1)
