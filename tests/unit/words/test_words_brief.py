"""The one-page brief, and its never-say list."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from actions.words.brief import Brief, says_never

FULL = Brief(
    offer="A wash with every oil change",
    terms="small cars",
    expires_on=date(2026, 5, 1),
    why_now="we are open on Saturdays",
    questions=("Which car?", "Petrol or diesel?", "Mornings or afternoons?"),
    disqualifiers=("trucks",),
    never_say=("cheap", "no-brainer"),
)


def test_it_comes_back_from_its_json_as_it_was() -> None:
    assert Brief.from_json(FULL.to_json()) == FULL
    assert Brief.from_json({}) == Brief()
    assert Brief().to_json() == {}


def test_there_are_three_questions_at_most() -> None:
    with pytest.raises(ValidationError):
        Brief(questions=("a", "b", "c", "d"))


def test_an_empty_phrase_is_none() -> None:
    with pytest.raises(ValidationError):
        Brief(never_say=(" ",))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("cheap", "It is CHEAP."),
        ("cheap", "cheap!"),
        ("caf\u00e9", "our Cafe"),
        ("cafe", "our CAF\u00c9 is open"),
        ("no-brainer", "a no brainer"),
        ("no brainer", "a no-brainer,"),
        ("last  chance", "your last\nchance"),
        ("don't wait", "Don\u2019t wait"),
        ("dont wait", "don't wait"),
        ("!!", "Come!!"),
        ("50%", "50 % off"),
        ("stra\u00dfe", "STRASSE"),
    ],
)
def test_a_phrase_is_found_whatever_its_case_accents_and_spacing(phrase: str, text: str) -> None:
    assert says_never(Brief(never_say=("something else", phrase)), text) == phrase


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("cheap", "cheaper"),
        ("art", "start of the party"),
        ("free", "freedom"),
        ("!!", "Come!"),
        ("last chance", "chance last"),
    ],
)
def test_a_part_of_a_word_is_none(phrase: str, text: str) -> None:
    assert says_never(Brief(never_say=(phrase,)), text) is None
