"""Turns of phrase, and their false friends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.decide import decide
from actions.decision import HandOver
from actions.state import State
from actions.wishes import at_the_same_time, is_on_the_way, names_another, wants_a_moment, wants_somebody
from nlu.understanding import Times, Window
from tests.unit.actions.picture import at, hears, last, local, moment, picture, visit, whole


@pytest.mark.parametrize(
    "text", ["hm let me look at my calendar", "gotta check my work schedule first", "one sec", "let me check"]
)
def test_whoever_looks_it_up_is_waited_for(text: str) -> None:
    assert wants_a_moment(text)


@pytest.mark.parametrize("text", ["let me know", "can you check my appointment", "i need to book"])
def test_that_is_no_wish_for_a_moment(text: str) -> None:
    assert not wants_a_moment(text)


@pytest.mark.parametrize("text", ["running late, be there in 10", "i'll be a bit late", "on my way!"])
def test_somebody_on_the_way_is_known(text: str) -> None:
    assert is_on_the_way(text)


@pytest.mark.parametrize("text", ["is thursday too late", "sorry for the late reply", "latest you have?"])
def test_that_is_nobody_on_the_way(text: str) -> None:
    assert not is_on_the_way(text)


def test_the_team_is_told_at_once_of_somebody_who_is_late_for_a_visit() -> None:
    now = at(3, 9, 14)
    decision = last(picture(now=now, visits=(visit(),)), hears("book", text="running late, be there in 10"))
    assert HandOver("on_the_way", urgent=True, silent=False) in decision.effects


def test_without_a_visit_near_nobody_is_told() -> None:
    far = picture(now=at(3, 9, 14) - timedelta(days=2), visits=(visit(),))
    assert not any(isinstance(e, HandOver) for e in last(far, hears("greet", text="on my way")).effects)


def test_whoever_names_somebody_else_is_thanked() -> None:
    assert names_another("not for me but my sister might want to")
    decision = last(picture(), hears("not_interested", text="not for me but my sister might want to"))
    assert "anybody who would like to come" in (decision.reply or "")


def test_another_day_instead_moves_the_visit_that_stands() -> None:
    said = hears("not_now", text="oh wait, can we make it friday instead", windows=(whole(3, 13),))
    decision = last(picture(visits=(visit(),)), said)
    assert decision.state.moving == visit().id
    assert decision.state.offered


def test_the_soonest_is_no_longer_bound_to_the_times_that_were_wanted_before() -> None:
    wanted = replace(State(), asked="which_opening", wanted=hears("book", windows=(whole(3, 20),)).times)
    decision = decide(wanted, hears("book", text="ok then the earliest you have"), picture())
    assert decision.state.offered[0] < at(3, 10, 0)


def test_same_time_next_week_is_a_week_after_what_was_spoken_of() -> None:
    thursday = Window(local(3, 12, 15), None, "minute")
    named = Window(local(3, 9), local(3, 16), "week")
    later = Window(local(3, 16), local(3, 23), "week")
    for week in (named, later):  # whichever week "next week" was read as
        assert at_the_same_time(Times((week,)), thursday).windows == (moment(3, 19, 15),)


def test_same_time_on_the_last_minute_of_an_hour_is_one_time_too() -> None:
    late = Window(local(3, 12, 15, 59), None, "minute")
    assert at_the_same_time(Times((whole(3, 17),)), late).windows == (moment(3, 17, 15, 59),)


@pytest.mark.parametrize("text", ["tuesday with Dr. Lee?", "can i see doctor lee", "with dr lee pls"])
def test_whoever_wants_somebody_in_particular_is_promised_nobody_and_the_team_is_told(text: str) -> None:
    decision = last(picture(), hears("book", text=text, windows=(whole(3, 10),)))
    assert "can't promise whom" in (decision.reply or "")
    assert decision.state.offered
    assert HandOver("with_whom", silent=False) in decision.effects


@pytest.mark.parametrize("text", ["tuesday with my kids", "i saw a doctor", "with drinks", "see you tuesday"])
def test_that_names_nobody(text: str) -> None:
    assert not wants_somebody(text)
