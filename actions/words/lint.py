"""The linter of a sequence: what must not leave, and what had better be written otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from actions.words.about import About
from actions.words.brief import Brief
from actions.words.step import Step
from actions.words.template import UnusableText, parse

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one text (`step`, `variant`), or about the sequence as a whole (step 0).

    `rule` is the key of actions/words/rules.toml; `says` a sentence for whoever writes the texts.
    An "error" keeps the campaign from being launched.
    """

    severity: Severity
    rule: str
    step: int
    variant: str
    says: str


def lint(steps: Iterable[Step], brief: Brief, about: About) -> list[Finding]:
    """All that speaks against these texts, by step and variant. Never raises, whatever the texts are."""
    found = []
    for step in steps:
        try:
            parse(step.template)
        except UnusableText as error:
            found.append(Finding("error", "unusable_text", step.step, step.variant, str(error)))
            continue
        if "opt out" not in step.template.lower() and "stop" not in step.template.lower():
            found.append(
                Finding("error", "opt_out_line", step.step, step.variant, "It does not say how to opt out.")
            )
    return found
