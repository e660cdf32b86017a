"""Which texts a contact gets one after the other: a step may be for some tiers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from actions.words.step import Step

TIERS = "ABC"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands for those who get it: whether it is anybody's first or last text, and the longest
    silence before it, in days (0 for a first text)."""

    is_first: bool = False
    is_last: bool = False
    silence: int = 0


def paths(steps: Sequence[Step]) -> dict[str, list[Step]]:
    """Tier -> the steps that its contacts get, one variant of each, in order of their numbers."""
    one_of_each = {step.step: step for step in reversed(steps)}
    ordered = [one_of_each[number] for number in sorted(one_of_each)]
    return {tier: [step for step in ordered if not step.tiers or tier in step.tiers] for tier in TIERS}


def places(steps: Sequence[Step]) -> list[Place]:
    """The place of each of the steps, in their order."""
    first, last, silence = set(), set(), dict[int, int]()
    for path in paths(steps).values():
        if path:
            first.add(path[0].step)
            last.add(path[-1].step)
        for before, step in pairwise(path):
            silence[step.step] = max(silence.get(step.step, 0), step.day - before.day)
    return [Place(one.step in first, one.step in last, silence.get(one.step, 0)) for one in steps]
