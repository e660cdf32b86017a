"""Lists taken in beside a bare loop that only parses and validates the numbers and inserts the rows in bulk.

Each side in a process of its own, on a fresh database of the same kind; the first size is taken three times
in turn. BENCH_IMPORT_ROWS names the sizes, BENCH_DATABASES the databases.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from conversing_databases import KINDS, durable_cluster, fresh
from importing_list import write
from report import Report

SIZES = [int(size) for size in os.environ.get("BENCH_IMPORT_ROWS", "100000,1000000").split(",")]
DATABASES = os.environ.get("BENCH_DATABASES", ",".join(KINDS)).split(",")
TURNS = 3
SIDE = Path(__file__).with_name("importing_side.py")


def main() -> None:
    """Both sides for each database and size."""
    with Report("importing") as report, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        cluster = stack.enter_context(durable_cluster()) if "postgresql" in DATABASES else None
        report.say(
            "rows taken in (parsed, validated, judged, merged, stored, refused ones reported) beside a"
        )
        report.say("bare loop of phonenumbers and bulk inserts of one row each; wall and processor seconds")
        for kind in DATABASES:
            for number, rows in enumerate(SIZES):
                path = folder / f"list-{rows}.csv"
                if not path.exists():
                    write(path, rows)
                turns = [_turn(kind, cluster, folder, path) for _ in range(TURNS if number == 0 else 1)]
                _tell(report, kind, rows, turns)


def _turn(kind: str, cluster: Any, folder: Path, path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    bare = _in_a_process("bare", path, fresh(kind, cluster, folder))
    return bare, _in_a_process("ours", path, fresh(kind, cluster, folder))


def _in_a_process(side: str, path: Path, url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(SIDE), side, str(path), url], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _tell(report: Report, kind: str, rows: int, turns: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for side, name in enumerate(("bare loop", "rekindle import")):
        took = [turn[side] for turn in turns]
        wall, cpu = median(each["wall"] for each in took), median(each["cpu"] for each in took)
        report.say(
            f"{kind:10s} {rows:>9,} rows  {name:16s} {wall:7.1f} s  {cpu:7.1f} s of processor "
            f"{rows / wall:>8,.0f} rows/s  peak {max(each['rss'] for each in took):5.0f} MB  "
            f"stored {took[0]['stored']:>9,}"
        )
    ratios = sorted(ours["wall"] / bare["wall"] for bare, ours in turns)
    work = median(ours["cpu"] / bare["cpu"] for bare, ours in turns)
    all_ratios = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    report.say(f"{'':26s}ratio {median(ratios):.2f} (of {all_ratios}), of processor time {work:.2f}")
