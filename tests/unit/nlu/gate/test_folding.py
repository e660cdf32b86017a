"""Folding: what only looks different becomes the same."""

from __future__ import annotations

import pytest

from nlu.gate import FOLDER


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP",
        "ＳＴＯＰ",
        "S.T.O.P",
        "s t o p",
        "s-t-o-p",
        "st\u200bop",
        "*STOP*",
        "“Stop”",
        "stooooop",
        "STOPPPP",
        "stpo",
        "stop stop stop",
        "pleeease stop",
        "ştöp",
        "stop :)",
    ],
)
def test_every_way_of_writing_stop_folds_to_one(text: str) -> None:
    assert FOLDER.fold(text).lone == " stop "


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("I can’t. Don't text me", (" i cant ", " dont text me ")),
        ("ok, thanks - stop", (" ok , thanks , stop ",)),
        ("txt me l8r plz", (" text me l8r ",)),
        ("No quiero más mensajes", (" no quiero mas mensajes ",)),
        ("opt-out", (" opt out ",)),
        ("mail a@example.com or www.example.com/stop", (" mail or ",)),
        ("u r a b", (" you r a b ",)),
        ("cut off", (" cut off ",)),
        ("cooool", (" cool ",)),
        ("Unsubscirbe", (" unsubscribe ",)),
        ("lol 😂", (" lol ",)),
    ],
)
def test_words_and_clauses_are_kept_apart(text: str, sentences: tuple[str, ...]) -> None:
    assert FOLDER.fold(text).sentences == sentences


def test_a_keyword_in_capitals_is_kept_only_where_the_rest_is_small() -> None:
    assert FOLDER.fold("I'm busy STOP").sentences == (" im busy STOP ",)
    assert FOLDER.fold("I'M BUSY STOP").sentences == (" im busy stop ",)


def test_polite_clauses_do_not_hide_that_there_is_only_one_thing_said() -> None:
    assert FOLDER.fold("Hi. Stop! Thank you very much").lone == " stop "
    assert FOLDER.fold("Stop. I have moved").lone is None
