"""The forms of outreach in the staff view: what was typed becomes a plan or a rule, and nothing gets lost."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from bot.staff import campaign_form, segments_form
from bot.staff.outreach_bars import bars, width
from data.segments.rule import Rule, UnusableRule, read_rule
from scheduler.campaigns.plan import BadPlan


def test_texts_are_put_in_the_order_of_their_days_with_each_variant_behind_its_text() -> None:
    plan = campaign_form.plan_of(
        MultiDict(
            {
                "text-0": "late", "day-0": "12",
                "text-1": "early", "day-1": "0",
                "text-2": "early, otherwise", "variant-2": "b", "day-2": "99",
                "text-3": "  ",
                "text-4": "between", "day-4": "5", "last-4": "y", "tiers-4": "AB",
                "differs_in": "angle",
            }
        )
    )  # fmt: skip

    said = [(step, touch.variant, touch.day, touch.text) for step, touch in plan.steps()]
    assert said == [
        (1, "a", 0, "early"), (1, "b", 0, "early, otherwise"), (2, "a", 5, "between"), (3, "a", 12, "late"),
    ]  # fmt: skip
    assert [(touch.is_last, touch.tiers) for _, touch in plan.steps()][2] == (True, "AB")


def test_what_a_plan_cannot_take_is_said_by_the_text_and_without_our_own_names() -> None:
    with pytest.raises(BadPlan) as bad:
        campaign_form.plan_of(MultiDict({"text-0": "hello", "day-0": "soon"}))
    assert campaign_form.plainly(bad.value).startswith("Text 1, day: ")

    with pytest.raises(BadPlan) as bad:
        campaign_form.plan_of(MultiDict({"pilot": "5"}))
    assert campaign_form.plainly(bad.value).startswith("Pilot: ")


def test_the_plan_that_the_form_shows_is_the_plan_that_it_sends() -> None:
    sent = MultiDict(
        {"text-0": "Hi", "day-0": "3", "budget": "1,200.50", "channel": "whatsapp_first", "standing": "y"}
    )
    sent.setlist("question", ["Still in town?", " "])
    sent["never_say"] = "cheap\n\nlast chance\n"

    plan = campaign_form.plan_of(sent)

    assert (plan.budget, plan.channel, plan.standing, plan.in_business_hours) == (
        1200.5, "whatsapp_first", True, False,
    )  # fmt: skip
    assert plan.brief.questions == ("Still in town?",)
    assert plan.brief.never_say == ("cheap", "last chance")
    assert [touch.step for touch in campaign_form.lines_of(plan)] == [1]


def test_a_segment_typed_into_the_form_is_the_rule_that_it_says() -> None:
    form = MultiDict(
        {
            "dormant_from": "3", "dormant_to": "12", "around_day_of": "due_on", "around_from": "-14",
            "relationship": "customer", "value_least": "1,000", "quiet_days": "45", "states": "ny, NJ",
            "other_services": "braces", "weight_recency": "2",
        }
    )  # fmt: skip
    form.setlist("dormant_since", ["visit"])
    form.setlist("services", ["cleaning"])
    form.setlist("tiers", ["A", "B"])
    form.setlist("column", ["Plan", ""])
    form.setlist("column_kind", ["contains", "equals"])
    form.setlist("column_value", ["Family", "lost"])

    assert segments_form.rule_of(form) == read_rule(
        {
            "dormant": {"from_months": 3, "to_months": 12, "since": ["visit"]},
            "around": {"day_of": "due_on", "from_day": -14, "to_day": 30},
            "relationship": ["customer"], "value": {"at_least": 1000}, "quiet_days": 45,
            "states": ["NY", "NJ"], "services": ["cleaning", "braces"], "tiers": ["A", "B"],
            "columns": [{"column": "Plan", "contains": "Family"}],
            "weights": {"recency": 2, "value": 0, "engagement": 0},
        }
    )  # fmt: skip


def test_an_empty_form_means_everybody_whom_the_standing_limits_leave() -> None:
    assert segments_form.rule_of(MultiDict()) == Rule()


def test_what_the_form_has_no_field_for_stays_in_the_rule() -> None:
    before = read_rule(
        {
            "countries": ["US"],
            "columns": [{"column": "Plan", "one_of": ["A", "B"]}, {"column": "Branch", "equals": "North"}],
        }
    )
    form: MultiDict[str, str] = MultiDict()
    for column, kind, value in segments_form.lines_of(before):
        form.add("column", column)
        form.add("column_kind", kind)
        form.add("column_value", value)

    after = segments_form.rule_of(form, before)

    assert after.countries == ("US",)
    assert {one.column for one in after.columns} == {"Plan", "Branch"}


def test_a_column_that_tells_somebodys_age_is_refused_in_a_sentence() -> None:
    form = MultiDict({"column": "Age", "column_kind": "at_least", "column_value": "65"})
    with pytest.raises(UnusableRule, match="never go by age"):
        segments_form.rule_of(form)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("300,50", 300.5), ("300.50", 300.5), ("1.200,50", 1200.5), ("1,200.50", 1200.5), ("1,200", 1200),
        ("1 200", 1200), ("$300", 300), ("300,50 EUR", 300.5), (" 45 ", 45),
    ],
)  # fmt: skip
def test_an_amount_is_read_whichever_of_comma_and_point_is_theirs(typed: str, meant: float) -> None:
    assert campaign_form.plan_of(MultiDict({"budget": typed})).budget == meant
    value = segments_form.rule_of(MultiDict({"value_least": typed})).value
    assert value is not None
    assert value.at_least == meant


@pytest.mark.parametrize("typed", ["2k", "20%", "a lot", "1e3x", "-5", "0"])
def test_what_is_no_amount_is_refused_and_never_taken_for_no_limit(typed: str) -> None:
    with pytest.raises(BadPlan):
        campaign_form.plan_of(MultiDict({"budget": typed}))


def test_half_a_day_is_no_day_and_a_weight_has_its_decimals() -> None:
    with pytest.raises(BadPlan):
        campaign_form.plan_of(MultiDict({"text-0": "Hi", "day-0": "2,5"}))
    assert campaign_form.plan_of(MultiDict({"pilot": "1,000"})).pilot == 1000
    weights = segments_form.rule_of(MultiDict({"weight_recency": "33,333"})).weights
    assert weights is not None
    assert weights.recency == 33.333


def test_how_the_list_writes_its_dates_outlives_the_form() -> None:
    before = read_rule({"around": {"day_of": "Bought", "from_day": 0, "to_day": 9, "day_first": True}})
    form: MultiDict[str, str] = MultiDict({"around_day_of": "Bought", "around_from": "0", "around_to": "12"})

    after = segments_form.rule_of(form, before)

    assert after.around is not None
    assert (after.around.to_day, after.around.day_first) == (12, True)
    assert segments_form.rule_of(MultiDict(), before).around is None


def test_a_state_typed_by_its_name_is_the_state_and_another_word_is_refused() -> None:
    assert segments_form.rule_of(MultiDict({"states": "new york, Nj, quebec"})).states == ("NY", "NJ", "QC")
    with pytest.raises(UnusableRule, match="Bavaria"):
        segments_form.rule_of(MultiDict({"states": "NY, Bavaria"}))


def test_a_bar_shows_something_as_soon_as_there_is_something() -> None:
    assert [width(part, 1_000) for part in (0, 1, 499, 1_000, 2_000)] == ["w0", "w1", "w10", "w20", "w20"]
    assert width(1, 0) == "w0"
    assert [bar.key for bar in bars([("few", "Few", 1), ("many", "Many", 9)])] == ["many", "few"]
