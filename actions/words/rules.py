"""The linter's rules as data: rules.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from actions.words.plain import plain

Severity = Literal["error", "warning"]


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
        found = (
            match.group().strip(" \n.,!?;") for pattern in self.patterns for match in pattern.finditer(text)
        )
        return list(dict.fromkeys(word for word in found if word))

    def is_met_by(self, text: str) -> bool:
        """Whether the text holds what the rule needs, denials left out ("not a bot")."""
        text = self._read(text)
        return any(pattern.search(text) for pattern in self.needs)

    def _read(self, text: str) -> str:
        """As the patterns read it, what `but` takes away taken away."""
        text = re.sub(r"[ \t]+", " ", plain(text))
        text = text if self.cased else text.lower()
        for harmless in self.but:
            text = harmless.sub(" ~ ", text)
        return text


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its name, in the order of the table."""
    with Path(__file__).with_name("rules.toml").open("rb") as file:
        return {name: _rule(name, row) for name, row in tomllib.load(file).items()}


def _rule(name: str, row: dict[str, Any]) -> Rule:
    parts = ("patterns", "but", "needs")
    compiled: dict[str, Any] = {part: tuple(map(re.compile, row.get(part, ()))) for part in parts}
    return Rule(name=name, **row | compiled)


def in_table(name: str) -> Rule:
    """The rule of that name."""
    return rules()[name]
