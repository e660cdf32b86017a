"""A sequence as a whole: days, angles, variants, and the promise of a last text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.words.brief import Brief
from actions.words.lint import lint
from actions.words.step import Step
from tests.unit.words.saying import ABOUT, GOOD, HEALTH, found, rules_of

LAST = "Hi {{ first_name }}, this is our last text. {{ business }}. Reply STOP to opt out."


@pytest.mark.parametrize("day", [3, 4, 7, 8])
def test_touches_closer_than_three_days_are_refused(day: int) -> None:
    steps = (GOOD[0], GOOD[1], replace(GOOD[2], day=day))
    assert rules_of(*steps, step=3) == ({"day_gaps"} if day < 8 else set())


def test_the_owner_may_want_wider_gaps() -> None:
    assert "day_gaps" in rules_of(*GOOD, about=replace(ABOUT, gap_days=6))


def test_the_first_text_is_on_day_zero() -> None:
    assert rules_of(*(replace(step, day=step.day + 1) for step in GOOD)) == {"day_gaps"}


def test_steps_for_different_tiers_may_be_close_to_each_other() -> None:
    apart = (GOOD[0], replace(GOOD[1], tiers="A"), replace(GOOD[2], tiers="BC", day=6))
    assert "day_gaps" not in rules_of(*apart)
    assert "day_gaps" in rules_of(GOOD[0], replace(GOOD[1], tiers="AB"), replace(GOOD[2], tiers="BC", day=6))


def test_three_to_five_touches_are_recommended() -> None:
    assert rules_of(*GOOD[:2]) == {"number_of_touches"}
    many = [
        replace(GOOD[0], step=n, day=4 * n - 4, angle=f"a{n}", template=f"{n} {GOOD[0].template}")
        for n in range(1, 7)
    ]
    assert rules_of(*many) == {"number_of_touches"}
    assert not rules_of(*many[:5])


def test_each_touch_has_its_own_angle() -> None:
    assert rules_of(GOOD[0], GOOD[1], replace(GOOD[2], angle="Convenience ")) == {"angles"}
    assert rules_of(GOOD[0], GOOD[1], replace(GOOD[2], angle="")) == {"angles"}


def test_two_touches_do_not_say_the_same() -> None:
    assert rules_of(GOOD[0], GOOD[1], replace(GOOD[2], template=f" {GOOD[1].template}\n")) == {"same_text"}


def test_a_last_text_says_so_and_is_the_last() -> None:
    assert not rules_of(*GOOD[:2], replace(GOOD[2], template=LAST, is_last=True))
    assert rules_of(*GOOD[:2], replace(GOOD[2], is_last=True)) == {"promised_last"}, "it does not say so"
    assert rules_of(*GOOD[:2], replace(GOOD[2], template=LAST)) == {"promised_last"}, "nothing would keep it"
    early = (GOOD[0], replace(GOOD[1], template=LAST, is_last=True), GOOD[2])
    assert rules_of(*early) == {"promised_last"}, "others follow"


@pytest.mark.parametrize(
    "promise",
    [
        "We will not write again.",
        "This is my final message.",
        "I won't bother you again.",
        "You won't hear from us any more.",
        "We leave you alone now.",
        "No more texts after this.",
    ],
)
def test_a_promise_is_known_by_its_words(promise: str) -> None:
    text = f"{promise} All the best, {{{{ business }}}}. Reply STOP to opt out."
    assert rules_of(*GOOD[:2], replace(GOOD[2], template=text)) == {"promised_last"}
    assert not rules_of(*GOOD[:2], replace(GOOD[2], template=text, is_last=True))


def test_variants_need_the_one_thing_that_they_differ_in() -> None:
    other = replace(GOOD[1], variant="b", template=GOOD[1].template.replace("once more", "again"))
    assert rules_of(*GOOD, other) == {"variants"}
    assert not rules_of(*GOOD, other, about=replace(ABOUT, differs_in="angle"))


def test_variants_that_say_the_same_or_leave_apart_are_no_comparison() -> None:
    about = replace(ABOUT, differs_in="wording")
    assert rules_of(*GOOD, replace(GOOD[1], variant="b"), about=about) == {"variants"}
    later = replace(GOOD[1], variant="b", day=6, template=GOOD[1].template.replace("once more", "again"))
    assert rules_of(*GOOD, later, about=about) == {"variants"}


def test_variants_are_of_one_length_and_have_the_same_fields() -> None:
    longer = replace(
        GOOD[1], variant="b", template="We would be very glad to see you again soon. " * 3 + GOOD[1].template
    )
    assert rules_of(*GOOD, longer, about=replace(ABOUT, differs_in="angle")) == {"variants_alike"}
    assert not rules_of(*GOOD, longer, about=replace(ABOUT, differs_in="length"))
    named = replace(
        GOOD[1],
        variant="b",
        template=GOOD[1].template.replace("once more.", "again.{% if openings %} {{ openings }}?{% endif %}"),
    )
    assert rules_of(*GOOD, named, about=replace(ABOUT, differs_in="greeting")) == {"variants_alike"}
    assert not rules_of(*GOOD, named, about=replace(ABOUT, differs_in="openings"))


def test_with_whatsapp_first_a_text_without_template_is_named() -> None:
    assert rules_of(*GOOD, about=replace(ABOUT, whatsapp=True)) == {"whatsapp_missing"}


def test_errors_come_before_warnings_and_texts_in_their_order() -> None:
    steps = (GOOD[0], replace(GOOD[1], template="Act now: https://example.com"), GOOD[2])
    assert [(one.step, one.severity) for one in found(*steps)] == [
        (2, "error"),
        (2, "error"),
        (2, "warning"),
    ]


def test_nothing_at_all_is_no_crash() -> None:
    assert lint([], Brief(), ABOUT)


PIECES = """{{ }} {% %} if else endif first_name extra ["x"] | since or_else ( ) ' " STOP { } 1 for ~"""
ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*PIECES, " ", "\u2019", "\U0001f389", "\x00", "\ud800"]), max_size=14).map(
        "".join
    ),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.builds(
            Step,
            step=st.integers(-1, 4),
            day=st.integers(-3, 400),
            template=ANY_TEXT,
            variant=st.sampled_from("ab"),
            angle=st.text(max_size=3),
            tiers=st.sampled_from(["", "A", "BC", "x"]),
            is_last=st.booleans(),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_the_linter_never_crashes_on_any_text(steps: list[Step], health: bool) -> None:
    for one in lint(steps, Brief(never_say=("x",)), HEALTH if health else ABOUT):
        assert one.says
