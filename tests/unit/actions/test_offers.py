"""Which openings are offered: for the sample practice's hours, and for any at all."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.offers import Offer, choose_offers
from actions.openings import Availability, HoursRule, find_openings
from nlu.understanding import Times, Window

ZONE = "America/New_York"
NOW = datetime(2026, 3, 5, 15, tzinfo=UTC)  # a Thursday, 10:00 in New York
LENGTH = timedelta(minutes=45)
PRACTICE = Availability(
    ZONE,
    (
        HoursRule((1, 2, 3, 4), time(9), time(12)),
        HoursRule((1, 2, 3, 4), time(13), time(17)),
        HoursRule((5,), time(9), time(12)),
        HoursRule((5,), time(13), time(15)),
    ),
    duration=45,
    step=30,
    notice=60,
)
OPENINGS = find_openings(PRACTICE, now=NOW, start=NOW, end=NOW + timedelta(days=60))


def window(start: str, end: str | None, grain: str) -> Window:
    return Window(datetime.fromisoformat(start), end and datetime.fromisoformat(end), grain)


DAY_12 = window("2026-03-12", "2026-03-13", "day")
AFTER_3 = window("2026-03-12T15:00", "2026-03-13T00:00", "range")
AT_3 = window("2026-03-12T15:00", "2026-03-12T16:00", "hour")
NEXT_WEEK = window("2026-03-09", "2026-03-16", "week")


def offered(*windows: Window, without=(), **more) -> tuple[str, list[str]]:
    """The fit, and the openings as local times."""
    openings = more.pop("openings", OPENINGS)
    ruled_out = tuple(more.pop("excluded", ()))
    left = [opening for opening in openings if local(opening) not in without]
    offer = choose_offers(left, Times(windows, ruled_out), zone=ZONE, duration=LENGTH, **more)
    return offer.fit, [local(opening) for opening in offer.openings]


def local(opening: datetime) -> str:
    return opening.astimezone(ZoneInfo(ZONE)).strftime("%a %d %H:%M")


def moments(*texts: str) -> list[datetime]:
    return [opening for opening in OPENINGS if local(opening) in texts]


def test_thursday_after_three_offers_its_earliest_openings_in_order():
    assert offered(AFTER_3) == ("fits", ["Thu 12 15:00", "Thu 12 15:30", "Thu 12 16:00"])


def test_between_two_and_four_offers_what_also_ends_by_four():
    between = window("2026-03-12T14:00", "2026-03-12T16:00", "range")
    assert offered(between) == ("fits", ["Thu 12 14:00", "Thu 12 14:30", "Thu 12 15:00"])


def test_where_nothing_ends_in_time_what_starts_in_time_is_offered():
    short = window("2026-03-12T15:30", "2026-03-12T16:00", "range")
    assert offered(short) == ("fits", ["Thu 12 15:30"])


def test_a_whole_day_offers_an_early_a_middle_and_a_late_full_hour():
    assert offered(DAY_12) == ("fits", ["Thu 12 09:00", "Thu 12 13:00", "Thu 12 16:00"])


def test_a_week_offers_different_days_at_different_hours():
    assert offered(NEXT_WEEK) == ("fits", ["Mon 09 09:00", "Wed 11 13:00", "Fri 13 14:00"])


def test_no_wish_at_all_offers_the_soonest_days_and_the_very_first_opening():
    fit, openings = offered()
    assert (fit, openings[0]) == ("fits", "Thu 05 11:00")
    assert [opening[:6] for opening in openings] == ["Thu 05", "Fri 06", "Mon 09"]


@pytest.mark.parametrize("grain", ["minute", "hour"])
def test_a_named_time_that_is_free_is_offered_alone(grain: str):
    named = window("2026-03-12T15:00", "2026-03-12T15:01" if grain == "minute" else "2026-03-12T16:00", grain)
    assert offered(named) == ("exact", ["Thu 12 15:00"])


def test_a_named_time_is_offered_even_if_it_was_offered_before():
    assert offered(AT_3, avoid=moments("Thu 12 15:00")) == ("exact", ["Thu 12 15:00"])


def test_of_two_named_times_the_likelier_that_is_free_is_offered():
    at_noon = window("2026-03-12T12:00", "2026-03-12T13:00", "hour")
    assert offered(at_noon, AT_3) == ("exact", ["Thu 12 15:00"])


def test_a_named_time_that_is_taken_brings_the_same_day_and_the_same_time_on_another():
    fit, openings = offered(AT_3, without=["Thu 12 15:00"])
    assert (fit, openings) == ("near", ["Wed 11 15:00", "Thu 12 14:30", "Thu 12 15:30"])


def test_a_part_of_a_day_that_is_full_brings_that_day_and_the_same_part_of_the_next():
    full = ["Thu 12 15:00", "Thu 12 15:30", "Thu 12 16:00"]
    fit, openings = offered(AFTER_3, without=full)
    assert (fit, openings) == ("near", ["Wed 11 15:00", "Thu 12 14:00", "Thu 12 14:30"])


def test_a_day_that_is_closed_brings_the_days_around_it():
    fit, openings = offered(window("2026-03-14", "2026-03-15", "day"))
    assert fit == "near"
    assert [opening[:6] for opening in openings] == ["Thu 12", "Fri 13", "Mon 16"]


def test_what_was_ruled_out_is_not_offered():
    mornings = [
        window(f"2026-03-{day:02d}T00:00", f"2026-03-{day:02d}T12:00", "part_of_day") for day in range(9, 14)
    ]
    fit, openings = offered(NEXT_WEEK, excluded=mornings)
    assert fit == "fits"
    assert all(opening[7:] >= "12:00" for opening in openings)


def test_an_appointment_that_would_run_into_what_was_ruled_out_is_not_offered():
    school_run = window("2026-03-12T15:30", "2026-03-12T16:00", "range")
    assert offered(AFTER_3, excluded=[school_run]) == ("fits", ["Thu 12 16:00"])


def test_what_was_offered_before_is_not_offered_again():
    before = moments("Thu 12 15:00", "Thu 12 15:30")
    assert offered(AFTER_3, avoid=before) == ("fits", ["Thu 12 16:00"])


def test_two_days_named_alike_share_the_offer():
    tuesday = window("2026-03-10", "2026-03-11", "day")
    fit, openings = offered(tuesday, DAY_12)
    assert fit == "fits"
    assert [opening[:3] for opening in openings] == ["Tue", "Tue", "Thu"]


def test_mornings_of_several_days_are_offered_one_a_day():
    mornings = [
        window(f"2026-03-{d:02d}T08:00", f"2026-03-{d:02d}T12:00", "part_of_day") for d in range(9, 14)
    ]
    assert offered(*mornings) == ("fits", ["Mon 09 09:00", "Tue 10 09:00", "Wed 11 09:00"])


def test_a_time_of_day_without_a_day_is_looked_for_on_every_day():
    fit, openings = offered(window("2026-03-05T15:00", None, "hour"))
    assert (fit, openings) == ("fits", ["Thu 05 15:00", "Mon 09 15:00", "Tue 10 15:00"])


def test_a_preferred_time_on_file_ranks_first():
    assert offered(NEXT_WEEK, preferred="Tue/Thu after 3") == (
        "fits",
        ["Tue 10 15:00", "Tue 10 16:00", "Thu 12 15:00"],
    )


def test_the_wish_of_today_outweighs_the_note_on_file():
    assert offered(AFTER_3, preferred="mornings")[1] == ["Thu 12 15:00", "Thu 12 15:30", "Thu 12 16:00"]


def test_nothing_open_is_said_as_such():
    offer = choose_offers([], Times((DAY_12,)), zone=ZONE, duration=LENGTH)
    assert offer == Offer((), "none")


minutes = st.integers(0, 14 * 96).map(lambda quarter: datetime(2026, 3, 5) + timedelta(minutes=15 * quarter))
lengths = st.sampled_from([15, 60, 120, 300, 1440, 4 * 1440, 7 * 1440])
grains = st.sampled_from(["minute", "hour", "part_of_day", "day", "week", "month", "range"])
windows = st.builds(
    lambda start, length, grain: Window(start, start + timedelta(minutes=length) if length else None, grain),
    minutes,
    st.one_of(st.none(), lengths),
    grains,
)
stocks = st.lists(st.sampled_from(OPENINGS), max_size=60, unique=True)


@given(stocks, st.lists(windows, max_size=3), st.lists(windows, max_size=2), st.integers(1, 4), stocks)
def test_whatever_is_asked_an_offer_is_real_ascending_and_short(stock, asked, ruled_out, count, before):
    wanted = Times(tuple(asked), tuple(ruled_out))
    offer = choose_offers(stock, wanted, zone=ZONE, duration=LENGTH, count=count, avoid=before)
    assert list(offer.openings) == sorted(set(offer.openings))
    assert set(offer.openings) <= set(stock)
    assert len(offer.openings) <= count
    assert bool(offer.openings) == (offer.fit != "none")
    again = choose_offers(stock[::-1], wanted, zone=ZONE, duration=LENGTH, count=count, avoid=before)
    assert again == offer
    if offer.fit == "exact":
        assert len(offer.openings) == 1
    else:
        assert not set(offer.openings) & set(before)
    if offer.fit == "fits" and asked:
        for opening in offer.openings:
            wall = opening.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
            assert any(each.start <= wall and (not each.end or wall < each.end) for each in asked)
        for each in asked:
            within = each.end and any(
                each.start <= at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) < each.end for at in stock
            )
            assert within or len(asked) > 1 or not each.end
    if offer.fit == "near":
        left = [at for at in stock if at not in before]
        assert left, "a near miss comes from somewhere"
