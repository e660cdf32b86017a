"""Each bad text is caught by its rule, and harmless words are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from actions.words.rules import rules
from tests.unit.words.saying import found, opening_with, rules_of, with_text

HERE = Path(__file__).parent
BAD: dict[str, list[str]] = yaml.safe_load((HERE / "bad_texts.yml").read_text(encoding="utf-8"))
HARMLESS = (HERE / "harmless_texts.txt").read_text(encoding="utf-8").splitlines()


def as_sent(words: str) -> str:
    """A text with these words as a contact gets it, the business's name left out as the linter does."""
    return opening_with(words).replace("{{ first_name }}", "Christopher").replace("{{ business }}", "~")


@pytest.mark.parametrize("rule", BAD)
def test_a_bad_text_is_caught_by_its_rule(rule: str) -> None:
    assert not [words for words in BAD[rule] if not rules()[rule].found_in(as_sent(words))]
    step = 3 if rule == "promised_last" else 1
    assert rule in rules_of(*with_text(step, opening_with(BAD[rule][0])), step=step)


def test_a_harmless_text_is_caught_by_none() -> None:
    caught = [
        (words, name) for words in HARMLESS for name, rule in rules().items() if rule.found_in(as_sent(words))
    ]
    assert not caught
    assert not found(*with_text(1, opening_with(" ".join(HARMLESS[:3]))))


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
