"""Openings: twenty thousand cases that nobody chose, the fast search against one that looks at every minute.

The cases are those of tests/unit/actions/test_openings_agree.py: ten zones on the days on which their clocks
change, hours past midnight, overrides, whole days and odd minutes, buffers and notice. New ones at each run;
what disagrees is written down to be played again.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from bot.cli.openings_command import answer_to
from soak.report import ROOT, Asked, Report

WANTED = 20_000
AT_ONCE = 500


def main(asked: Asked) -> bool:
    """Play them all; True where the two always agree."""
    report = Report("openings", asked.out)
    began = time.monotonic()
    first = random.SystemRandom().randrange(2**32)
    report.figure("seeds", f"from {first}")
    played, openings, zones = 0, 0, Counter[str]()
    wrong: list[str] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for some, found, where, differing in pool.map(_play, range(first, first + WANTED // AT_ONCE)):
            played, openings, zones = played + some, openings + found, zones + where
            wrong += differing
    report.claim("cases in which the two searches differ", not wrong, f"{len(wrong)} of {played}")
    report.claim("cases played", played >= WANTED, str(played))
    for line in wrong[:20]:
        report.raw(line)
    report.figure("openings found", str(openings))
    report.figure("zones", ", ".join(f"{zone} {many}" for zone, many in sorted(zones.items())))
    report.figure("took", f"{time.monotonic() - began:.0f} s")
    report.keep()
    return report.held


def _play(number: int) -> tuple[int, int, Counter[str], list[str]]:
    """AT_ONCE cases from one seed: how many, with how many openings, in which zones, and which differ."""
    sys.path.insert(0, str(ROOT / "tests" / "unit" / "actions"))
    import openings_minute_by_minute as slow
    from test_openings_agree import cases

    openings, zones = 0, Counter[str]()
    differing: list[str] = []

    @seed(number)
    @settings(
        max_examples=AT_ONCE,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def agree(case: dict[str, Any]) -> None:
        nonlocal openings
        fast, sure = answer_to(json.dumps(case)), slow.openings(case)
        zones[case["timezone"]] += 1
        openings += len(sure)
        if fast != {"openings": sure}:
            differing.append(json.dumps(case))

    agree()
    return zones.total(), openings, zones, differing
