"""The linter's rules as data: rules.toml, and the health words of health_words.csv."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from actions.words.plain import plain

Severity = Literal["error", "warning"]

NEUTRAL = frozenset({"visit", "appointment", "consultation", "care", "time", "see", "call", "meeting"})
"""Words for a service that name no treatment even where a profile lists them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; see the head of rules.toml for what its parts mean."""

    name: str
    severity: Severity
    says: str
    source: str
    only: Literal["", "first", "health"] = ""
    cased: bool = False
    unless_openings: bool = False
    patterns: tuple[re.Pattern[str], ...] = ()
    but: tuple[re.Pattern[str], ...] = ()
    needs: tuple[re.Pattern[str], ...] = ()

    def found_in(self, text: str) -> list[str]:
        """What of the text the patterns match, harmless uses left out; each once, in order."""
        text = self._read(text)
        for harmless in self.but:
            text = harmless.sub(" ~ ", text)
        found = (
            match.group().strip(" \n.,!?;") for pattern in self.patterns for match in pattern.finditer(text)
        )
        return list(dict.fromkeys(word for word in found if word))

    def is_met_by(self, text: str) -> bool:
        """Whether the text holds what the rule needs."""
        text = self._read(text)
        return any(pattern.search(text) for pattern in self.needs)

    def _read(self, text: str) -> str:
        text = re.sub(r"[ \t]+", " ", plain(text))
        return text if self.cased else text.lower()


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its name, in the order of the table."""
    with Path(__file__).with_name("rules.toml").open("rb") as file:
        return {name: _rule(name, row) for name, row in tomllib.load(file).items()}


def _rule(name: str, row: dict[str, Any]) -> Rule:
    parts = ("patterns", "but", "needs")
    compiled: dict[str, Any] = {part: tuple(map(re.compile, row.get(part, ()))) for part in parts}
    return Rule(name=name, **row | compiled)


@cache
def health_words(services: tuple[str, ...] = ()) -> re.Pattern[str]:
    """What names a treatment or condition: the table, and the names and words of these services."""
    with Path(__file__).with_name("health_words.csv").open(encoding="utf-8", newline="") as file:
        words = [row["word"] for row in csv.DictReader(line for line in file if line[0] != "#")]
    own = (service.lower().strip() for service in services)
    words += [word for word in own if word and word not in NEUTRAL]
    each = sorted(set(words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(_loosely(word) for word in each)})(?:e?s|ed|ing)?(?!\w)")


def _loosely(word: str) -> str:
    """With a hyphen, a space or nothing between its parts."""
    return r"[ -]?".join(re.escape(part) for part in re.split(r"[ -]", word))


def in_table(name: str) -> Rule:
    """The rule of that name."""
    return rules()[name]
