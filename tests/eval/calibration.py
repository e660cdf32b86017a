"""How sure the ladder was beside how often it was right: the reliability curve as rows of the table."""

from __future__ import annotations

import statistics
from collections import defaultdict

Judged = tuple[float, bool]
"""The confidence of an understanding that came from the model, and whether it was right."""

BINS = 10
LENGTH = 20
"""Of the bar that a share of one has."""


def curve(of: str, judged: list[Judged]) -> list[tuple[str, str, str]]:
    """A row for each tenth of confidence with texts in it, then the calibration error."""
    rows = [
        (
            f"confidence, {of}",
            f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}: {len(found)} texts",
            f"said {said:.2f} right {right:.2f} {'▇' * round(LENGTH * right)}",
        )
        for place, found in sorted(_bins(judged).items())
        for said, right in [tuple(statistics.mean(one[part] for one in found) for part in (0, 1))]
    ]
    return [*rows, (f"confidence, {of}", "calibration error, ten bins", f"{error(judged):.3f}")]


def error(judged: list[Judged]) -> float:
    """The mean gap between confidence and share of right answers over the bins, weighted by their size."""
    gaps = [abs(sum(c for c, _ in found) - sum(ok for _, ok in found)) for found in _bins(judged).values()]
    return sum(gaps) / max(1, len(judged))


def _bins(judged: list[Judged]) -> dict[int, list[Judged]]:
    found: defaultdict[int, list[Judged]] = defaultdict(list)
    for confidence, right in judged:
        found[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return found
