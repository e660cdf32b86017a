"""What the linter has to say about one text, or about the sequence as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from actions.words.rules import Severity, in_table
from actions.words.step import Step


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one text (`step`, `variant`), or about the sequence as a whole (step 0, variant "").

    `rule` is a name in actions/words/rules.toml; `says` a sentence for whoever writes the texts.
    An "error" keeps the campaign from being launched.
    """

    severity: Severity
    rule: str
    step: int
    variant: str
    says: str


def finding(rule: str, step: Step | None = None, words: str = "") -> Finding:
    """What the rule of that name says about a step; `words` is what was found."""
    row = in_table(rule)
    says = row.says.format(words=words)
    return Finding(row.severity, rule, step.step if step else 0, step.variant if step else "", says)


def quoted(words: list[str]) -> str:
    """At most three of the words, as they were found."""
    return ", ".join(f'"{word[:60]}"' for word in words[:3])
