"""docs/words.md names every field, filter, rule and starter, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from actions.words.filters import FILTERS
from actions.words.library import shelf
from actions.words.merge_fields import FIELDS
from actions.words.rules import rules

PAGE = (Path(__file__).resolve().parents[3] / "docs/words.md").read_text(encoding="utf-8")


def test_every_rule_stands_there_with_its_severity() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (error|warning) \|", PAGE, re.MULTILINE))
    assert rows == {rule.name: rule.severity for rule in rules().values()}


def test_every_field_filter_and_starter_is_named() -> None:
    named = set(re.findall(r"`([\w-]+)[`(]", PAGE))
    starters = {each.id for each in shelf()}
    assert set(FIELDS) | set(FILTERS) <= named
    assert {name for name in starters if not name.endswith("-health")} <= named


def test_each_starter_for_others_has_one_for_health_trades_or_needs_a_brief() -> None:
    starters = {each.id: each for each in shelf()}
    for name, each in starters.items():
        assert each.health or each.needs or f"{name}-health" in starters, name
