"""Processes count together, each at a seat of its own; what a dead one counted stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.processes.bound import end_with_parent
from scheduler.measures.seats import FOLDER

COUNTS = """
import os, sys
from scheduler import measures
measures.SIGNATURES_REFUSED.inc()
if "fork" in sys.argv:
    if os.fork() == 0:
        measures.SIGNATURES_REFUSED.inc()
        os._exit(0)
    os.wait()
print("counted", flush=True)
sys.stdin.read()
"""
TOLD = """
from prometheus_client import CollectorRegistry
from scheduler.measures import seats
registry = CollectorRegistry()
assert seats.add_all(registry)
print(registry.get_sample_value("rekindle_webhook_signatures_refused_total"))
"""

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(code: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env={FOLDER: str(tmp_path / "counts"), "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=lambda: end_with_parent(signal.SIGKILL),
        )
        started.append(process)
        assert process.stdout is not None
        process.stdout.readline() if code is COUNTS else None
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "counts").glob("*.db")}


def total(start: Start) -> float:
    return float(start(TOLD).communicate()[0])


def test_killed_processes_leave_their_counts_and_no_more_files(start: Start, tmp_path: Path) -> None:
    first, second = start(COUNTS), start(COUNTS)
    for process in (first, second):
        process.kill()
        process.wait()
    start(COUNTS)
    before = files(tmp_path)
    assert total(start) == 3
    assert {"counter_0.db", "counter_1.db"} <= before
    assert "counter_2.db" not in before


def test_a_forked_process_has_a_seat_of_its_own(start: Start, tmp_path: Path) -> None:
    start(COUNTS, "fork")
    assert {"counter_0.db", "counter_1.db"} <= files(tmp_path)
    assert total(start) == 2
