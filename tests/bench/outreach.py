"""How fast touches leave without a rate limit, beside a bare loop of the provider's library; and the pace.

Ours: a Celery worker with its four children, from the queue through outbox, guards and claims to the
provider; and the same from a full outbox. Theirs: four processes that do nothing but call. Both against the
same stub, in turns. Then a minute at twenty a second before the simulator, and a minute of nothing to do.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import conversing_world as ours
import outreach_world as outreach
from conversing import provider
from conversing_databases import KINDS, durable_cluster
from conversing_processes import processor_seconds
from report import Report
from services import redis
from sqlalchemy import update

from bot.processes.service import CELERY_POOL
from bot.simulator import Behaviour, Network, serving
from data.db import writing
from data.models import Sender
from scheduler.provider.client import Outbound, Provider

TEXTS = int(os.environ.get("BENCH_TEXTS", "3000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
PACE, SECONDS = 20, 60
WANTED, AIM = 0.25, 300
PARTS = "scheduler.app|redis|valkey|postgres"


def main() -> None:
    """Both databases."""
    with Report("outreach") as report, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        cluster = stack.enter_context(durable_cluster())
        redis_url = stack.enter_context(redis.running(folder))
        stub = stack.enter_context(provider(folder))
        report.say(
            f"{TEXTS} texts a round, one a contact; {CELERY_POOL} children; durable databases, real Redis."
        )
        for kind in KINDS:
            report.say(f"\n{kind}")
            parts = ours.Parts(redis_url, "http://127.0.0.1:9", "", stub)
            with ours.world(kind, cluster, parts, folder) as here, ours.worker(here, delivers=True):
                _beside(report, stub)
            with _simulator() as (network, address):
                parts = ours.Parts(redis_url, "http://127.0.0.1:9", "", address)
                with ours.world(kind, cluster, parts, folder) as here, ours.worker(here, delivers=True):
                    _pace(report, network)
                    _idle(report)


def _beside(report: Report, stub: str) -> None:
    bare, whole, ready = [], [], []
    outreach.send(outreach.enrolled(200))
    for number in range(ROUNDS):
        bare.append(_bare(stub))
        before = processor_seconds(PARTS)
        whole.append(outreach.send(outreach.enrolled(TEXTS)))
        spent = 1000 * (processor_seconds(PARTS) - before) / TEXTS
        ready.append(outreach.send(outreach.in_the_outbox(TEXTS)))
        report.say(
            f"  round {number + 1}: bare loop {bare[-1]:6.0f}/s; ours from the queue {whole[-1]:6.0f}/s "
            f"({spent:.1f} ms of processor a text), from the outbox {ready[-1]:6.0f}/s"
        )
    theirs, mine, claimed = map(statistics.median, (bare, whole, ready))
    report.say(
        f"  median: from the queue {mine:.0f}/s = {mine / theirs:.2f} of the bare loop, claim to provider "
        f"{claimed:.0f}/s = {claimed / theirs:.2f} (wanted {WANTED}, aim {AIM}/s)"
    )


def _bare(stub: str) -> float:
    """The provider's library in as many processes as we have children."""
    context = get_context("fork")
    gate = context.Barrier(CELERY_POOL + 1)
    share = TEXTS // CELERY_POOL
    callers = [context.Process(target=_call, args=(stub, share, gate)) for _ in range(CELERY_POOL)]
    for caller in callers:
        caller.start()
    gate.wait()
    began = time.perf_counter()
    for caller in callers:
        caller.join()
    return share * CELERY_POOL / (time.perf_counter() - began)


def _call(stub: str, share: int, gate: object) -> None:
    client = Provider("AC" + "0" * 31 + "5", "bench", stub)
    text = Outbound(
        "+12125550123", "+12125550100", "sms", outreach.OPENER, "http://127.0.0.1:9/receipts?message=1"
    )
    client.send(text)
    gate.wait()  # type: ignore[attr-defined]
    for _ in range(share):
        client.send(text)


@contextmanager
def _simulator() -> Iterator[tuple[Network, str]]:
    """A phone network whose receipts go nowhere."""
    network = Network(
        account_sid="AC" + "0" * 31 + "5",
        auth_token="bench",
        senders=("+12125550100",),
        webhook_url="http://127.0.0.1:9/",
        clock=lambda: datetime.now(UTC),
        post=lambda *_: _Answered(),  # type: ignore[arg-type,return-value]
        behaviour=Behaviour(),
    )
    with serving(network) as address:
        yield network, address


class _Answered:
    status, body = 200, ""


def _pace(report: Report, network: Network) -> None:
    with writing() as session:
        session.execute(update(Sender).values(per_second=PACE))
    before = processor_seconds(PARTS)
    outreach.wake(outreach.enrolled(PACE * SECONDS * 2))
    time.sleep(SECONDS + 5)
    spent = processor_seconds(PARTS) - before
    arrived = sorted(
        message.created.timestamp() for message in network.messages() if message.direction != "inbound"
    )
    begun = arrived[0]
    within = [at for at in arrived if at < begun + SECONDS]
    most = max(bisect_left(arrived, at + 1.0) - index for index, at in enumerate(arrived))
    report.say(
        f"  at {PACE} a second: at most {most} in any second, {len(within) / SECONDS:.2f} a second over "
        f"{SECONDS} s ({len(within) / SECONDS / PACE:.3f} of it); {spent:.1f} s of processor"
    )
    outreach.end()


def _idle(report: Report) -> None:
    outreach.waiting(10_000)
    time.sleep(2)
    before = processor_seconds("scheduler.app")
    for _ in range(12):  # as beat does
        outreach.sweep()
        time.sleep(5)
    spent = processor_seconds("scheduler.app") - before
    report.say(f"  with 10,000 who wait for another day: {spent:.2f} s of the workers' processor in a minute")


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[1]))
    main()
