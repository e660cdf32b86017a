"""The owner's own proactive texts say how to opt out."""

from __future__ import annotations

import pytest

from actions.replies import shipped
from actions.words.standing_texts import PROACTIVE, standing_complaints
from tests.unit.actions.picture import business

SAMPLE = business().profile


def test_the_sample_business_may_text() -> None:
    assert standing_complaints(SAMPLE) == []


@pytest.mark.parametrize("name", ["opener", "callback"])
def test_an_opener_or_a_callback_without_the_way_out_is_refused(name: str) -> None:
    text = "Hi {first_name}, the automated assistant of {business} here."
    (said,) = standing_complaints(SAMPLE.model_copy(update={name: text}))
    assert said.startswith(f"{name}: it does not say how to opt out")


def test_an_opener_that_hides_the_assistant_is_refused() -> None:
    text = "Hi {first_name}, it is {business}. Reply STOP to opt out."
    (said,) = standing_complaints(SAMPLE.model_copy(update={"opener": text}))
    assert "automated assistant" in said


@pytest.mark.parametrize("name", PROACTIVE)
def test_the_owners_own_nudge_keeps_the_way_out(name: str) -> None:
    without = SAMPLE.model_copy(update={"texts": {name: ("Hello again.", "Hello. Reply STOP to opt out.")}})
    assert len(standing_complaints(without)) == 1
    assert standing_complaints(SAMPLE.model_copy(update={"texts": {name: shipped()[name]}})) == []


def test_an_answer_needs_none() -> None:
    assert standing_complaints(SAMPLE.model_copy(update={"texts": {"which_time": ("When?",)}})) == []
