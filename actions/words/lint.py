"""The linter of a sequence: what must not leave, and what had better be written otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from actions.words.about import About
from actions.words.brief import Brief
from actions.words.checks_of_sequence import check_sequence
from actions.words.checks_of_text import check_text
from actions.words.finding import Finding
from actions.words.paths import places
from actions.words.renderings import whatsapp_template
from actions.words.step import Step

__all__ = ["Finding", "lint"]


def lint(steps: Iterable[Step], brief: Brief, about: About) -> list[Finding]:
    """All that speaks against these texts, by step and variant, errors first within each; [] for none.

    Never raises, whatever the texts are. What a text says on WhatsApp is held to the same rules.
    """
    ordered = sorted(steps, key=lambda step: (step.step, step.variant))
    found = list(check_sequence(ordered, brief, about))
    for step, place in zip(ordered, places(ordered), strict=True):
        found += check_text(step, step.template, brief, about, place)
        if step.whatsapp is not None:
            on_whatsapp = check_text(step, whatsapp_template(step), brief, about, place, whatsapp=True)
            found += [each for each in on_whatsapp if each not in found]
    order = {"error": 0, "warning": 1}
    return sorted(
        dict.fromkeys(found), key=lambda one: (one.step, one.variant, order[one.severity], one.rule, one.says)
    )
