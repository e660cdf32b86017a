"""Rules: each condition means what it says, and no rule goes by what a segment must not know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.segments.columns import refuse_telling
from data.segments.facts import Facts
from data.segments.rule import EVERYBODY, Rule, UnusableRule, matches, read_rule, why_not

TODAY = date(2026, 3, 10)
CONSENT, RELATIONSHIP = frozenset({"consent"}), frozenset({"relationship"})


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("rule", "meant", "not_meant"),
    [
        ({"relationship": ["lead"]}, Facts("lead", last_visit=ago(9)), Facts("customer")),
        ({"services": ["Cleaning"]}, Facts(last_service="deep cleaning"), Facts(last_service="cleanings")),
        ({"services": ["check-up"]}, Facts(last_service="check-up"), Facts()),
        ({"value": {"at_least": 100, "at_most": 200}}, Facts(value=200), Facts(value=200.5)),
        ({"value": {"at_most": 200}}, Facts(value=0), Facts(value=None)),
        ({"visits": {"at_least": 2}}, Facts(visits=2), Facts(visits=1)),
        ({"countries": ["US", "CA"]}, Facts(country="CA"), Facts(country="MX")),
        ({"states": ["NY"]}, Facts(state="NY"), Facts(state=None)),
        ({"postal_prefixes": ["100", "M5V"]}, Facts(postal_code="m5v 2T6"), Facts(postal_code="11201")),
        ({"basis": ["consent"]}, Facts(basis=CONSENT), Facts(basis=RELATIONSHIP)),
        ({"around": {"from_day": -30, "to_day": 0}}, Facts(due_on=ago(-30)), Facts(due_on=ago(-31))),
        ({"around": {"from_day": -30, "to_day": 5}}, Facts(due_on=ago(5)), Facts(due_on=ago(6))),
        ({"around": {"day_of": "quoted_on", "from_day": 14}}, Facts(quoted_on=ago(14)), Facts()),
        (
            {"around": {"day_of": "quoted_on", "to_day": 90, "unless_visited_since": True}},
            Facts(quoted_on=ago(20), last_visit=ago(20)),
            Facts(quoted_on=ago(20), last_visit=ago(19)),
        ),
        (
            {"around": {"day_of": "Bought on", "from_day": 365, "to_day": 730}},
            Facts(extra={"bought on ": "2025-01-05"}),
            Facts(extra={"Bought on": "soon"}),
        ),
    ],
)  # fmt: skip
def test_a_condition_takes_whom_it_names_and_nobody_else(
    rule: dict[str, Any], meant: Facts, not_meant: Facts
) -> None:
    assert matches(read_rule(rule), meant, TODAY)
    assert why_not(read_rule(rule), not_meant, TODAY) == "not_in_segment"


@pytest.mark.parametrize("word", ["Ny", "NY", "New York", " new york ", "N.Y."])
def test_a_state_is_meant_by_its_letters_and_by_its_name(word: str) -> None:
    assert matches(read_rule({"states": [word]}), Facts(state="NY"), TODAY)


@pytest.mark.parametrize("word", ["us", "US", "USA", "United States"])
def test_a_country_is_meant_by_its_letters_and_by_its_name(word: str) -> None:
    assert matches(read_rule({"countries": [word]}), Facts(country="US"), TODAY)


def test_a_place_is_named_once_however_often_it_is_written() -> None:
    rule = read_rule({"countries": ["us", "USA", "ca"], "states": ["NY", "new york", "Ontario"]})
    assert (rule.countries, rule.states) == (("US", "CA"), ("NY", "ON"))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"states": ["Nyork"]}, "states: 'Nyork' is no state"),
        ({"states": [""]}, "states: '' is no state"),
        ({"states": ["Bavaria"]}, "postal_prefixes"),
        ({"countries": ["Narnia"]}, "countries: 'Narnia' is no country"),
        ({"states": [True]}, "states: YAML takes ON"),
        ({"countries": ["XX"]}, "write its two letters"),
        ({"countries": ["CA"], "states": ["NY"]}, "NY is a state of US, which countries leaves out"),
    ],
)
def test_a_place_in_which_nobody_could_be_is_refused_in_a_sentence(raw: dict[str, Any], says: str) -> None:
    with pytest.raises(UnusableRule) as refused:
        read_rule(raw)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("holds", "cell", "meant"),
    [
        ({"equals": "Gold"}, " gold ", True),
        ({"equals": "Gold"}, "golden", False),
        ({"one_of": ["a", "B"]}, "b", True),
        ({"one_of": ["a", "B"]}, "c", False),
        ({"contains": "roof"}, "New Roof 2019", True),
        ({"contains": "roof"}, "", False),
        ({"at_least": 1000}, "$1,250.00", True),
        ({"at_least": 1000}, "a lot", False),
        ({"at_least": 1, "at_most": 3}, "4", False),
        ({"from_date": "2025-01-01", "to_date": "2025-12-31"}, "12/31/2025", True),
        ({"from_date": "2025-01-01"}, "2024-12-31", False),
        ({"from_date": "2025-04-03", "day_first": True}, "03/04/2025", True),
        ({"from_date": "2025-04-03"}, "03/04/2025", False),
        ({"below_column": "Last year"}, "3", True),
        ({"below_column": "Next year"}, "3", False),
    ],
)
def test_a_column_of_the_list_is_read_as_lists_write_it(
    holds: dict[str, Any], cell: str, meant: bool
) -> None:
    rule = read_rule({"columns": [{"column": "plan", **holds}]})
    facts = Facts(extra={"Plan": cell, "Last year": "5", "Next year": "2"})
    assert matches(rule, facts, TODAY) is meant


def test_dormancy_counts_from_the_chosen_sign_of_life_to_the_day() -> None:
    rule = read_rule({"dormant": {"from_months": 6, "to_months": 18, "since": ["visit"]}})
    assert matches(rule, Facts(last_visit=date(2025, 9, 10)), TODAY)
    assert not matches(rule, Facts(last_visit=date(2025, 9, 11)), TODAY)
    assert matches(rule, Facts(last_visit=date(2024, 9, 11)), TODAY)
    assert not matches(rule, Facts(last_visit=date(2024, 9, 10)), TODAY)
    assert matches(rule, Facts(last_visit=date(2025, 6, 1), quoted_on=ago(3)), TODAY)
    assert not matches(rule, Facts(quoted_on=date(2025, 6, 1)), TODAY)


def test_a_quote_or_an_enquiry_counts_as_a_sign_of_life_by_default() -> None:
    rule = read_rule({"dormant": {"from_months": 6}})
    assert not matches(rule, Facts(last_visit=date(2024, 12, 1), enquired_on=ago(40)), TODAY)
    assert matches(rule, Facts(quoted_on=date(2025, 6, 1)), TODAY)


def test_those_without_any_date_are_dormant_only_where_that_is_wished() -> None:
    assert not matches(read_rule({"dormant": {}}), Facts(), TODAY)
    assert matches(read_rule({"dormant": {"undated": True}}), Facts(), TODAY)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts("lead", basis=RELATIONSHIP), "never_converted"),
        (Facts("lead", quoted_on=ago(40), basis=RELATIONSHIP), "never_converted"),
        (Facts("lead", basis=CONSENT), None),
        (Facts("lead", visits=1, basis=RELATIONSHIP), None),
        (Facts(last_visit=date(2024, 9, 9), basis=RELATIONSHIP), "over_18_months"),
        (Facts(last_visit=date(2024, 9, 10), basis=RELATIONSHIP), None),
        (Facts(last_visit=date(2020, 1, 1), basis=CONSENT), None),
        (Facts(last_visit=date(2020, 1, 1), enquired_on=ago(30), basis=RELATIONSHIP), None),
        (Facts(basis=RELATIONSHIP), None),
    ],
)
def test_the_long_silent_and_those_who_never_came_need_consent_unless_the_rule_says_otherwise(
    facts: Facts, reason: str | None
) -> None:
    assert why_not(Rule(), facts, TODAY) == reason
    assert why_not(EVERYBODY, facts, TODAY) is None


@pytest.mark.parametrize(
    "column",
    ["Age", "patientAge", "age_group", "Date of Birth", "DOB", "birth-year", "Gender", "Health plan",
     "Primary diagnosis", "Ethnicity", "Religion", "ICD10", "Maiden name"],
)  # fmt: skip
def test_no_rule_goes_by_age_health_or_origin(column: str) -> None:
    for raw in (
        {"columns": [{"column": column, "equals": "x"}]},
        {"columns": [{"column": "Plan", "below_column": column}]},
        {"around": {"day_of": column}},
    ):
        with pytest.raises(UnusableRule, match="never go by age"):
            read_rule(raw)


@pytest.mark.parametrize(
    "column",
    ["Mileage", "Page views", "Average spend", "Vehicle age", "Age of roof", "Package", "Plan", "Stage"],
)
def test_columns_that_only_look_like_it_are_taken(column: str) -> None:
    refuse_telling(column)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"dormant": {"from_months": 6, "to_months": 6}}, "dormant: to_months must be more than from_months"),
        ({"around": {"from_day": 5, "to_day": 1}}, "around: from_day comes after to_day"),
        ({"value": {"at_least": 5, "at_most": 1}}, "value: at_least is more than at_most"),
        ({"columns": [{"column": "Plan"}]}, "must hold"),
        ({"weights": {"recency": 0, "value": 0, "engagement": 0}}, "one of the weights must be above 0"),
        ({"dormannt": {}}, "dormannt"),
        ({"value": {"at_least": float("nan")}}, "value"),
        (["dormant"], "dict"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_a_sentence(raw: Any, says: str) -> None:
    with pytest.raises(UnusableRule, match=says):
        read_rule(raw)


conditions = st.fixed_dictionaries(
    {},
    optional={
        "relationship": st.lists(st.sampled_from(["customer", "lead"]), max_size=2),
        "tiers": st.lists(st.sampled_from("ABC"), max_size=3),
        "dormant": st.builds(
            lambda first, more, too: {"from_months": first, "to_months": first + more, "undated": too},
            st.integers(0, 40), st.integers(1, 40), st.booleans(),
        ),
        "services": st.lists(st.text(min_size=1, max_size=8), max_size=2),
        "value": st.fixed_dictionaries({"at_least": st.floats(0, 1e6)}),
        "never_converted": st.booleans(),
    },
)  # fmt: skip
people = st.builds(
    Facts,
    st.sampled_from(["customer", "lead"]),
    *[st.none() | st.dates(date(2015, 1, 1), date(2026, 6, 1))] * 4,
    st.none() | st.text(max_size=8),
    st.none() | st.floats(0, 1e6),
    st.none() | st.integers(0, 30),
    extra=st.just({}),
)


@given(conditions, people)
def test_a_rule_that_was_kept_means_the_same_people(raw: dict[str, Any], facts: Facts) -> None:
    rule = read_rule(raw)
    again = read_rule(rule.as_json())
    assert again == rule
    assert matches(again, facts, TODAY) == matches(rule, facts, TODAY)


@given(conditions, conditions, people)
def test_what_is_added_to_a_rule_never_takes_in_more(
    one: dict[str, Any], other: dict[str, Any], facts: Facts
) -> None:
    narrow = {"never_converted": True} | {key: value for key, value in one.items() if value}
    wide = {key: narrow[key] for key in list(narrow)[: len(narrow) // 2 + 1]}
    if matches(read_rule(narrow), facts, TODAY):
        assert matches(read_rule(wide), facts, TODAY)
