"""Presets can be used as they are, in every trade, and every rule can be said in a sentence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from data.profile import OpenHours, Profile, Service
from data.segments.describe import describe
from data.segments.dormancy import threshold_for, trades
from data.segments.facts import Facts
from data.segments.presets import Preset, preset_of, presets
from data.segments.rule import Rule, matches, read_rule

TODAY = date(2026, 3, 10)
PROFILE = Profile(
    services=(Service(id="cleaning", name="Cleaning", minutes=45),),
    hours=(OpenHours.model_validate({"days": (1,), "start": "09:00", "end": "17:00"}),),
    opener="Hello",
    callback="Hello",
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def extra(**columns: str) -> dict[str, str]:
    return {name.replace("_", " ").capitalize(): value for name, value in columns.items()}


CONSENT = frozenset({"consent"})
MEANT = {
    "lapsed_customer": Facts(last_visit=ago(300)),
    "service_due": Facts(due_on=ago(10), last_visit=ago(200)),
    "quoted": Facts("lead", quoted_on=ago(60)),
    "enquired": Facts("lead", enquired_on=ago(60)),
    "lead": Facts("lead"),
    "renewal_ahead": Facts(due_on=ago(-20)),
    "recently_left": Facts(extra=extra(left_on=str(ago(60)))),
    "one_of_several": Facts(extra=extra(products="1")),
    "shrunk_use": Facts(extra=extra(this_year="2", last_year="9")),
    "product_age": Facts(extra=extra(bought_on=str(ago(1500))), last_visit=ago(1500)),
}
"""Somebody whom each preset is for."""


def test_each_preset_means_whom_it_is_for_and_not_everybody() -> None:
    assert {preset.key for preset in presets()} == set(MEANT)
    nobody = Facts(last_visit=ago(2), basis=CONSENT)
    for preset in presets():
        assert matches(preset.rule, MEANT[preset.key]._replace(basis=CONSENT), TODAY), preset.key
        assert not matches(preset.rule, nobody, TODAY), preset.key


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.key)
def test_a_preset_can_be_used_in_every_trade_and_says_why_it_is_there(preset: Preset) -> None:
    assert all((preset.name, preset.why, preset.source))
    assert preset_of(preset.key) == preset
    for threshold in trades():
        rule = preset.rule_for(threshold.trade.replace("_", " "))
        assert read_rule(rule.as_json()) == rule
        assert describe(rule, PROFILE)


def test_the_interval_of_a_preset_is_that_of_the_trade() -> None:
    lapsed = preset_of("lapsed_customer")
    assert lapsed is not None
    for trade in ("dental", "hair", "gym"):
        dormant = lapsed.rule_for(trade).dormant
        assert dormant is not None
        assert dormant.from_months == threshold_for(trade).from_months
    assert preset_of("nobody") is None


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({}, "Everybody with a reason on record to text them"),
        (
            {"relationship": ["customer"], "dormant": {"from_months": 3, "to_months": 12, "since": ["visit"]},
             "services": ["cleaning"], "tiers": ["A", "B"]},
            "Customers who have not visited for 3 to 12 months; last time: Cleaning; tier A or B",
        ),
        (
            {"relationship": ["lead"], "dormant": {"to_months": 1, "since": ["quote", "enquiry"]}},
            "Leads who have been quoted or enquired within the last 1 month",
        ),
        ({"value": {"at_least": 1500}}, "Everybody having spent at least 1,500 USD"),
        (
            {"visits": {"at_least": 2, "at_most": 5}, "states": ["NY", "NJ"]},
            "Everybody with 2 to 5 visits; in NY or NJ",
        ),
        (
            {"around": {"from_day": -30, "to_day": 10, "unless_visited_since": True}},
            "Everybody now 30 days before to 10 days after the date when something is due, unless they have "
            "come since",
        ),
        (
            {"around": {"from_day": -45, "to_day": -7}},
            "Everybody now 45 days to 7 days before the date when something is due",
        ),
        (
            {"around": {"day_of": "Bought on", "from_day": 730, "to_day": 1095}},
            "Everybody now 2 years to 3 years after the date in “Bought on”",
        ),
        (
            {"columns": [{"column": "Plan", "one_of": ["Gold", "Silver"]}]},
            "Everybody whose “Plan” is Gold or Silver",
        ),
        (
            {"basis": ["relationship"], "over_18_months": True},
            "Everybody on the basis of a relationship; also those silent for over 18 months",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_one_sentence(raw: dict[str, object], says: str) -> None:
    assert describe(read_rule(raw), PROFILE) == says


def test_every_part_of_a_rule_is_heard_in_its_sentence() -> None:
    plain = describe(Rule())
    for name in Rule.model_fields.keys() - {"quiet_days", "weights"}:
        raw = {
            "dormant": {"from_months": 4},
            "around": {},
            "services": ["x"],
            "relationship": ["lead"],
            "value": {"at_least": 1},
            "visits": {"at_least": 1},
            "tiers": ["A"],
            "countries": ["US"],
            "states": ["NY"],
            "postal_prefixes": ["1"],
            "basis": ["consent"],
            "columns": [{"column": "Plan", "equals": "x"}],
            "never_converted": True,
            "over_18_months": True,
        }[name]
        assert describe(read_rule({name: raw})) != plain
