"""Beginning a campaign from a starter of the library instead of from blank."""

from __future__ import annotations

from collections.abc import Iterator

from actions.words.library import as_steps, catalogue, starter
from scheduler.campaigns.plan import Plan, PlannedTouch


class UnknownStarter(LookupError):
    """There is no starter of that key; the message says how to see those that there are."""


def plan_from(key: str) -> Plan:
    """A plan with the texts of a starter; all else is left to the owner. Raises UnknownStarter."""
    found = starter(key)
    if found is None:
        raise UnknownStarter(f"no starter is called {key!r}; rekindle campaign starters lists them")
    touches = tuple(
        PlannedTouch(text=step.template, day=step.day, step=step.step, angle=step.angle, is_last=step.is_last)
        for step in as_steps(found)
    )
    return Plan(touches=touches)


def described() -> Iterator[tuple[str, str]]:
    """Key -> what it is for, in a line."""
    for each in catalogue():
        least, most = each.months
        silence = f"{least} to {most} months" if most else f"from {least} months on"
        notes = [silence, *(["for health trades"] if each.health else [])]
        notes += ["needs consent"] if each.consent else []
        notes += [f"needs {need.replace('_', ' ')} in the brief" for need in each.needs]
        yield each.id, f"{each.title} ({', '.join(notes)}). {each.when}"
