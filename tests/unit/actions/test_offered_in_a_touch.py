"""Openings that stood in a touch: the answer books as after any offer, and a no is a no to coming."""

from __future__ import annotations

from actions.context import PersonFacts
from actions.decision import Book, Close
from actions.state import State
from scheduler.outreach.live_openings import offered
from tests.unit.actions.picture import at, hears, last, picture, play

TUESDAY, THURSDAY = at(3, 10, 15, 30), at(3, 12, 9)
TOUCHED = offered(State(asked="offer_to_book"), (TUESDAY, THURSDAY), "cleaning")
SECOND = hears("choose", text="the second one", choice=2, rung="pending")


def test_the_second_one_books_it() -> None:
    (book,) = last(picture(), SECOND, state=TOUCHED).effects
    assert isinstance(book, Book)
    assert (book.service, book.start) == ("cleaning", THURSDAY)


def test_a_yes_to_a_single_opening_books_it() -> None:
    alone = offered(State(asked="offer_to_book"), (THURSDAY,), "cleaning")
    (book,) = last(picture(), hears("affirm", text="yes please", rung="pending"), state=alone).effects
    assert isinstance(book, Book)
    assert book.start == THURSDAY


def test_a_yes_to_two_openings_is_asked_which() -> None:
    decision = last(picture(), hears("affirm", text="yes"), state=TOUCHED)
    assert not decision.effects
    assert decision.state.offered == (TUESDAY, THURSDAY)


def test_a_no_is_a_no_to_coming_and_ends_it() -> None:
    (close,) = last(picture(), hears("deny", text="no thanks", rung="pending"), state=TOUCHED).effects
    assert isinstance(close, Close)


def test_a_no_after_a_side_question_is_still_one_to_coming() -> None:
    said = hears("question.parking", text="where can i park?"), hears("deny", text="no thanks")
    assert any(isinstance(effect, Close) for effect in last(picture(), *said, state=TOUCHED).effects)


def test_once_openings_were_asked_for_a_no_is_one_to_these_times_alone() -> None:
    said = hears("other_times", text="anything else?"), hears("deny", text="no")
    decision = last(picture(), *said, state=TOUCHED)
    assert not any(isinstance(effect, Close) for effect in decision.effects)
    assert decision.state.asked == "which_time"


def test_without_a_known_service_it_is_asked_and_the_time_is_kept() -> None:
    unknown = offered(State(asked="offer_to_book"), (TUESDAY, THURSDAY), None)
    context = picture(last_service=None, persons=(PersonFacts(1, "Sample"),))
    which, then = play(context, SECOND, hears("choose", text="a cleaning"), state=unknown)
    assert which.state.asked == "which_service"
    assert (then.state.asked, then.state.offered) == ("confirm_time", (THURSDAY,))


def test_in_a_household_it_is_asked_whose_visit_it_is_and_the_time_is_kept() -> None:
    context = picture(persons=(PersonFacts(1, "Ana", "cleaning"), PersonFacts(2, "Ben")))
    who, then = play(context, SECOND, hears("choose", text="Ana", rung="pending"), state=TOUCHED)
    assert who.state.asked == "which_person"
    assert then.state.offered == (THURSDAY,)


def test_a_touch_without_openings_leaves_the_question_as_it_was() -> None:
    state = State(asked="offer_to_book")
    assert offered(state, (), "cleaning") == state


def test_an_answer_to_openings_that_are_gone_gets_others_with_an_apology() -> None:
    from actions.calendars import Span

    context = picture(busy=(Span(at(3, 12, 8), at(3, 12, 18)),))
    decision = last(context, SECOND, state=TOUCHED)
    assert not decision.effects
    assert THURSDAY not in decision.state.offered
    assert decision.state.offered
