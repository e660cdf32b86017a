"""The ladder: which rung settles a text, and what the model's guesses are worth in context."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nlu.ladder import understand
from nlu.pending import Pending
from nlu.rasa import ModelUnavailable
from nlu.understanding import Heard, Understanding, Window

NOW = datetime(2026, 3, 5, 10)  # a Thursday


class Table:
    """A model that knows a few texts by heart, and remembers what it was asked."""

    def __init__(self, **known: tuple[Heard, ...]) -> None:
        self.known = {text.replace("_", " "): heard for text, heard in known.items()}
        self.asked: list[str] = []

    def parse(self, text: str) -> tuple[Heard, ...]:
        self.asked.append(text)
        return self.known.get(text.strip(" .?!").lower(), (Heard("out_of_scope", None, 0.3),))


def hear(
    text: str, asked: str | None = None, model: Table | None = None, options: tuple[Window, ...] = ()
) -> Understanding:
    return understand(text, now=NOW, zone="America/New_York", pending=Pending(asked, options), model=model)


def opening(day: int, hour: int, minute: int = 0) -> Window:
    start = datetime(2026, 3, day, hour, minute)
    return Window(start, start + timedelta(minutes=45), "range")


def test_an_opt_out_never_asks_the_model() -> None:
    model = Table()
    understood = hear("STOP", "offer_to_book", model)
    assert (understood.intent, understood.confidence, understood.rung) == ("stop", 1.0, "rule")
    assert understood.gated.opt_out == "certain"
    assert model.asked == []


def test_an_emergency_is_heard_without_a_model() -> None:
    understood = hear("I think I'm having a heart attack")
    assert (understood.intent, understood.gated.emergency, understood.rung) == ("emergency", "life", "rule")


def test_what_is_urgent_is_an_emergency_with_its_topic() -> None:
    understood = hear("my tooth broke and it really hurts")
    assert (understood.intent, understood.topic) == ("emergency", "urgent")


def test_an_emergency_leads_an_opt_out_in_the_same_text() -> None:
    understood = hear("I'm having a heart attack, stop texting me")
    assert [heard.intent for heard in understood.heard] == ["emergency", "stop"]
    assert understood.gated.opt_out == "certain"


def test_a_stop_that_only_the_model_hears_is_no_opt_out() -> None:
    understood = hear("do u accept delta dental", model=Table(do_u_accept_delta_dental=(Heard("stop"),)))
    assert understood.intent == "stop"
    assert understood.gated.opt_out is None


def test_a_plain_answer_never_asks_the_model() -> None:
    model = Table()
    understood = hear("yes please", "offer_to_book", model)
    assert (understood.intent, understood.rung, model.asked) == ("affirm", "pending", [])


def test_without_a_model_rules_and_plain_answers_still_work() -> None:
    assert hear("unsubscribe").intent == "stop"
    assert hear("2", "which_opening", options=(opening(10, 9), opening(12, 14))).choice == 2


def test_without_a_model_anything_else_says_that_it_must_wait() -> None:
    with pytest.raises(ModelUnavailable):
        hear("how much is a cleaning")


def test_an_empty_text_is_not_understood_and_asks_nobody() -> None:
    understood = hear(" ")
    assert (understood.intent, understood.confidence, understood.rung) == ("out_of_scope", 0.0, "none")


def test_an_hour_chooses_the_opening_on_its_own_day() -> None:
    offered = (opening(10, 9), opening(12, 14), opening(12, 15, 30))
    assert hear("the 3:30 one", "which_opening", options=offered).choice == 3
    assert hear("tuesday works", "which_opening", options=offered).choice == 1
    assert hear("thursday at 2 please", "which_opening", options=offered).choice == 2
    assert hear("thursday", "which_opening", options=offered).choice is None
    assert hear("thursday", "which_opening", options=offered).intent == "choose"


def test_a_bare_hour_answers_the_question_for_a_time() -> None:
    understood = hear("3", "which_time")
    assert understood.intent == "choose"
    assert understood.times.windows[0].start.hour == 15


def test_another_time_under_confirmation_carries_that_time() -> None:
    understood = hear("no, friday at 4 instead", "confirm_time", options=(opening(12, 15),))
    assert understood.intent == "other_times"
    assert understood.times.windows[0].start == datetime(2026, 3, 6, 16)


def test_a_guess_with_a_time_answers_the_question_for_one() -> None:
    wish = Table(
        hmm_tuesday_at_3_would_suit_us_nicely=(Heard("out_of_scope", None, 0.4), Heard("book", None, 0.3))
    )
    understood = hear("hmm tuesday at 3 would suit us nicely", "which_time", wish)
    assert (understood.intent, understood.rung) == ("choose", "model")
    assert understood.times.windows


def test_an_answer_is_likelier_after_its_question() -> None:
    close = Table(that_would_be_something=(Heard("out_of_scope", None, 0.5), Heard("affirm", None, 0.4)))
    assert hear("that would be something", "offer_to_book", close).intent == "affirm"
    assert hear("that would be something", None, close).intent == "out_of_scope"


def test_two_requests_in_one_text_are_both_heard() -> None:
    model = Table(
        how_much_is_it=(Heard("question", "price", 0.9),), could_i_come_tuesday=(Heard("book", None, 0.8),)
    )
    understood = hear("how much is it, and could I come Tuesday?", None, model)
    assert {heard.intent for heard in understood.heard} == {"question", "book"}


def test_a_plain_answer_leads_what_is_added_to_it() -> None:
    model = Table(do_you_take_delta=(Heard("question", "insurance", 0.9),))
    understood = hear("yes please. do you take delta?", "offer_to_book", model)
    assert [heard.intent for heard in understood.heard] == ["affirm", "question"]


def test_a_bare_no_yields_to_the_kind_of_no_it_is() -> None:
    model = Table(maybe_after_the_summer=(Heard("not_now", None, 0.8),))
    assert hear("no\nmaybe after the summer", "offer_to_book", model).intent == "not_now"


def test_a_courtesy_never_leads_a_clear_request() -> None:
    model = Table(
        hi_there_friend=(Heard("greet", None, 0.99),),
        how_much_is_a_cleaning=(Heard("question", "price", 0.8),),
    )
    model.known["hi there friend\nhow much is a cleaning"] = (Heard("greet", None, 0.9),)
    understood = hear("hi there friend\nhow much is a cleaning", None, model)
    assert [heard.intent for heard in understood.heard] == ["question", "greet"]


def test_a_choice_with_a_question_beside_it_keeps_both() -> None:
    model = Table(do_you_have_parking=(Heard("question", "parking", 0.9),))
    offered = (opening(10, 9), opening(12, 14))
    understood = hear("2 please. do you have parking?", "which_opening", model, offered)
    assert [heard.intent for heard in understood.heard] == ["choose", "question"]
    assert understood.choice == 2


def test_of_two_choices_in_a_burst_the_last_counts() -> None:
    offered = (opening(10, 9), opening(12, 14))
    understood = hear("the first one\nsorry i meant the second", "which_opening", Table(), offered)
    assert understood.choice == 2
