"""What is before somebody else just now comes later for others, but is never kept from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nlu.understanding import Window
from tests.unit.actions.picture import at, hears, last, local, moment, picture, whole

TUESDAY = hears("book", text="tuesday", windows=(whole(3, 10),))
AFTER_THREE = hears(
    "book", text="tuesday after 3", windows=(Window(local(3, 10, 15), local(3, 11), "range"),)
)


def offered(said, *before_others: datetime) -> tuple[datetime, ...]:  # type: ignore[no-untyped-def]
    return last(replace(picture(), before_others=before_others), said).state.offered


def test_an_opening_that_somebody_else_is_thinking_about_comes_after_others_that_fit_as_well() -> None:
    first = offered(TUESDAY)
    second = offered(TUESDAY, *first)
    assert len(second) == len(first)
    assert not set(first) & set(second)
    assert all(at(3, 10, 0) <= opening < at(3, 11, 0) for opening in second)


def test_where_nothing_else_fits_as_well_it_is_offered_all_the_same() -> None:
    first = offered(AFTER_THREE)
    assert offered(AFTER_THREE, *first) == first, "a small practice is not starved by silence"


def test_a_time_that_is_named_is_offered_whoever_else_thinks_about_it() -> None:
    ten = hears("book", text="tuesday at 10", windows=(moment(3, 10, 10),))
    assert offered(ten, at(3, 10, 10)) == (at(3, 10, 10),)


def test_the_soonest_is_the_soonest_whoever_else_thinks_about_it() -> None:
    soonest = hears("book", text="what's your first available?")
    assert offered(soonest, *offered(soonest)) == offered(soonest)
