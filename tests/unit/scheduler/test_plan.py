"""A campaign's plan: what is numbered by itself, and what is refused with a sentence."""

from __future__ import annotations

import pytest

from scheduler.campaigns.plan import BadPlan, as_yaml_values, read_plan

TEXT = "Hi {{ first_name }}, the assistant of {{ business }} here. Reply STOP to opt out."


def touches(*values: dict[str, object]) -> dict[str, object]:
    return {"touches": [{"text": TEXT} | value for value in values]}


def test_texts_are_numbered_in_their_order_and_a_variant_is_of_the_step_before_it() -> None:
    plan = read_plan(touches({}, {"variant": "b"}, {"day": 5}, {"day": 12}) | {"differs_in": "the greeting"})
    assert [(step, touch.variant) for step, touch in plan.steps()] == [(1, "a"), (1, "b"), (2, "a"), (3, "a")]


def test_typographic_characters_are_made_plain_before_they_cost_a_segment() -> None:
    plan = read_plan(touches({"text": "It’s time – shall I find you one? Reply STOP to opt out."}))
    assert plan.steps()[0][1].text == "It's time - shall I find you one? Reply STOP to opt out."


def test_what_is_written_down_is_read_back_the_same() -> None:
    plan = read_plan(
        touches({}, {"day": 5, "angle": "convenience"}) | {"budget": 120, "brief": {"never_say": ["cheap"]}}
    )
    again = read_plan(as_yaml_values(plan))
    assert (again.steps(), again.brief, again.budget) == (plan.steps(), plan.brief, plan.budget)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (["a list"], "names with values"),
        (touches({"variant": "b"}), "no variant a"),
        (touches({}, {"variant": "b"}), "differs_in"),
        (touches({"step": 1}, {"step": 3}), "without a gap"),
        (touches({"step": 1}, {"step": 1}), "variant a twice"),
        (touches({"text": "  "}), "touches.0.text"),
        (touches({"tiers": "BA"}), "touches.0.tiers"),
        (touches({"colour": "red"}), "touches.0.colour"),
        ({"brief": {"questions": ["1?", "2?", "3?", "4?"]}}, "brief.questions"),
        ({"pilot": 5}, "pilot"),
        ({"budget": 0}, "budget"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused_with_the_place_and_the_reason(raw: object, says: str) -> None:
    with pytest.raises(BadPlan, match=says):
        read_plan(raw)
