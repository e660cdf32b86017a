"""How long the pure parts take, each beside what one would use or write instead."""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import dateparser

from actions.openings import Availability, HoursRule, find_openings
from nlu import gate
from nlu.rasa_process import running
from nlu.when import read

TESTS = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 3, 5, 10)
ORDINARY = (TESTS / "unit" / "nlu" / "gate" / "optout_false_friends.txt").read_text().splitlines()
PHRASES = (
    "thursday after 3",
    "tomorrow morning",
    "the 15th at 2",
    "in two weeks",
    "mon-wed",
    "how much is it?",
)
KEYWORDS = re.compile(r"^\W*(stop|stopall|unsubscribe|cancel|end|quit|revoke|optout)\W*$", re.IGNORECASE)


def seconds(work: Callable[[], object], runs: int = 7) -> float:
    """The best of several runs: the others had company on the machine."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def say(what: str, ours: float, beside: str, theirs: float) -> None:
    """One line: ours, the other, and the ratio."""
    print(
        f"{what:34s} {1e6 * ours:10.1f} us   {beside:34s} {1e6 * theirs:10.1f} us   "
        f"ratio {ours / theirs:6.2f}"
    )


def bench_gate() -> None:
    ours = seconds(lambda: [gate.check(text) for text in ORDINARY]) / len(ORDINARY)
    theirs = seconds(lambda: [KEYWORDS.match(text) for text in ORDINARY]) / len(ORDINARY)
    say("rule gate, an ordinary text", ours, "the keywords alone as one regex", theirs)


def bench_times() -> None:
    later = count(1)  # another moment at each run, so that nothing is remembered from the last one

    def ours_at() -> None:
        now = NOW + timedelta(minutes=next(later))
        for text in PHRASES:
            read(text, now)

    ours = seconds(ours_at) / len(PHRASES)
    base = {"RELATIVE_BASE": NOW, "PREFER_DATES_FROM": "future"}
    parse = dateparser.parse
    theirs = seconds(lambda: [parse(text, languages=["en"], settings=base) for text in PHRASES]) / len(
        PHRASES
    )
    say("times in a text", ours, "dateparser alone", theirs)


def bench_openings() -> None:
    zone, chance = "America/New_York", random.Random(5)
    start = datetime(2026, 3, 5, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moments = [start + timedelta(minutes=5 * chance.randrange(60 * 288)) for _ in range(500)]
    busy = [(moment, moment + timedelta(minutes=15)) for moment in moments]
    hours = (HoursRule(range(1, 8), datetime(2026, 1, 1, 8).time(), datetime(2026, 1, 1, 20).time()),)
    availability = Availability(zone, hours, duration=30, step=30, buffer_before=5, notice=60)
    end = start + timedelta(days=60)

    def find() -> list[datetime]:
        return find_openings(availability, now=start, start=start, end=end, busy=busy)

    candidates = [start + timedelta(minutes=30 * n) for n in range(60 * 48)]
    half = timedelta(minutes=30)

    def bare() -> list[datetime]:
        return [at for at in candidates if not any(b < at + half and at < e for b, e in busy)]

    say(
        f"{len(find())} openings, 500 busy times",
        seconds(find),
        "a bare loop over the grid",
        seconds(bare, 3),
    )


def bench_understanding() -> None:
    with running() as model:
        model.parse("warm up")
        took = []
        for text in ORDINARY:
            began = time.perf_counter()
            model.parse(text)
            took.append(1000 * (time.perf_counter() - began))
    p95 = statistics.quantiles(took, n=20)[-1]
    print(f"{'the model over HTTP':34s} p50 {statistics.median(took):6.2f} ms   p95 {p95:6.2f} ms")


def main() -> None:
    """All of them, one line each."""
    bench_gate()
    bench_times()
    bench_openings()
    bench_understanding()
