"""Scores and dormancy: the best months first, nothing unknown counts, each table says what it means."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.segments.dormancy import (
    BANDS,
    UNKNOWN,
    band_of,
    is_dormant,
    months_before,
    months_silent,
    rows_of,
    threshold_for,
    trades,
)
from data.segments.facts import Facts
from data.segments.score import Scale, Weights, score, shipped_weights, tier_of, tiers

TODAY = date(2026, 3, 10)
RECENCY = Weights(recency=1, value=0, engagement=0)

facts = st.builds(
    Facts,
    st.sampled_from(["customer", "lead"]),
    *[st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1))] * 4,
    st.none() | st.text(max_size=5),
    st.none() | st.floats(-1e9, 1e9),
    st.none() | st.integers(0, 10_000),
    extra=st.just({}),
    replied=st.booleans(),
)


def seen(months: float) -> Facts:
    return Facts(last_visit=TODAY - timedelta(days=round(months * 30.44)))


def value_of(person: Facts, weights: Weights | None = None, scale: Scale = Scale(2_000)) -> float:  # noqa: B008
    return score(person, weights, TODAY, scale).value


@given(facts, st.none() | st.floats(0, 1e6))
def test_a_score_lies_between_0_and_100_and_its_parts_make_it_up(person: Facts, top: float | None) -> None:
    found = score(person, None, TODAY, Scale(top))
    known = [(points, weight) for _, points, weight in found.parts if points is not None]
    assert 0 <= found.value <= 100
    assert all(0 <= points <= 100 for points, _ in known)
    assert found.value == pytest.approx(sum(p * w for p, w in known) / sum(w for _, w in known), abs=0.06)
    assert found.tier == tier_of(found.value)


@pytest.mark.parametrize("months", [3.1, 6, 11.9])
def test_three_to_twelve_months_of_silence_come_first(months: float) -> None:
    assert value_of(seen(months), RECENCY) == 100
    for other in (0.5, 2, 14, 20, 40, 80):
        assert value_of(seen(other), RECENCY) < value_of(seen(months), RECENCY)


@given(st.floats(0, 5e5), st.floats(0, 5e5))
def test_more_value_never_scores_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert value_of(Facts(value=low)) <= value_of(Facts(value=high))


def test_engagement_counts_visits_quotes_enquiries_and_replies() -> None:
    weights = Weights(recency=0, value=0, engagement=1)
    steps = [
        Facts(),
        Facts(enquired_on=TODAY),
        Facts(quoted_on=TODAY, enquired_on=TODAY),
        Facts(quoted_on=TODAY, enquired_on=TODAY, replied=True),
        Facts(quoted_on=TODAY, enquired_on=TODAY, replied=True, visits=3),
    ]
    values = [value_of(each, weights) for each in steps]
    assert values == sorted(set(values))


def test_where_no_value_is_known_it_speaks_neither_for_nor_against() -> None:
    for person, scale in ((seen(6), Scale(2_000)), (seen(6)._replace(value=5), Scale(None))):
        parts = {part: points for part, points, _ in score(person, None, TODAY, scale).parts}
        assert parts["value"] is None
        assert value_of(person, None, scale) > value_of(seen(6)._replace(value=0))


def test_an_unknown_date_is_worse_than_the_best_months_and_better_than_years_of_silence() -> None:
    assert value_of(seen(60), RECENCY) < value_of(Facts(), RECENCY) < value_of(seen(6), RECENCY)


def test_an_owners_own_weights_replace_the_shipped_ones() -> None:
    rich, lately = Facts(value=2_000), seen(6)._replace(value=1)
    assert value_of(lately) > value_of(rich)
    by_value = Weights(recency=0, value=1, engagement=0)
    assert value_of(lately, by_value) < value_of(rich, by_value)


def test_the_tiers_are_cut_where_the_table_says() -> None:
    assert [tier for tier, _ in tiers()] == ["A", "B", "C"]
    for tier, at_least in tiers():
        assert tier_of(at_least) == tier
    assert shipped_weights().recency > shipped_weights().value > shipped_weights().engagement


def test_every_row_of_the_tables_says_why() -> None:
    for table in ("scoring", "trades", "refused_columns", "things_of_age"):
        assert all(row["why"].strip() for row in rows_of(table))


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_months_before_and_months_of_silence_agree(today: date, months: int) -> None:
    then = months_before(today, months)
    assert months_silent(then, today) == months
    assert then == today or months_silent(then + timedelta(days=1), today) < months or then.day < today.day


def test_the_last_day_of_a_short_month_stands_for_the_31st() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2024, 3, 30), 1) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("day", "band"),
    [
        (TODAY, "under 3 months"),
        (date(2025, 12, 11), "under 3 months"),
        (date(2025, 12, 10), "3 to 12 months"),
        (date(2025, 3, 11), "3 to 12 months"),
        (date(2025, 3, 10), "12 to 18 months"),
        (date(2024, 9, 10), "18 to 36 months"),
        (date(2023, 3, 10), "over 36 months"),
        (None, UNKNOWN),
        (date(2027, 1, 1), "under 3 months"),
    ],
)
def test_everybody_is_in_the_band_of_their_silence(day: date | None, band: str) -> None:
    assert band_of(day, TODAY) == band
    assert band in {each.name for each in BANDS} | {UNKNOWN}


@pytest.mark.parametrize(
    ("written", "trade"),
    [("dental", "dental"), ("Family dentist", "dental"), ("Hair salon", "beauty"), ("HVAC & heating",
     "home_services"), ("auto-repair", "automotive"), ("vet", "veterinary"), ("E-commerce", "retail"),
     ("carpet weaving", ""), ("", "")],
)  # fmt: skip
def test_a_trade_is_known_by_the_words_that_owners_use(written: str, trade: str) -> None:
    assert threshold_for(written).trade == trade


def test_dormant_begins_where_the_trade_says() -> None:
    for threshold in trades():
        edge = months_before(TODAY, threshold.from_months)
        assert is_dormant(Facts(last_visit=edge), threshold, TODAY)
        assert not is_dormant(Facts(last_visit=edge + timedelta(days=1)), threshold, TODAY)
        assert not is_dormant(Facts(), threshold, TODAY)
