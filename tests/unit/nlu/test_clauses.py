"""Clauses: what may carry an intent of its own, and what must stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.clauses import MOST_CLAUSES, clauses


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("how much is it, and could I come Tuesday?", ("how much is it", "could I come Tuesday?")),
        ("yes please. do you take delta?", ("yes please.", "do you take delta?")),
        ("yes, is there parking nearby", ("yes", "is there parking nearby")),
        ("ok\ndo you have anything\nthursday after 3", ("ok", "do you have anything", "thursday after 3")),
        ("No. Please change to 6:30 pm.", ("No.", "Please change to 6:30 pm.")),
        ("not right now, but I also have a question", ("not right now", "I also have a question")),
    ],
)
def test_a_text_with_several_things_to_say_is_split(text: str, parts: tuple[str, ...]) -> None:
    assert clauses(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "between 2 and 4",
        "mon and tue works for me",
        "Dr. Sample at 3 p.m. would suit",
        "cleaning and a check-up",
        "me and my wife would like to come",
        "sometime monday, tuesday or friday",
        "👍",
        "after 3.30 please",
        "thursday 2-4, or friday morning",
    ],
)
def test_what_belongs_together_stays_whole(text: str) -> None:
    assert clauses(text) == (text,)


def test_an_empty_text_has_no_clause() -> None:
    assert clauses(" \n ") == ()


@given(st.text(alphabet="ab c,.?!\n'&-", max_size=200))
def test_no_text_breaks_into_too_many_or_empty_clauses(text: str) -> None:
    parts = clauses(text)
    assert len(parts) <= MOST_CLAUSES
    assert all(part.strip() for part in parts)
