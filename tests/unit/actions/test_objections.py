"""What speaks against coming gets the owner's answer once; a refusal is a refusal."""

from __future__ import annotations

import pytest

from actions.decision import CallBack, Close
from actions.objections import raised
from actions.state import State
from tests.unit.actions.picture import hears, last, picture, play

STEEP = hears("question.price", text="hmm that seems a bit steep")
AGAIN = hears("not_interested.price", text="still kinda pricey")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("why so expensive", "price"),
        ("isn't that a bit steep?", "price"),
        ("thats a lot", "price"),
        ("more than i paid last time lol", "price"),
        ("honestly i'm scared of the dentist", "fear"),
        ("i hate needles", "fear"),
        ("i never have time for this stuff", "time"),
        ("gotta ask my wife first", "someone_else"),
        ("let me check with my husband", "someone_else"),
    ],
)
def test_an_objection_is_known_by_its_wording(text: str, kind: str) -> None:
    found = raised(text)
    assert found is not None
    assert found.name == kind


@pytest.mark.parametrize(
    "text",
    [
        "how much is it?",
        "what does a cleaning cost",
        "no thanks, too expensive",
        "I can't afford that right now",
        "too pricey, i go somewhere else now",
        "i'm afraid i can't make it",
        "no time this week, try me in march",
        "can my wife come too?",
        "thanks a lot",
        "not interested, that's a lot",
        "is it a high price building? where do i park",
    ],
)
def test_a_question_or_a_refusal_is_no_objection(text: str) -> None:
    assert raised(text) is None


def test_an_objection_gets_the_owners_answer_to_the_letter_and_a_time_is_offered() -> None:
    decision = last(picture(), STEEP)
    assert "A check-up alone is $80" in (decision.reply or "")
    assert decision.state.asked == "offer_to_book"
    assert not decision.effects


def test_the_second_time_it_is_taken_as_it_stands() -> None:
    decision = play(picture(), STEEP, AGAIN)[-1]
    assert "A check-up alone" not in (decision.reply or "")
    assert any(isinstance(effect, Close) for effect in decision.effects)


def test_whoever_asks_somebody_at_home_first_is_written_to_later() -> None:
    decision = last(picture(), hears("not_now", text="need to ask my wife"))
    assert any(isinstance(effect, CallBack) for effect in decision.effects)


def test_what_was_answered_survives_the_conversations_json() -> None:
    state = last(picture(), STEEP).state
    assert State.from_json(state.to_json()).objections == ("price",)
