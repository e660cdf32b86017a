"""Booking, moving and calling off, as the policy decides it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.calendars import Span
from actions.context import PersonFacts
from actions.decision import Book, CallBack, CancelVisit, Close, HandOver, Move
from actions.state import State
from data.whereabouts import Whereabouts
from nlu.pending import WAVERING
from nlu.understanding import Heard
from tests.unit.actions.picture import at, hears, last, local, moment, picture, play, visit, whole

YES = hears("affirm", text="yes", rung="pending")
NO = hears("deny", text="no", rung="pending")
FRIDAY = hears("book", text="do you have anything friday", windows=(whole(3, 6),))
TWO = hears("choose", text="2", choice=2, rung="pending")
HOUSEHOLD = (PersonFacts(1, "Ana", "cleaning"), PersonFacts(2, "Ben", "check-up"))


def only(decision, kind):
    found = [effect for effect in decision.effects if isinstance(effect, kind)]
    return found[0] if len(found) == 1 else None


def test_offers_are_numbered_in_time_order_and_what_is_chosen_is_booked_to_the_minute() -> None:
    offers, booking = play(picture(), FRIDAY, TWO)
    assert list(offers.state.offered) == sorted(offers.state.offered)
    assert only(booking, Book).start == offers.state.offered[1]
    assert only(booking, Book).service == "cleaning"
    assert only(booking, Book).end - only(booking, Book).start == timedelta(minutes=45)
    assert booking.reply is None  # the calendar confirms it


def test_the_last_one_is_the_last_however_many_there_are() -> None:
    offers, booking = play(picture(), FRIDAY, hears("choose", text="the last one", choice=-1, rung="pending"))
    assert only(booking, Book).start == offers.state.offered[-1]


def test_nothing_busy_is_offered() -> None:
    busy = (Span(at(3, 6, 9), at(3, 6, 14)),)
    offered = last(picture(busy=busy), FRIDAY).state.offered
    assert offered
    assert all(opening >= at(3, 6, 14) for opening in offered)


def test_with_the_calendar_unreadable_nothing_is_offered_and_a_person_is_told() -> None:
    decision = last(picture(busy=None), FRIDAY)
    assert not decision.state.offered
    assert only(decision, HandOver) == HandOver("calendar_away", silent=False)


def test_a_named_time_is_put_as_one_offer_and_booked_on_yes() -> None:
    offer, booking = play(picture(), hears("book", text="monday at 10", windows=(moment(3, 9, 10),)), YES)
    assert "Monday, March 9 at 10:00 am" in (offer.reply or "")
    assert only(booking, Book).start == at(3, 9, 10)


def test_a_named_time_that_is_taken_is_said_to_be() -> None:
    busy = (Span(at(3, 9, 9), at(3, 9, 12)),)
    decision = last(picture(busy=busy), hears("book", text="monday at 10", windows=(moment(3, 9, 10),)))
    assert "at 10:00 am on Mon Mar 9" in (decision.reply or "")
    assert at(3, 9, 10) not in decision.state.offered


def test_two_hours_named_of_one_day_are_both_offered() -> None:
    said = hears("book", text="tuesday 10 or 2", windows=(moment(3, 10, 10), moment(3, 10, 14)))
    assert last(picture(), said).state.offered == (at(3, 10, 10), at(3, 10, 14))


def test_an_opening_that_is_only_asked_about_is_put_once_more() -> None:
    asked = hears(Heard("choose", None, WAVERING), text="is 2 ok?", choice=2, rung="pending")
    offers, again, booking = play(picture(), FRIDAY, asked, YES)
    assert not again.effects
    assert again.state.offered == (offers.state.offered[1],)
    assert only(booking, Book).start == offers.state.offered[1]


def test_an_answer_that_comes_when_the_opening_is_over_books_nothing() -> None:
    offers = last(picture(), FRIDAY)
    monday = picture(now=at(3, 9, 10))
    decision = last(monday, TWO, state=offers.state)
    assert not decision.effects
    assert "has gone" in (decision.reply or "")
    assert all(opening > at(3, 9, 10) for opening in decision.state.offered)


def test_an_opening_that_has_become_busy_is_not_booked() -> None:
    offers = last(picture(), FRIDAY)
    taken = offers.state.offered[1]
    busy = (Span(taken, taken + timedelta(minutes=45)),)
    decision = last(picture(busy=busy), TWO, state=offers.state)
    assert not decision.effects
    assert taken not in decision.state.offered


@pytest.mark.parametrize(
    "text", ["asap", "as soon as possible please", "your first available", "earliest possible"]
)
def test_as_soon_as_possible_gets_the_soonest(text: str) -> None:
    offered = last(picture(), hears("book", text=text)).state.offered
    assert offered == (at(3, 5, 11), at(3, 5, 13), at(3, 5, 13, 30))


def test_none_of_those_gets_others_and_the_second_time_a_question() -> None:
    none = hears("other_times", text="none of those", rung="pending")
    first, second, third = play(picture(), FRIDAY, none, none)
    assert not set(first.state.offered) & set(second.state.offered)
    assert third.state.asked == "which_time"


def test_another_service_is_offered_for_the_time_that_was_wanted() -> None:
    instead = hears("other_times", text="can we do a whitening instead")
    decision = last(picture(), FRIDAY, instead)
    assert decision.state.service == "whitening"
    assert {opening.date() for opening in decision.state.offered} == {local(3, 6).date()}


def test_the_name_of_a_service_is_enough_to_change_it() -> None:
    decision = last(picture(), FRIDAY, hears(Heard("goodbye", None, 0.4), text="whitening please"))
    assert decision.state.service == "whitening"


def test_no_service_known_is_asked_for_and_the_wish_kept() -> None:
    someone = picture(last_service=None, persons=(PersonFacts(1, "Sample"),))
    ask, offers = play(someone, FRIDAY, hears("choose", text="whitening", choice=3, rung="pending"))
    assert ask.state.asked == "which_service"
    assert "cleaning, check-up or whitening" in (ask.reply or "")
    assert {opening.date() for opening in offers.state.offered} == {local(3, 6).date()}


@pytest.mark.parametrize("text", ["never mind", "nvm", "forget it", "actually changed my mind"])
def test_never_mind_is_not_insisted_upon(text: str) -> None:
    for intent in ("deny", "other_times"):
        decision = last(picture(), FRIDAY, hears(intent, text=text))
        assert decision.state.asked is None
        assert not decision.effects


@pytest.mark.parametrize(
    ("window", "words"),
    [(whole(3, 4), "already passed"), (whole(7, 14), "up to Wednesday, June 3")],
)
def test_a_time_that_is_over_or_out_of_reach_is_said_to_be(window, words: str) -> None:
    decision = last(picture(), hears("book", text="that day", windows=(window,)))
    assert words in (decision.reply or "")
    assert not decision.state.offered


def test_who_has_a_visit_is_asked_whether_to_move_it_and_never_gets_two() -> None:
    there = picture(visits=(visit(),))
    ask, offer, moving = play(
        there,
        hears("book", text="book me tuesday at 10", windows=(moment(3, 10, 10),)),
        YES,
        YES,
        state=State(),
    )
    assert ask.state.asked == "offer_to_move"
    assert offer.state.offered == (at(3, 10, 10),)
    assert only(moving, Move) == Move(7, at(3, 10, 10), at(3, 10, 10, 45))
    assert not any(isinstance(effect, Book) for effect in moving.effects)


def test_another_time_instead_moves_the_visit() -> None:
    said = hears("other_times", text="thursday at 2 instead", windows=(moment(3, 12, 14),))
    decision = last(picture(visits=(visit(),)), said, state=State())
    assert decision.state.moving == 7
    assert "move your cleaning" in (decision.reply or "")


def test_same_time_on_another_day_is_the_visits_time() -> None:
    said = hears("reschedule", text="can we do tuesday, same time", windows=(whole(3, 10),))
    assert last(picture(visits=(visit(),)), said, state=State()).state.offered == (at(3, 10, 15),)


def test_something_earlier_that_day_lies_before_the_visit() -> None:
    said = hears("other_times", text="do you have anything earlier that day?")
    offered = last(picture(visits=(visit(),)), said, state=State()).state.offered
    assert offered
    assert all(at(3, 9, 9) <= opening < at(3, 9, 15) for opening in offered)


def test_a_visit_is_called_off_at_once_where_that_is_plainly_said() -> None:
    there = picture(visits=(visit(),))
    sure = last(there, hears("cancel_appointment", text="cancel my appointment"), state=State())
    assert only(sure, CancelVisit) == CancelVisit(7)
    unsure = last(
        there, hears(Heard("cancel_appointment", None, 0.75), text="might not make it"), state=State()
    )
    assert unsure.state.asked == "confirm_cancel"
    assert not unsure.effects


def test_with_two_visits_none_is_called_off_without_a_question() -> None:
    both = picture(visits=(visit(), visit(day=10, id=8)))
    assert not last(both, hears("cancel_appointment", text="cancel it"), state=State()).effects
    named = hears("cancel_appointment", text="cancel the one on tuesday", windows=(whole(3, 10),))
    assert only(last(both, named, state=State()), CancelVisit) == CancelVisit(8)


def test_a_no_to_calling_off_keeps_the_visit() -> None:
    decision = last(picture(visits=(visit(),)), NO, state=State(asked="confirm_cancel"))
    assert not decision.effects
    assert "stays as it is" in (decision.reply or "")


def test_a_no_to_another_time_after_calling_off_is_no_no_to_the_business() -> None:
    decision = last(picture(), NO, state=State(asked="offer_to_book", called_off=True))
    assert only(decision, Close) is None


def test_another_service_for_a_visit_that_stands_is_a_persons_work() -> None:
    said = hears("reschedule", text="can I change it to a whitening on tuesday", windows=(whole(3, 10),))
    decision = last(picture(visits=(visit(),)), said, state=State())
    assert only(decision, HandOver) == HandOver("change_of_service", silent=False)


def test_a_household_is_asked_once_who_it_is_for() -> None:
    ask, offers, booking = play(
        picture(persons=HOUSEHOLD, last_service=None), FRIDAY, hears("deny", text="Ben"), TWO
    )
    assert ask.reply == "Gladly. Who is it for: Ana or Ben?"
    assert offers.state.service == "check-up"
    assert only(booking, Book).person == 2
    assert only(booking, Book).start == offers.state.offered[1]


def test_a_name_in_the_wish_answers_before_it_is_asked() -> None:
    said = hears("book", text="could ana come in on friday?", windows=(whole(3, 6),))
    decision = last(picture(persons=HOUSEHOLD), said)
    assert decision.state.person == 1
    assert decision.state.offered


def test_one_visit_at_a_time_for_a_household_that_wants_both() -> None:
    said = hears("book", text="can we both come friday", windows=(whole(3, 6),))
    assert "Who comes first" in (last(picture(persons=HOUSEHOLD), said).reply or "")


def test_the_visit_of_one_does_not_stand_in_the_way_of_the_other() -> None:
    there = picture(persons=HOUSEHOLD, visits=(visit(person=1),))
    said = hears("book", text="and ben on friday?", windows=(whole(3, 6),))
    assert last(there, said, state=State()).state.offered
    again = hears("book", text="ana on friday?", windows=(whole(3, 6),))
    assert last(there, again, state=State()).state.asked == "offer_to_move"


def test_not_now_becomes_one_callback_and_ok_to_it_books_nothing() -> None:
    later, ok = play(picture(), hears("not_now", text="not now"), hears("affirm", text="ok", rung="pending"))
    assert only(later, CallBack).due_at == at(4, 2, 10)
    assert not ok.effects
    assert ok.state.asked is None


def test_a_wish_for_a_visit_after_a_callback_was_agreed_is_one() -> None:
    said = hears("book", text="can I book monday at 10", windows=(moment(3, 9, 10),))
    decision = last(picture(), hears("not_now", text="not now"), said)
    assert decision.state.offered == (at(3, 9, 10),)


def test_days_that_do_not_suit_are_a_wish_for_the_others() -> None:
    decision = last(picture(), hears("not_now", text="not mondays", excluded=(whole(3, 9), whole(3, 16))))
    assert decision.state.offered
    assert all(opening.weekday() != 0 for opening in decision.state.offered)


@pytest.mark.parametrize(("text", "day"), [("i'm at work", 6), ("i need to ask my wife", 12)])
def test_why_it_is_not_now_says_how_long_to_wait(text: str, day: int) -> None:
    assert only(last(picture(), hears("not_now", text=text)), CallBack).due_at == at(3, day, 10)


def test_no_lawful_time_for_a_callback_goes_to_a_person() -> None:
    nowhere = Whereabouts(("America/New_York", "Europe/London", "Asia/Tokyo"), "phone", None, "US")
    there = picture()
    there = replace(there, contact=replace(there.contact, where=nowhere))
    decision = last(there, hears("not_now", text="not now"))
    assert only(decision, CallBack) is None
    assert only(decision, HandOver) == HandOver("no_lawful_time", silent=False)


def test_not_now_from_who_has_a_visit_is_about_the_visit() -> None:
    busy = hears("not_now", text="busy monday", excluded=(whole(3, 9),))
    decision = last(picture(visits=(visit(),)), busy, state=State())
    assert only(decision, CallBack) is None
    assert decision.state.moving == 7
