"""Which of the owner's entries answers a question: by meaning and topic, to the letter, or a person."""

from __future__ import annotations

from dataclasses import replace

from actions.context import Context, Faq
from actions.decision import HandOver, Unanswered
from actions.state import State
from nlu.understanding import Heard, Near, Understanding
from tests.unit.actions.picture import last, picture, play

WIFI = Faq("own", "Do you have wifi?", "Yes, the password is at the desk.")
CHARGER = Faq("own", "Can I charge my phone?", "Yes, there are sockets by the seats.")


def shop() -> Context:
    """The sample business with two entries of the owner's own, at the end of its list."""
    seen = picture()
    return replace(seen, business=replace(seen.business, faq=(*seen.business.faq, WIFI, CHARGER)))


def place(entry: Faq) -> int:
    return shop().business.faq.index(entry)


def asks(
    text: str, *near: tuple[Faq, float], intent: str = "question", topic: str | None = None, sure: float = 0.9
) -> Understanding:
    """A text that comes so near to these entries."""
    found = tuple(Near(place(entry), likeness) for entry, likeness in near)
    return Understanding(text, (Heard(intent, topic, sure, text, found or (Near(0, 0.0),)),), rung="model")


def test_an_entry_that_the_owner_added_answers_without_a_topic_of_its_own() -> None:
    assert (last(shop(), asks("got wifi?", (WIFI, 0.8), (CHARGER, 0.3))).reply or "").startswith(WIFI.answer)


def test_what_the_model_calls_out_of_scope_is_answered_where_an_entry_is_near() -> None:
    decision = last(shop(), asks("got wifi?", (WIFI, 0.8), intent="out_of_scope"))
    assert WIFI.answer in (decision.reply or "")


def test_what_the_model_is_unsure_of_is_answered_where_an_entry_is_near() -> None:
    decision = last(shop(), asks("wifi there", (WIFI, 0.8), intent="book", sure=0.3))
    assert WIFI.answer in (decision.reply or "")
    assert not decision.state.offered


def test_nothing_near_means_a_person_and_a_place_on_the_list() -> None:
    decision = last(shop(), asks("can i bring my dog?", (WIFI, 0.3), (CHARGER, 0.2)))
    assert Unanswered("can i bring my dog?") in decision.effects
    assert HandOver("unanswered_question", silent=False) in decision.effects


def test_of_two_questions_in_a_text_the_list_gets_the_one_without_an_answer() -> None:
    said = Understanding(
        "got wifi? can i bring my dog?",
        (
            Heard("question", None, 0.9, "got wifi?", (Near(place(WIFI), 0.8),)),
            Heard("question", None, 0.9, "can i bring my dog?", (Near(place(WIFI), 0.1),)),
        ),
        rung="model",
    )
    decision = last(shop(), said)
    assert WIFI.answer in (decision.reply or "")
    assert Unanswered("can i bring my dog?") in decision.effects


def test_the_models_topic_decides_between_entries_that_are_equally_near() -> None:
    entries = shop().business.faq
    parking = next(entry for entry in entries if entry.topic == "parking")
    decision = last(shop(), asks("about the lot", (WIFI, 0.4), (parking, 0.4), topic="parking"))
    assert parking.answer in (decision.reply or "")


def test_two_entries_too_close_to_tell_are_asked_back_about() -> None:
    both = asks("is there internet or power", (WIFI, 0.71), (CHARGER, 0.7))
    decision = last(shop(), both)
    assert WIFI.question in (decision.reply or "")
    assert CHARGER.question in (decision.reply or "")
    assert not decision.effects


def test_the_answer_to_that_takes_one_of_the_two() -> None:
    both = asks("is there internet or power", (WIFI, 0.71), (CHARGER, 0.7))
    for said, entry in (("the second one", CHARGER), ("1", WIFI), ("the wifi", WIFI)):
        picked = Understanding(said, (Heard("out_of_scope", None, 0.4),), rung="model")
        answer = play(shop(), both, picked)[-1]
        assert (answer.reply or "").startswith(entry.answer)
        assert answer.state.close == ()


def test_in_the_middle_of_choosing_an_opening_nothing_else_is_asked_back() -> None:
    both = asks("is there internet or power", (WIFI, 0.71), (CHARGER, 0.7))
    state = State(asked="which_opening", offered=(picture().now,), service="cleaning")
    from actions.decide import decide

    assert (decide(state, both, shop()).reply or "").startswith(WIFI.answer)


def test_an_answer_to_an_objection_answers_no_question() -> None:
    entries = shop().business.faq
    steep = next(entry for entry in entries if entry.topic == "objection_price")
    decision = last(shop(), asks("what about that", (steep, 0.9)))
    assert steep.answer not in (decision.reply or "")
