"""How long ago something was, in words that age well."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.words.opening_words import in_words
from actions.words.since import months_between, short_date, since
from tests.unit.actions.picture import ZONE, at

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 20), "recently"),
        (date(2026, 10, 20), "a few weeks ago"),
        (date(2026, 8, 3), "in August"),
        (date(2026, 7, 30), "in July"),
        (date(2026, 6, 22), "last summer"),
        (date(2026, 4, 2), "last spring"),
        (date(2026, 1, 5), "last winter"),
        (date(2025, 12, 24), "last winter"),
        (date(2025, 11, 30), "about a year ago"),
        (date(2025, 10, 23), "about a year ago"),
        (date(2025, 10, 1), "over a year ago"),
        (date(2024, 12, 1), "over a year ago"),
        (date(2024, 11, 1), "a couple of years ago"),
        (date(2023, 11, 22), "some years ago"),
        (date(1990, 1, 1), "some years ago"),
        (date(2027, 1, 1), "recently"),
    ],
)
def test_a_date_is_put_in_words(day: date, words: str) -> None:
    assert since(day, TODAY) == words


def test_the_season_before_winter_is_called_as_people_do_there() -> None:
    assert since(date(2025, 10, 2), date(2026, 4, 2), "US") == "last fall"
    assert since(date(2025, 10, 2), date(2026, 4, 2), "GB") == "last autumn"


@pytest.mark.parametrize("country", ["AU", "BR", "IN", "NZ"])
def test_where_the_seasons_are_others_the_month_is_named(country: str) -> None:
    assert since(date(2026, 4, 2), TODAY, country) == "in April"


def test_words_never_say_a_number() -> None:
    for days in range(3000):
        assert not any(character.isdigit() for character in since(TODAY - timedelta(days=days), TODAY))


def test_a_month_is_named_only_while_it_can_mean_one_year() -> None:
    for days in range(3000):
        day = TODAY - timedelta(days=days)
        for country in ("US", "BR"):
            if since(day, TODAY, country).startswith("in "):
                assert months_between(day, TODAY) < 11


def test_whole_months_are_counted() -> None:
    assert [
        months_between(day, TODAY)
        for day in (TODAY, date(2026, 10, 23), date(2026, 10, 22), date(2027, 1, 1))
    ] == [
        0,
        0,
        1,
        0,
    ]


def test_a_date_has_its_year_where_it_is_another() -> None:
    assert short_date(date(2026, 12, 31), TODAY) == "December 31"
    assert short_date(date(2027, 1, 5), TODAY) == "January 5, 2027"


def test_openings_are_said_in_few_words() -> None:
    today = date(2026, 3, 6)
    assert in_words((at(3, 10, 15, 30), at(3, 12, 9)), ZONE, today) == "Tue 3:30pm or Thu 9am"
    assert in_words((at(3, 9, 12),), ZONE, today) == "Mon noon"
    assert in_words((at(3, 17, 9),), ZONE, today) == "Tue Mar 17 9am", "from a week ahead on the date is said"
    assert in_words((), ZONE, today) == ""
