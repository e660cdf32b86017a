"""Where the time of one conversed text goes: its steps in one process, the rest from a worker's round."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import conversing_world as ours
from conversing_texts import texts
from report import Report
from services.postgresql import Cluster

from bot.processes.service import CELERY_POOL
from data import db
from nlu.rasa import Rasa
from scheduler import converse as conversing
from scheduler import run as running
from scheduler import wake as waking
from scheduler.jobs import Job

TEXTS = 300


class Stopwatch:
    """Seconds by step, each without the steps that it called."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inside: list[float] = []

    def timed(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def measured(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            self._inside.append(0.0)
            try:
                return work(*args, **kwargs)
            finally:
                took = time.perf_counter() - began
                self.seconds[step] += took - self._inside.pop()
                if self._inside:
                    self._inside[-1] += took

        return measured


STEPS: tuple[tuple[str, object, str], ...] = (
    ("taking the lease", conversing, "take_lease"),
    ("reading the rows", conversing, "_listen"),
    ("rules, plain answers, times", conversing, "understand"),
    ("Rasa over HTTP", Rasa, "parse"),
    ("the calendar and our holds", conversing, "_with_calendar"),
    ("deciding", conversing, "decide"),
    ("writing the rows", conversing, "_apply"),
    ("waking for the delivery", waking, "wake"),
)
COMMITS = "two commits"
REST = "sessions and transactions begun"
CELERY = "Celery, Redis, and waiting for a core"


@contextmanager
def watched(watch: Stopwatch) -> Iterator[None]:
    """Each step runs under the watch."""
    dialect = db.engine().dialect
    places: list[tuple[str, Any, str]] = [*STEPS, (COMMITS, dialect, "do_commit")]
    before = [(owner, name, getattr(owner, name)) for _, owner, name in places]
    try:
        for step, owner, name in places:
            setattr(owner, name, watch.timed(step, getattr(owner, name)))
        yield
    finally:
        for owner, name, work in before:
            setattr(owner, name, work)


def say(
    report: Report, kind: str, cluster: Cluster, parts: ours.Parts, folder: Path, per_second: float
) -> None:
    """Ten lines and their sum. `per_second`: what the worker got through in the rounds."""
    watch = Stopwatch()
    with ours.world(kind, cluster, parts, folder):
        for contact in ours.write_in(texts(60)):
            running.run(Job("converse", contact))
        contacts = ours.write_in(texts(TEXTS))
        with watched(watch):
            turn = watch.timed(REST, running.run)
            for contact in contacts:
                waking.wake(turn(Job("converse", contact)))
    spent = {step: 1000 * seconds / TEXTS for step, seconds in watch.seconds.items()}
    whole = 1000 * CELERY_POOL / per_second
    spent[CELERY] = max(0.0, whole - sum(spent.values()))
    report.say(f"\n  where a child's time for one text goes, {kind}: {whole:.1f} ms")
    for step, took in sorted(spent.items(), key=lambda each: -each[1]):
        report.say(f"    {took:6.2f} ms  {100 * took / whole:4.0f} %  {step}")
