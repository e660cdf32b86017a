"""Hand-made sequences for the linter: a good one, and what is changed about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from actions.words.about import About
from actions.words.brief import Brief
from actions.words.lint import Finding, lint
from actions.words.step import Step

TODAY = date(2026, 3, 5)
ABOUT = About(
    business="Example Garage", today=TODAY, services=("Oil change", "Tyre change"), oldest_months=11
)
HEALTH = replace(ABOUT, business="Example Dental", health_trade=True, services=("Cleaning", "polish"))
GOOD = (
    Step(
        1,
        0,
        "Hi {{ first_name }}, this is the automated assistant of {{ business }}. It has been a while since "
        "your visit. Shall I find you a time? Reply STOP to opt out.",
        angle="continuity",
    ),
    Step(
        2,
        5,
        "Hi {{ first_name }}, {{ business }} once more. Which day would suit you? Reply STOP to opt out.",
        angle="convenience",
    ),
    Step(
        3,
        12,
        "Hi {{ first_name }}, whenever you like, {{ business }} is here. Reply STOP to opt out.",
        angle="open_door",
    ),
)


def found(*steps: Step, brief: Brief | None = None, about: About = ABOUT) -> list[Finding]:
    """What the linter says about these steps."""
    return lint(steps, brief or Brief(), about)


def rules_of(
    *steps: Step, brief: Brief | None = None, about: About = ABOUT, step: int | None = None
) -> set[str]:
    """The names of the rules that it found broken, in one step or in all."""
    return {one.rule for one in found(*steps, brief=brief, about=about) if step in (None, one.step)}


def with_text(number: int, text: str, **other: object) -> tuple[Step, ...]:
    """The good sequence with another text at one place."""
    return tuple(
        replace(step, template=text, **other) if step.step == number else step  # type: ignore[arg-type]
        for step in GOOD
    )


def opening_with(words: str) -> str:
    """A first text that has all it needs, and these words."""
    return (
        "Hi {{ first_name }}, this is the automated assistant of {{ business }}. It has been a while since "
        f"your visit. {words} Reply STOP to opt out."
    )
