"""Conversations: fifty thousand made-up ones against the pure core; each ends, none breaks a promise.

The walk and its promises are those of tests/unit/actions/test_conversations.py.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from soak.report import Asked, Report
from tests.unit.actions.test_conversations import converse

WANTED = 50_000
AT_ONCE = 500


def main(asked: Asked) -> bool:
    """Play them all; True where every promise held."""
    report = Report("conversations", asked.out)
    began = time.monotonic()
    ends: Counter[str] = Counter()
    broken: list[str] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for some, wrong in pool.map(_play, range(0, WANTED, AT_ONCE)):
            ends += some
            broken += wrong
    report.claim(
        "conversations that broke a promise or did not end", not broken, f"{len(broken)} of {WANTED}"
    )
    for line in broken[:20]:
        report.raw(line)
    report.figure("ended", ", ".join(f"{name} {many}" for name, many in ends.most_common()))
    report.figure("took", f"{time.monotonic() - began:.0f} s")
    report.keep()
    return report.held


def _play(first: int) -> tuple[Counter[str], list[str]]:
    """AT_ONCE conversations by their seeds: how they ended, and what broke."""
    ends: Counter[str] = Counter()
    broken = []
    for seed in range(first, first + AT_ONCE):
        try:
            ends[converse(seed)] += 1
        except AssertionError as error:
            broken.append(f"conversation {seed}: {error}")
    return ends, broken
