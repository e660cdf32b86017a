"""The engine behind the rules: what a pattern may say, and which rule wins."""

from __future__ import annotations

from datetime import datetime, time

from nlu.when.grammar import Spot, Stage, Token
from nlu.when.spelling import corrected, plain
from nlu.when.values import Length, Said

SAID = Said(datetime(2026, 3, 5, 10), "UTC", time(8), time(18))


def row(text: str) -> list[Token]:
    return [Token("num", word, int(word)) if word.isdigit() else Token("word", word) for word in text.split()]


def test_an_element_may_be_left_out_and_hands_over_none() -> None:
    stage = Stage()
    handed: list[object] = []

    @stage.rule("in (about)? <num> days|weeks")
    def ahead(spot: Spot, about: str | None, count: int) -> Length:
        handed.append(about)
        return Length(days=count)

    assert [token.kind for token in stage.reduce(row("in 3 days"), SAID)] == ["length"]
    assert [token.kind for token in stage.reduce(row("in about 3 weeks please"), SAID)] == ["length", "word"]
    assert handed == [None, "about"]


def test_the_longest_rule_wins_and_then_the_one_written_first() -> None:
    stage = Stage()
    stage.rule("<num>")(lambda spot, number: Length(days=1))
    stage.rule("<num> days")(lambda spot, number: Length(days=2))
    stage.rule("<num> days")(lambda spot, number: Length(days=3))
    (token,) = stage.reduce(row("5 days"), SAID)
    assert token.value == Length(days=2)


def test_a_rule_that_does_not_apply_after_all_leaves_the_words_to_the_next() -> None:
    stage = Stage()
    stage.rule("<num> days")(lambda spot, number: None)
    stage.rule("<num>")(lambda spot, number: Length(days=number))
    assert [token.kind for token in stage.reduce(row("5 days"), SAID)] == ["length", "word"]


def test_prices_phone_numbers_and_addresses_leave_no_digit_behind() -> None:
    for text in ("$45.50", "20%", "+1 (212) 555-0142", "555-0142", "12 Sample Street", "suite 200", "24/7"):
        assert not any(letter.isdigit() for letter in plain(text)), text


def test_one_slip_in_a_long_name_is_forgiven_and_real_words_are_kept() -> None:
    assert [corrected(word) for word in ("wednesdya", "tomorrrow", "octobr", "afternon")] == [
        "wednesday",
        "tomorrow",
        "october",
        "afternoon",
    ]
    assert [corrected(word) for word in ("friend", "mondays", "sundae", "money")] == [
        "friend",
        "mondays",
        "sundae",
        "money",
    ]
