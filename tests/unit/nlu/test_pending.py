"""The pending rung: short, plain answers, and nothing else."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import pytest

from nlu.pending import LAST, Pending, settle
from nlu.understanding import Times, Window

NOW = datetime(2026, 3, 5, 10)  # a Thursday


def opening(day: int, hour: int, minute: int = 0) -> Window:
    start = datetime(2026, 3, day, hour, minute)
    return Window(start, start + timedelta(minutes=45), "range")


OPENINGS = (opening(10, 9), opening(12, 14), opening(12, 15, 30))
TWO = OPENINGS[:2]


def clock_reader(hour: int, minute: int = 0, day: int | None = None):
    """How a text that names this hour (or a day of March) reads at any moment."""

    def read_at(moment: datetime) -> Times:
        if day is not None:
            start = datetime(2026, 3, day)
            return Times((Window(start, start + timedelta(days=1), "day"),))
        start = datetime.combine(moment.date(), time(hour, minute))
        return Times((Window(start, start + timedelta(minutes=1), "minute"),))

    return read_at


def heard(text: str, asked: str | None, options: tuple[Window, ...] = (), read_at=None) -> tuple | None:
    times = read_at(NOW) if read_at else Times()
    settled = settle(text, Pending(asked, options), times, read_at)
    return settled and (settled.heard.intent, settled.choice)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes!",
        "yep sure",
        "yesss",
        "ok",
        "k",
        "sounds good",
        "👍",
        "👍🏽",
        "that works",
        "that works for me",
        "perfect",
        "perfct, thanks",
        "yes please",
        "sure thing",
        "ok great thank you",
        "yeh go ahead",
    ],
)
def test_a_plain_yes_is_heard_as_one(text: str) -> None:
    assert heard(text, "offer_to_book") == ("affirm", None)


@pytest.mark.parametrize(
    "text", ["no", "Nope.", "nah", "no thanks", "no thank you!", "not really", "nooo", "no ty", "👎"]
)
def test_a_plain_no_is_heard_as_one(text: str) -> None:
    assert heard(text, "offer_to_book") == ("deny", None)
    assert heard(text, "anything_else") == ("deny", None)


@pytest.mark.parametrize(
    "text",
    [
        "yes but my wife first",
        "no, the dog ate it",
        "is it ok",
        "maybe",
        "yes and no",
        "who is this",
        "lol what",
        "ok so how much is it",
        "no problem",
        "not sure",
        "great aunt",
        "I said no more texts",
    ],
)
def test_anything_with_more_to_say_is_left_to_the_model(text: str) -> None:
    assert heard(text, "offer_to_book") is None


def test_only_a_bare_yes_or_no_is_plain_where_nothing_was_asked() -> None:
    assert heard("yes", None) == ("affirm", None)
    assert heard("nope", None) == ("deny", None)
    assert heard("yes tuesday at 3", None, read_at=clock_reader(15)) is None
    assert heard("2", None) is None


@pytest.mark.parametrize(
    "text", ["great", "ok thanks", "👍", "that's all", "i'm good", "nothing else, thank you"]
)
def test_agreeing_to_anything_else_means_nothing_more(text: str) -> None:
    assert heard(text, "anything_else") == ("deny", None)


def test_yes_to_anything_else_means_there_is_more() -> None:
    assert heard("yes please", "anything_else") == ("affirm", None)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("2", 2),
        ("#2", 2),
        ("2.", 2),
        ("2 please", 2),
        ("option two", 2),
        ("the second one", 2),
        ("2nd", 2),
        ("secnd one", 2),
        ("i'll take the first", 1),
        ("1st one pls", 1),
        ("number 3", 3),
        ("the earlier one", 1),
        ("earliest", 1),
        ("the later one", LAST),
        ("last one", LAST),
        ("the middle one", 2),
        ("either", 1),
        ("any of them works", 1),
        ("lets go with 3", 3),
        ("no, the second one", 2),
    ],
)
def test_an_offered_opening_is_chosen_by_number_or_order(text: str, choice: int) -> None:
    assert heard(text, "which_opening", OPENINGS) == ("choose", choice)


@pytest.mark.parametrize("text", ["4", "0", "7 please", "the fifth one", "1 or 3", "22"])
def test_a_number_that_was_not_offered_is_no_choice(text: str) -> None:
    assert heard(text, "which_opening", OPENINGS) is None


def test_the_middle_of_two_is_no_choice() -> None:
    assert heard("the middle one", "which_opening", TWO) is None


def test_a_number_is_no_choice_where_nothing_was_offered() -> None:
    assert heard("2", "offer_to_book") is None
    assert heard("2", "which_opening") is None


@pytest.mark.parametrize(
    "text", ["none of those", "neither", "something else", "no, none of them work", "other times?"]
)
def test_refusing_all_openings_asks_for_other_times(text: str) -> None:
    assert heard(text, "which_opening", OPENINGS) == ("other_times", None)


def test_an_hour_names_the_opening_on_whichever_day_it_lies() -> None:
    assert heard("the 3:30 one", "which_opening", OPENINGS, clock_reader(15, 30)) == ("choose", 3)
    assert heard("3:30 works for me", "which_opening", OPENINGS, clock_reader(15, 30)) == ("choose", 3)


def test_a_day_with_one_opening_chooses_it() -> None:
    assert heard("tuesday works", "which_opening", OPENINGS, clock_reader(0, day=10)) == ("choose", 1)


def test_a_day_with_two_openings_leaves_the_choice_open() -> None:
    assert heard("thursday works", "which_opening", OPENINGS, clock_reader(0, day=12)) == ("choose", None)


def test_a_time_that_was_not_offered_is_a_wish_without_a_choice() -> None:
    assert heard("friday", "which_opening", OPENINGS, clock_reader(0, day=13)) == ("choose", None)
    assert heard("no, friday instead", "which_opening", OPENINGS, clock_reader(0, day=13)) == (
        "other_times",
        None,
    )


def test_a_number_that_is_an_hour_on_offer_means_that_hour() -> None:
    late = (opening(10, 14), opening(12, 16))
    assert heard("4 works", "which_opening", late, clock_reader(16)) == ("choose", 2)


def test_nothing_but_a_time_answers_a_question_for_one() -> None:
    for asked in ("which_time", "callback_time"):
        assert heard("tuesday at 3", asked, read_at=clock_reader(15)) == ("choose", None)
    assert heard("3", "which_time", read_at=clock_reader(15)) == ("choose", None)


def test_another_time_under_confirmation_asks_for_that_one() -> None:
    proposed = (opening(12, 15, 30),)
    four = clock_reader(16)
    for text in ("no, 4 instead", "can we do 4 instead", "4pm", "yes but 4pm"):
        assert heard(text, "confirm_time", proposed, four) == ("other_times", None)


def test_the_same_time_under_confirmation_is_a_yes() -> None:
    proposed = (opening(12, 15, 30),)
    assert heard("yes 3:30 works", "confirm_time", proposed, clock_reader(15, 30)) == ("affirm", None)
    assert heard("3:30 is perfect", "confirm_time", proposed, clock_reader(15, 30)) == ("affirm", None)


def test_a_time_that_does_not_work_is_left_to_the_model() -> None:
    assert heard("thursday doesn't work", "which_opening", OPENINGS, clock_reader(0, day=12)) is None


def test_a_time_ruled_out_is_left_to_the_model() -> None:
    day = Window(datetime(2026, 3, 13), datetime(2026, 3, 14), "day")
    assert settle("no fridays", Pending("which_time"), Times((), (day,))) is None


@pytest.mark.parametrize(
    ("text", "asked", "intent"),
    [
        ("keep it", "confirm_cancel", "deny"),
        ("yes cancel", "confirm_cancel", None),
        ("see you then", "confirm_appointment", "affirm"),
        ("confirmed", "confirm_appointment", "affirm"),
        ("no that's fine", "confirm_cancel", "deny"),
        ("no that's fine", "confirm_time", None),
        ("yes that's all", "anything_else", "deny"),
        ("all good", "confirm_time", "affirm"),
    ],
)
def test_the_question_decides_what_an_answer_means(text: str, asked: str, intent: str | None) -> None:
    found = heard(text, asked)
    assert (found and found[0]) == intent


def test_a_service_is_chosen_by_its_name() -> None:
    pending = Pending("which_service", services=("Cleaning", "Check-up", "Whitening"))
    assert settle("the check up please", pending, Times()).choice == 2
    assert settle("cleaning and whitening", pending, Times()) is None


def test_no_word_of_a_plain_answer_is_an_opt_out() -> None:
    from nlu.plain_words import PHRASES

    words = set(re.findall(r"\w+", " ".join(PHRASES.values())))
    assert not words & {"stop", "stopall", "unsubscribe", "quit", "revoke", "optout"}


def test_a_person_of_the_household_is_chosen_by_name() -> None:
    pending = Pending("which_person", persons=("Ana", "Ben"))
    assert settle("it's for Ben please", pending, Times()).choice == 2
    assert settle("ana", pending, Times()).choice == 1
    assert settle("me", pending, Times()) is None


def test_two_numbers_are_no_choice_even_where_one_is_an_hour_on_offer() -> None:
    both = Times((Window(datetime(2026, 3, 10, 9), datetime(2026, 3, 10, 10), "hour"),))
    settled = settle("1 and 3", Pending("which_opening", OPENINGS), both, lambda moment: both)
    assert settled.choice is None


def test_a_number_that_is_only_asked_about_is_less_sure_than_one_that_is_named() -> None:
    for text, sure in (
        ("is 2 ok?", False),
        ("what about 2", False),
        ("2 please", True),
        ("can i do 2", True),
    ):
        settled = settle(text, Pending("which_opening", OPENINGS), Times())
        assert settled.choice == 2
        assert (settled.heard.confidence == 1.0) is sure


def test_a_bare_day_or_hour_is_a_wish_to_come_after_the_opener() -> None:
    assert heard("tonight?", "offer_to_book", read_at=clock_reader(18)) == ("book", None)
    assert heard("how about friday", "offer_to_book", read_at=clock_reader(0, day=13)) == ("book", None)


def test_any_time_is_a_yes() -> None:
    assert heard("any time works", "offer_to_book") == ("affirm", None)
    assert heard("whatever works", "which_time") == ("choose", None)


def test_a_time_while_moving_is_asked_about_says_where_to() -> None:
    assert heard("wednesday morning", "offer_to_move", read_at=clock_reader(0, day=11)) == ("affirm", None)


def test_at_three_means_the_opening_at_three_rather_than_the_one_at_half_past() -> None:
    at_three = (opening(10, 15), opening(10, 15, 30))

    def hour(moment: datetime) -> Times:
        start = datetime.combine(moment.date(), time(15))
        return Times((Window(start, start + timedelta(hours=1), "hour"),))

    assert heard("3 pm works", "which_opening", at_three, hour) == ("choose", 1)
