"""Intervals against published values, and verdicts that claim no more than the numbers allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.figures.ab_test import LEAST, Measure, Share, Variant, compare
from data.figures.intervals import difference, wilson

# Newcombe 1998 (Statistics in Medicine 17, 873-890), table II, method 10
PUBLISHED = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


@pytest.mark.parametrize(("one", "other", "low", "high"), PUBLISHED)
def test_the_difference_has_the_interval_that_newcombe_published(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    apart, lower, upper = difference(one, other)
    assert apart == pytest.approx(one[0] / one[1] - other[0] / other[1])
    assert (lower, upper) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_single_share_has_wilsons_interval() -> None:
    # Newcombe 1998 (Statistics in Medicine 17, 857-872), table I, method 3
    assert wilson(81, 263) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert wilson(15, 148) == (pytest.approx(0.0624, abs=5e-5), pytest.approx(0.1605, abs=5e-5))
    assert wilson(0, 20) == (0.0, pytest.approx(0.1611, abs=5e-5))
    assert wilson(29, 29) == (pytest.approx(0.8830, abs=5e-5), 1.0)


counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_an_interval_holds_the_difference_and_turns_round_with_it(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    apart, low, high = difference(one, other)
    assert -1.0000001 <= low <= apart <= high <= 1.0000001
    back = difference(other, one)
    assert back == (pytest.approx(-apart), pytest.approx(-high), pytest.approx(-low))


def variant(name: str, n: int, replied: int, opted_out: int = 0) -> Variant:
    counted: dict[Measure, int] = {"replied": replied, "booked": 0, "opted_out": opted_out}
    return Variant(name, n, {m: Share(count, n, *wilson(count, n)) for m, count in counted.items()})


def test_few_contacts_are_too_early_to_tell_however_far_apart_they_are() -> None:
    found = compare(variant("a", LEAST - 1, 5), variant("b", 500, 400), "replied", "angle")
    assert found.better is None
    assert found.verdict.startswith("They differ in angle. Too early to tell")
    assert str(LEAST) in found.verdict


def test_a_difference_that_may_be_none_is_too_early_to_tell() -> None:
    found = compare(variant("a", 400, 40), variant("b", 400, 48), "replied")
    assert found.low < 0 < found.high
    assert found.better is None
    assert "Too early to tell" in found.verdict


def test_a_difference_beyond_doubt_names_the_better_variant_and_both_shares() -> None:
    found = compare(variant("a", 400, 40), variant("b", 400, 80), "replied")
    assert found.better == "b"
    assert "20.0% against 10.0%" in found.verdict


def test_of_opt_outs_the_fewer_are_the_better() -> None:
    found = compare(variant("a", 900, 0, opted_out=9), variant("b", 900, 0, opted_out=60), "opted_out")
    assert found.better == "a"
