"""How fast a text is acknowledged at 16 connections, beside a route that only checks and inserts.

Both run under the same server with as many workers and threads, on the same database, with the same load
generator, in alternating rounds of one run. No worker runs: only the web is measured. What comes after the
answer, such as the wake-ups a few seconds later, falls into the same round, since the warm-up is longer.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import acknowledge_world as world
from load import Load, Took, run
from report import Report
from services import redis
from services.databases import KINDS

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
HOOK = "/webhooks/twilio/messages"
WANTED = 0.6
ORDINARY = (
    (Path(__file__).parents[1] / "unit" / "nlu" / "gate" / "optout_false_friends.txt")
    .read_text()
    .splitlines()
)
RULED = ("STOP", "HELP", "please take me off your list", "my tooth hurts so badly, i cannot breathe")
_runs = count(1)


@dataclass
class Round:
    """What came of one round, and the processor time that the server spent on each text."""

    took: Took
    cpu_ms: float


def from_many() -> list[tuple[str, str]]:
    """Each text from another contact, ordinary sentences."""
    return [(phone, ORDINARY[n % len(ORDINARY)]) for n, phone in enumerate(world.numbers(world.CONTACTS))]


def as_they_come() -> list[tuple[str, str]]:
    """Three texts in a row from each contact; one text in thirty is for the rules."""
    mixed = [(phone, body) for phone, body in from_many() for _ in range(3)]
    return [
        (phone, RULED[n // 30 % len(RULED)] if n % 30 == 0 else body) for n, (phone, body) in enumerate(mixed)
    ]


def one_round(
    web: world.Web, texts: list[tuple[str, str]], path: str = HOOK, seconds: float = SECONDS
) -> Round:
    """A warm-up and a measured stretch against one server."""
    before = web.cpu_seconds()
    load = Load(
        web.address, path, world.PUBLIC, world.TOKEN, world.ACCOUNT, world.TO,
        ids=f"{os.getpid():08x}{next(_runs):04x}", texts=texts, seconds=seconds, repeats=path != HOOK,
    )  # fmt: skip
    took = run(load)
    assert set(took.statuses) == {"200"}, took.statuses
    share = len(took.ms) * (load.warm_up + seconds) / took.seconds
    return Round(took, 1000 * (web.cpu_seconds() - before) / share)


def say(report: Report, what: str, rounds: Iterable[Round]) -> float:
    """One line for the rounds of one side; returns texts per second."""
    together = list(rounds)
    times = Took([ms for one in together for ms in one.took.ms], sum(one.took.seconds for one in together))
    report.say(
        f"{what:38s} p50 {times.p(50):6.1f}  p95 {times.p(95):6.1f}  p99 {times.p(99):6.1f} ms "
        f"{times.per_second:7.0f}/s   {statistics.mean(one.cpu_ms for one in together):5.2f} ms of processor "
        f"each, generator busy {statistics.mean(one.took.busy for one in together):.0%}"
    )
    return times.per_second


def compare(report: Report, kind: str, ours: world.Web, bare: world.Web) -> None:
    """Ours and the bare route in turn; then ours with what the rules settle."""
    nothing = one_round(bare, from_many(), "/nothing")
    say(report, f"{kind}: a route that does nothing", [nothing])
    pairs = [(one_round(ours, from_many()), one_round(bare, from_many())) for _ in range(ROUNDS)]
    rate = say(report, f"{kind}: Rekindle", [pair[0] for pair in pairs])
    beside = say(report, f"{kind}: check and insert alone", [pair[1] for pair in pairs])
    each = " ".join(f"{a.took.per_second / b.took.per_second:.2f}" for a, b in pairs)
    verdict = "held" if rate >= WANTED * beside else "NOT held"
    report.say(f"{kind}: ratio {rate / beside:.2f} (by round: {each}); at least {WANTED} is {verdict}")
    say(report, f"{kind}: Rekindle, bursts and rules", [one_round(ours, as_they_come())])


def main(kinds: Iterable[str] = KINDS) -> None:
    """Both databases, one after the other."""
    with Report("acknowledge") as report, tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            place = Path(folder) / kind
            place.mkdir()
            with (
                redis.running(place) as redis_url,
                world.database(kind, place) as url,
                world.web("wsgi:app", url, redis_url, place) as ours,
                world.web("acknowledge_bare:app", url, redis_url, place) as bare,
            ):
                compare(report, kind, ours, bare)
