"""Every rule of the grammar carries an example, and the example holds because of that rule."""

from __future__ import annotations

import re
import sys
from types import CodeType, FrameType
from typing import Any

import pytest
from when_phrases import agree, said

from nlu.when import STAGES, _read
from nlu.when.grammar import Meaning

EXAMPLE = re.compile(r'^\s*e\.g\. "(.+)" -> (.+)$', re.MULTILINE)
RULES = list(dict.fromkeys(rule for stage in STAGES for rule in stage.meanings))
EXAMPLES = [
    (rule, text, expected) for rule in RULES for text, expected in EXAMPLE.findall(rule.__doc__ or "")
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_says_what_it_does_by_example(rule: Meaning) -> None:
    assert EXAMPLE.search(rule.__doc__ or "")


@pytest.mark.parametrize(("rule", "text", "expected"), EXAMPLES, ids=[text for _, text, _ in EXAMPLES])
def test_an_example_means_what_the_rule_says(rule: Meaning, text: str, expected: str) -> None:
    times = said(text, bare_hours=rule.__name__ == "bare_hour")
    assert agree(times, expected), times


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_an_example_is_read_by_its_own_rule(rule: Meaning) -> None:
    applied: set[CodeType] = set()

    def watch(frame: FrameType, event: str, returned: Any) -> None:
        if event == "return" and returned is not None:
            applied.add(frame.f_code)

    text = EXAMPLE.findall(rule.__doc__ or "")[0][0]
    _read.cache_clear()
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        said(text, bare_hours=rule.__name__ == "bare_hour")
    finally:
        sys.setprofile(before)
    assert rule.__code__ in applied  # type: ignore[attr-defined]
