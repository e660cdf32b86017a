"""The policy as a whole: what every decision promises."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from actions.context import PersonFacts
from actions.decide import decide, offer_again, wants_calendar
from actions.decision import Book, CallBack, Close, Freeze, HandOver, Suppress
from actions.state import State
from actions.turn import Turn
from nlu.understanding import Gated, Heard, Times
from tests.unit.actions.picture import (
    NOW,
    at,
    business,
    hears,
    last,
    local,
    moment,
    picture,
    play,
    visit,
    whole,
)

YES = hears("affirm", text="yes", rung="pending")


def effects(decision, kind):
    return [effect for effect in decision.effects if isinstance(effect, kind)]


def test_the_same_input_gives_the_same_output() -> None:
    said = hears("book", "question.price", text="how much, and tuesday?", windows=(whole(3, 10),))
    assert decide(State(), said, picture()) == decide(State(), said, picture())


def test_a_state_survives_its_json() -> None:
    state = last(picture(), hears("book", text="friday", windows=(whole(3, 6),))).state
    assert state.offered
    assert state.wanted.windows
    assert State.from_json(state.to_json()) == state


@pytest.mark.parametrize("entry", business().faq, ids=lambda entry: entry.question)
def test_an_answer_is_the_owners_to_the_letter(entry) -> None:
    said = hears(f"question.{entry.topic}", text=entry.question)
    assert entry.answer in (last(picture(), said).reply or "")


def test_what_the_owner_has_not_answered_goes_to_a_person_without_a_pitch() -> None:
    decision = last(picture(), hears("question.reviews", text="do you have good reviews?"))
    assert effects(decision, HandOver) == [HandOver("unanswered_question", silent=False)]
    assert "time for you" not in (decision.reply or "")


@pytest.mark.parametrize("topic", ["bot", "who_is_this", "how_got_number", "help"])
def test_questions_about_the_bot_itself_get_the_truth(topic: str) -> None:
    reply = last(picture(), hears(f"question.{topic}", text="who is this?")).reply or ""
    assert "Example Dental" in reply


def test_the_price_asked_in_the_middle_of_a_booking_is_that_of_its_service() -> None:
    said = (hears("book", windows=(whole(3, 6),)), hears("question.price", text="how much is it"))
    assert (last(picture(), *said).reply or "").startswith("A cleaning is $120")


@pytest.mark.parametrize(
    ("state", "back"),
    [
        (State(asked="which_opening", offered=(at(3, 9, 9), at(3, 9, 13)), service="cleaning"), "Which one"),
        (
            State(asked="confirm_time", offered=(at(3, 9, 9),), service="cleaning"),
            "Monday, March 9 at 9:00 am?",
        ),
        (State(asked="which_time", service="cleaning"), "which day or time"),
        (State(asked="which_service"), "What is it for"),
    ],
)
def test_a_side_question_comes_back_to_the_booking(state: State, back: str) -> None:
    decision = last(picture(), hears("question.parking", text="where do I park?"), state=state)
    assert (decision.reply or "").startswith("There is free parking behind the building.")
    assert back in (decision.reply or "")
    assert decision.state.asked == state.asked


def test_a_time_is_offered_after_an_answer_only_once() -> None:
    park, pay = (
        hears("question.parking", text="parking?"),
        hears("question.payment", text="can I pay by card?"),
    )
    first, second = play(picture(), park, pay)
    assert "time for you" in (first.reply or "")
    assert "time for you" not in (second.reply or "")


def test_several_questions_are_answered_in_one_reply() -> None:
    reply = last(
        picture(), hears("question.parking", "question.hours", text="parking? and when are you open")
    ).reply
    assert reply is not None
    assert reply.index("free parking") < reply.index("Monday to Thursday")


def test_two_failures_in_a_row_hand_over() -> None:
    unclear = hears(Heard("out_of_scope", None, 0.9), text="what about it all then")
    first, second = play(picture(), unclear, unclear)
    assert not first.effects
    assert effects(second, HandOver) == [HandOver("not_understood")]


def test_something_understood_in_between_starts_the_count_anew() -> None:
    unclear = hears(Heard("out_of_scope", None, 0.9), text="blah blah")
    *_, third = play(picture(), unclear, hears("question.parking", text="parking?"), unclear)
    assert not third.effects


def test_what_ends_things_for_good_must_be_heard_for_sure() -> None:
    for intent in ("not_interested", "wrong_number"):
        decision = last(picture(), hears(Heard(intent, None, 0.52), text="same time as last time"))
        assert not effects(decision, Close)
        assert not effects(decision, Suppress)


def test_a_clear_no_closes_and_keeps_its_reason() -> None:
    decision = last(picture(), hears("not_interested.price", text="too expensive for me"))
    assert effects(decision, Close) == [Close("price")]
    assert "I won't write again" in (decision.reply or "")


def test_nothing_is_said_to_a_no_after_a_clear_no() -> None:
    no = hears("deny", text="no", rung="pending")
    first, second, third = play(picture(), no, no, hears("thanks", text="thanks", rung="pending"))
    assert effects(first, Close)
    assert second.reply is None
    assert third.reply is None


def test_a_no_while_a_visit_stands_asks_whether_to_call_it_off() -> None:
    decision = last(picture(visits=(visit(),)), hears("not_interested", text="not interested"), state=State())
    assert not decision.effects
    assert decision.state.asked == "confirm_cancel"


def test_a_wrong_number_names_nobody_and_no_service() -> None:
    decision = last(picture(), hears("wrong_number", text="wrong number"))
    assert effects(decision, Suppress) == [Suppress("wrong_number")]
    assert decision.kind == "farewell"
    for word in ("Sample", "cleaning", "dental", "appointment"):
        assert word.lower() not in (decision.reply or "").lower()


@pytest.mark.parametrize("kind", ["life", "self_harm", "urgent"])
def test_an_emergency_offers_nothing_and_freezes_what_is_proactive(kind: str) -> None:
    said = hears(
        Heard("emergency", kind), "book", windows=(whole(3, 6),), gated=Gated(emergency=kind), rung="rule"
    )  # type: ignore[arg-type]
    decision = last(picture(), said)
    assert effects(decision, Freeze)
    assert effects(decision, HandOver)[0].urgent
    assert not decision.state.offered
    assert "1)" not in (decision.reply or "")


def test_a_doubtful_stop_is_met_with_silence_and_a_person() -> None:
    said = hears("book", text="you can stop", windows=(whole(3, 6),), gated=Gated(opt_out="doubtful"))
    decision = last(picture(), said)
    assert decision.reply is None
    assert effects(decision, HandOver) == [HandOver("perhaps_opt_out")]


def test_a_person_is_called_whenever_one_is_asked_for() -> None:
    for intent in ("human", "complaint"):
        decision = last(picture(), hears("book", intent, text="get me a person", windows=(whole(3, 6),)))
        assert effects(decision, HandOver)
        assert not decision.state.offered


def test_a_picture_without_words_goes_to_a_person() -> None:
    decision = last(picture(has_media=True), hears(Heard("out_of_scope", None, 0.0)))
    assert effects(decision, HandOver) == [HandOver("media", silent=False)]


def test_more_texts_in_an_hour_than_the_owner_allows_end_in_silence() -> None:
    decision = last(picture(bot_texts_last_hour=12), hears("greet", text="hello"))
    assert decision.reply is None
    assert effects(decision, HandOver) == [HandOver("loop")]


def test_the_very_same_reply_is_not_given_a_third_time() -> None:
    hello = hears("greet", text="hello")
    *two, third = play(picture(), hello, hello, hello)
    assert not any(decision.effects for decision in two)
    assert effects(third, HandOver) == [HandOver("loop")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("my mother passed away last week", "bereavement"),
        ("Sample died in january", "bereavement"),
        ("i am 14 years old", "minor"),
        ("please delete my data", "data_request"),
        ("i'm pregnant, is it safe?", "clinical_question"),
        ("hola, quiero una cita", "spanish"),
        ("does my ppo cover a crown?", "coverage_question"),
        ("whats my copay", "coverage_question"),
        ("my lawyer wants your records", "legal_question"),
        ("is it tax deductible?", "financial_question"),
        ("can i eat before the cleaning?", "clinical_question"),
    ],
)
def test_what_is_delicate_gets_a_person_and_no_pitch(text: str, reason: str) -> None:
    decision = last(picture(), hears("book", text=text, windows=(whole(3, 6),)))
    assert [effect.reason for effect in effects(decision, HandOver)] == [reason]
    assert not decision.state.offered


@pytest.mark.parametrize(
    "text",
    [
        "my phone died, can i still book friday?",
        "do you take delta dental? friday works",
        "is the parking covered? friday works",
        "my son is 12 years old, is friday ok",
        "i'm 15 minutes away",
        "are you an automated bot or a person",
        "i passed the test, lets book",
        "delete that last one please",
        "dying for a friday appointment",
    ],
)
def test_false_friends_of_the_delicate_are_conversed_about(text: str) -> None:
    assert last(picture(), hears("book", text=text, windows=(whole(3, 6),))).state.offered


@pytest.mark.parametrize(
    "text",
    ["Automatic reply: I am away until Monday", 'Liked "Shall I find you a time?"', "Loved “See you!”"],
)
def test_what_no_person_wrote_gets_no_answer(text: str) -> None:
    decision = last(picture(), hears("affirm", text=text))
    assert decision.reply is None
    assert not decision.effects
    assert decision.state.asked == "offer_to_book"


def test_a_moment_and_hesitation_are_granted_without_losing_the_offer() -> None:
    offers = hears("book", windows=(whole(3, 6),))
    for text in ("give me a sec", "hmm not sure yet", "one moment please", "i don't know"):
        decision = last(picture(), offers, hears("not_now", text=text))
        assert decision.state.asked == "which_opening"
        assert not decision.effects
        assert len(decision.reply or "") < 60


def test_thanks_and_goodbye_are_answered_once() -> None:
    thanks, bye = hears("thanks", text="thanks"), hears("goodbye", text="bye")
    first, second, third = play(picture(visits=(visit(),)), thanks, bye, thanks, state=State())
    assert first.reply == "You're welcome! See you on Monday, March 9."
    assert second.reply is None
    assert third.reply is None


def test_whatever_deciding_offers_it_has_asked_the_calendar_for() -> None:
    for asked in (
        "offer_to_book",
        "which_time",
        "which_opening",
        "which_service",
        "which_person",
        "confirm_time",
    ):
        for intent in ("book", "choose", "other_times", "reschedule", "affirm", "deny", "not_now"):
            assert wants_calendar(State(asked=asked), hears(intent))


def test_an_opening_that_went_meanwhile_is_made_up_for_at_once() -> None:
    state = State(service="cleaning", wanted=Times((whole(3, 9),)))
    decision = offer_again(state, hears("choose"), picture())
    assert (decision.reply or "").startswith("I'm sorry, that time has gone.")
    assert {opening.date() for opening in decision.state.offered} == {local(3, 9).date()}


def test_every_text_of_a_reply_is_plain_gsm_and_fits_two_segments() -> None:
    plain = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà") | set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    )
    from actions.replies import shipped

    facts = {
        "service": "a whitening", "opening": "Wednesday, September 30 at 12:30 pm (New York time)",
        "openings": "\n".join(f"{n}) Wed Sep 30, 12:30 pm (New York time)" for n in (1, 2, 3)),
        "missed": "at 12:30 pm on Wed Sep 30",
        "closed": "on Fri Jun 19 (Juneteenth National Independence Day)",
        "services": "cleaning, check-up or whitening",
        "whose": "Another's",
        "names": "Sample, Example or Another", "day": "Wednesday, September 30, 2027 at 12:30 pm",
        "until": "Wednesday, September 30", "staff": "Sample Person",
        "first": "How much is whitening?", "second": "How long does whitening take?",
    }  # fmt: skip
    for name, variants in shipped().items():
        for number in range(len(variants)):
            turn = Turn(State(turns=number), hears("greet"), picture())
            turn.say(name, **facts)
            reply = turn.decision().reply or ""
            assert set(reply) <= plain, f"{name}: {set(reply) - plain}"
            assert len(reply) <= 306, f"{name}: {len(reply)}"


def test_no_text_asks_for_a_word_that_carriers_take_for_an_opt_out() -> None:
    import re

    from actions.replies import shipped

    for name, variants in shipped().items():
        for variant in variants:
            found = re.findall(
                r"(?i)\b(?:reply|text|say|send) (cancel|end|quit|unsubscribe|revoke)\b", variant
            )
            assert not found, name


def test_a_text_without_a_day_says_the_year_when_it_is_another() -> None:
    january = hears("not_now", text="after new year", windows=(moment(3, 5, 10),))
    window = january.times.windows[0]
    far = type(window)(datetime(2027, 1, 4), datetime(2027, 1, 5), "day")
    decision = last(picture(), hears("not_now", text="in january", windows=(far,)))
    assert "Monday, January 4, 2027" in (decision.reply or "")
    assert effects(decision, CallBack)[0].due_at == datetime(2027, 1, 4, 15, 0, tzinfo=UTC)


def test_persons_of_a_household_are_told_apart_only_by_name() -> None:
    persons = (PersonFacts(1, "Sample", "cleaning"), PersonFacts(2, "Sample", "check-up"))
    decision = last(
        picture(persons=persons), hears("book", text="monday at 10", windows=(moment(3, 9, 10),)), YES
    )
    assert effects(decision, Book)[0].start == at(3, 9, 10)


def test_the_picture_is_of_a_thursday_at_ten() -> None:
    assert picture().business_now.replace(tzinfo=None) == local(3, 5, 10)
    assert at(3, 5, 10) == NOW
