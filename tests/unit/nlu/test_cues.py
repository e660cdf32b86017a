"""Cues: what a turn of phrase makes likelier, whatever the model heard."""

from __future__ import annotations

from datetime import datetime

import pytest

from nlu.cues import odds_of
from nlu.ladder import understand
from nlu.loose_choice import loosely_chosen
from nlu.pending import Pending
from nlu.understanding import Heard, Times

NOW = datetime(2026, 3, 5, 10)


class Sure:
    """A model that hears the same in everything."""

    def __init__(self, *heard: Heard) -> None:
        self.heard = heard

    def parse(self, text: str) -> tuple[Heard, ...]:
        return self.heard


def intent(text: str, *heard: Heard, asked: str | None = "offer_to_book") -> str:
    return understand(text, now=NOW, zone="UTC", pending=Pending(asked), model=Sure(*heard)).intent


QUESTION = Heard("question", "payment", 0.6)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("what do you have tomorrow?", "book"),
        ("do you have anything on thursday", "book"),
        ("what times are available", "book"),
        ("when could I come in?", "book"),
        ("could you squeeze me in", "book"),
        ("I need to ask my wife first", "not_now"),
        ("I'll get back to you", "not_now"),
        ("text me tomorrow at 3", "not_now"),
        ("remind me later", "not_now"),
        ("sorry, I'm driving", "not_now"),
        ("I need to cancel", "cancel_appointment"),
        ("I'd like to book a cleaning", "book"),
        ("what time is my appointment", "check_appointment"),
    ],
)
def test_a_cue_outweighs_a_middling_guess(text: str, meant: str) -> None:
    assert intent(text, QUESTION) == meant


@pytest.mark.parametrize(
    "text",
    [
        "what do you have for pain",
        "do you have parking",
        "I don't want to book anything",
        "could you text me the address",
        "what is your cancellation policy",
        "how do I get there",
    ],
)
def test_false_friends_carry_no_cue(text: str) -> None:
    assert odds_of(text, Times()) == {}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ok book the 1st one pls", 1),
        ("i think option 2 is best for me", 2),
        ("let's take the last one, I get off early", 3),
        ("the middle slot would be lovely for us", 2),
        ("not the first one", None),
        ("the first or the second one", None),
        ("the first week is bad", None),
        ("the fifth one", None),
    ],
)
def test_a_longer_answer_may_name_an_opening(text: str, number: int | None) -> None:
    assert loosely_chosen(text, 3) == number
