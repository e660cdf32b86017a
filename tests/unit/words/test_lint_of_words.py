"""Each bad text is caught by its rule, and harmless words are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from actions.words.rules import rules
from tests.unit.words.saying import GOOD, found, opening_with, rules_of, with_text

HERE = Path(__file__).parent
BAD: dict[str, list[str]] = yaml.safe_load((HERE / "bad_texts.yml").read_text(encoding="utf-8"))
HARMLESS = (HERE / "harmless_texts.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("rule", BAD)
def test_a_bad_text_is_caught_by_its_rule(rule: str) -> None:
    step = 3 if rule == "promised_last" else 1
    missed = [
        words for words in BAD[rule] if rule not in rules_of(*with_text(step, opening_with(words)), step=step)
    ]
    assert not missed


def test_a_harmless_text_is_caught_by_none() -> None:
    caught = {words: found(*with_text(1, opening_with(words))) for words in HARMLESS}
    assert not {words: what for words, what in caught.items() if what}
    last = {words: found(*GOOD[:2], replace(GOOD[2], template=opening_with(words))) for words in HARMLESS}
    assert not {words: what for words, what in last.items() if what}


def test_every_rule_over_words_has_its_bad_texts() -> None:
    assert set(BAD) == {name for name, rule in rules().items() if rule.patterns}


def test_every_pattern_catches_something() -> None:
    patterns = [(rule, pattern) for rule in rules().values() for pattern in rule.patterns]
    idle = [
        (rule.name, pattern.pattern)
        for rule, pattern in patterns
        if not any(replace(rule, patterns=(pattern,)).found_in(text) for text in BAD[rule.name])
    ]
    assert not idle


def test_every_rule_says_what_to_do_and_where_it_comes_from() -> None:
    for rule in rules().values():
        assert rule.says, rule.name
        assert len(rule.source) > 10, rule.name
