"""Holidays are closed unless the owner says otherwise, and nobody is offered or promised anything on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.answer_by import answer_by
from actions.context import Context
from actions.decision import Book
from actions.opening_hours import holiday_on, ranges_on
from actions.proposing import openings_for
from actions.public_holidays import public_holidays
from actions.state import State
from actions.turn import Turn
from data.profile import DayOverride, Profile
from nlu.understanding import Window
from tests.unit.actions.picture import ZONE, business, hears, last, picture, play

THANKSGIVING = date(2026, 11, 26)
MONDAY_BEFORE = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NINE_TO_FIVE = (time(9), time(17))


def week_of_thanksgiving(**profile: object) -> Context:
    context = picture(now=MONDAY_BEFORE)
    facts = replace(context.business, profile=context.business.profile.model_copy(update=profile))
    return replace(context, business=facts)


def days_with_openings(context: Context) -> set[date]:
    turn = Turn(State(), hears("book"), context)
    zone = ZoneInfo(context.business.zone)
    found = openings_for(turn, context.services[0])
    return {opening.astimezone(zone).date() for opening in found}


def on(day: date, clock: int | None = None) -> Window:
    start = datetime(day.year, day.month, day.day, clock or 0)
    return Window(start, start + (timedelta(days=1) if clock is None else timedelta(minutes=1)), "day")


def test_thanksgiving_is_not_offered() -> None:
    days = days_with_openings(week_of_thanksgiving())
    assert THANKSGIVING not in days
    assert {date(2026, 11, 25), date(2026, 11, 27)} <= days
    assert not days & {date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18)}  # over the turn of the year


def test_an_owner_who_works_on_holidays_is_open_on_them() -> None:
    assert THANKSGIVING in days_with_openings(week_of_thanksgiving(closed_on_holidays=False))


def test_an_override_opens_one_holiday_and_no_other() -> None:
    opened = (DayOverride(day=THANKSGIVING, ranges=(NINE_TO_FIVE,)),)
    days = days_with_openings(week_of_thanksgiving(overrides=opened))
    assert THANKSGIVING in days
    assert date(2026, 12, 25) not in days


def test_whoever_asks_for_a_holiday_is_told_that_it_is_closed_and_why() -> None:
    asked = hears("book", text="thanksgiving", windows=(on(THANKSGIVING),))
    decision = last(week_of_thanksgiving(), asked)
    assert "closed on Thu Nov 26 (Thanksgiving Day)" in (decision.reply or "")
    assert decision.state.offered
    named = hears("book", text="thanksgiving at 10", windows=(replace(on(THANKSGIVING, 10), grain="minute"),))
    assert "closed on Thu Nov 26 (Thanksgiving Day)" in (last(week_of_thanksgiving(), named).reply or "")


def test_whoever_asks_for_a_day_of_the_week_that_is_closed_is_told_so() -> None:
    sunday = hears("book", text="sunday", windows=(on(date(2026, 11, 29)),))
    reply = last(week_of_thanksgiving(), sunday).reply or ""
    assert "closed on Sun Nov 29." in reply


def test_an_opening_of_a_day_that_the_owner_has_closed_since_is_not_booked() -> None:
    wednesday = date(2026, 11, 25)
    offered = last(week_of_thanksgiving(), hears("book", text="wednesday", windows=(on(wednesday),)))
    assert offered.state.offered
    closed = week_of_thanksgiving(overrides=(DayOverride(day=wednesday),))
    choice = hears("choose", text="1", choice=1, rung="pending")
    (decision,) = play(closed, choice, state=offered.state)
    assert not any(isinstance(effect, Book) for effect in decision.effects)


def test_staff_do_not_answer_on_a_holiday() -> None:
    profile = business().profile
    eve = datetime(2026, 11, 25, 20, 0, tzinfo=ZoneInfo(ZONE))
    assert answer_by(eve, profile) == "on Friday after 9:00 am"
    assert answer_by(eve, profile, "DE") == "tomorrow after 9:00 am"


@pytest.mark.parametrize(
    ("country", "region", "day", "name"),
    [
        ("US", "", date(2026, 7, 3), "Independence Day (observed)"),
        ("US", "CA", date(2026, 3, 31), "Cesar Chavez Day"),
        ("US", "no such state", date(2026, 12, 25), "Christmas Day"),
        ("DE", "BY", date(2026, 1, 6), "Epiphany"),
        ("CA", "", date(2026, 7, 1), "Canada Day"),
    ],
)
def test_the_country_and_the_region_decide(country: str, region: str, day: date, name: str) -> None:
    assert public_holidays(country, region, day.year)[day] == name


def test_a_regions_own_days_are_kept_only_where_the_owner_names_the_region() -> None:
    profile = business().profile
    chavez = date(2026, 3, 31)
    assert ranges_on(profile, "US", chavez)
    californian = profile.model_copy(update={"holiday_region": "CA"})
    assert not ranges_on(californian, "US", chavez)
    assert holiday_on(californian, "US", chavez) == "Cesar Chavez Day"


def test_a_country_without_a_list_has_no_holidays() -> None:
    assert not public_holidays("XX", "", 2026)


def test_a_profile_of_before_is_closed_on_holidays() -> None:
    stored = business().profile.model_dump(mode="json")
    for field in ("closed_on_holidays", "holiday_region", "most_per_day"):
        del stored[field]
    assert Profile.model_validate(stored).closed_on_holidays
