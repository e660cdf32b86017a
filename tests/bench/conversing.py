"""Texts conversed per second, beside Rasa's own REST channel on the same model, on both databases.

Ours: from the wake-up of the workers to the last committed reply, and to the last text at the provider.
Theirs: to the answers of the HTTP channel, over as many connections as serve it best. Rounds alternate.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import conversing_baseline as baseline
import conversing_profile as profile
import conversing_world as ours
from conversing_databases import KINDS, durable_cluster, fresh
from conversing_processes import processor_seconds
from conversing_texts import all_texts, texts
from report import Report
from services import redis
from services.bounded import server
from services.postgresql import Cluster

from bot.processes import free_port
from bot.processes.service import CELERY_POOL
from nlu import rasa_process

TEXTS = int(os.environ.get("BENCH_TEXTS", "600"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CONNECTIONS = (1, 2, 4, 8, 16)
OURS = "(scheduler.app|conversing_only) worker|serve.py|redis|valkey|postgres"
THEIRS = "-m rasa run|postgres"
WANTED = 1.2


def main() -> None:
    """Both databases, then where the time goes."""
    with Report("conversing") as report, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        model = baseline.trained()
        cluster = stack.enter_context(durable_cluster())
        parts = stack.enter_context(running_parts(folder))
        report.say(f"{TEXTS} texts a round, one a contact; SQLite in WAL mode with full synchronisation,")
        report.say(f"PostgreSQL with its own defaults; {CELERY_POOL} pool children, real Redis and Rasa.")
        for kind in KINDS:
            rate = _beside(report, kind, cluster, parts, model, folder)
            profile.say(report, kind, cluster, parts, folder, rate)


@contextmanager
def running_parts(folder: Path) -> Iterator[ours.Parts]:
    """Redis, Rasa and a provider that takes everything."""
    with (
        redis.running(folder) as redis_url,
        rasa_process.running() as rasa,
        provider(folder) as provider_url,
    ):
        yield ours.Parts(redis_url, rasa.url, rasa.token, provider_url)


@contextmanager
def provider(folder: Path) -> Iterator[str]:
    """The stub of the provider; yields its address."""
    port = free_port()
    stub = [sys.executable, str(Path(__file__).with_name("conversing_provider.py")), str(port)]
    with server(stub, folder / "provider.log", lambda: _listens(port), stop=signal.SIGTERM):
        yield f"http://127.0.0.1:{port}"


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def _processor(which: str) -> Iterator[list[float]]:
    """Yields a list that holds, afterwards, the milliseconds of processor time for each text."""
    spent: list[float] = []
    before = processor_seconds(which)
    yield spent
    spent.append(1000 * (processor_seconds(which) - before) / TEXTS)


def _beside(
    report: Report, kind: str, cluster: Cluster, parts: ours.Parts, model: Path, folder: Path
) -> float:
    """A round of each in turn, with the baseline's best number of connections; returns ours in a second."""
    asked = texts(TEXTS)
    report.say(f"\n{kind}")
    with (
        baseline.running(model, fresh(kind, cluster, folder), folder / f"rasa-{kind}") as port,
        ours.world(kind, cluster, parts, folder) as here,
    ):
        baseline.per_second(port, all_texts(), 2)
        tried = {n: baseline.per_second(port, asked[:200], n) for n in CONNECTIONS}
        best = max(tried, key=lambda n: tried[n])
        found = ", ".join(f"{n}: {rate:.0f}" for n, rate in tried.items())
        report.say(f"  Rasa's channel, texts/s by connections: {found}; it gets {best}")
        theirs, mine, sent = [], [], []
        with ours.worker(here, delivers=False):
            ours.converse(ours.write_in(all_texts()))  # as the baseline has had them by now
            for number in range(ROUNDS):
                with _processor(THEIRS) as spent:
                    theirs.append(baseline.per_second(port, asked, best))
                contacts = ours.write_in(asked)
                with _processor(OURS) as own:
                    mine.append(ours.converse(contacts))
                report.say(
                    f"  round {number + 1}: Rasa's channel {theirs[-1]:6.1f}/s ({spent[0]:.1f} ms of "
                    f"processor), ours up to the committed reply {mine[-1]:6.1f}/s ({own[0]:.1f} ms)"
                )
        ours.forget_the_outbox()
        with ours.worker(here, delivers=True):
            ours.converse_and_deliver(ours.write_in(asked[:60]))
            for number in range(ROUNDS):
                contacts = ours.write_in(asked)
                with _processor(OURS) as own:
                    sent.append(ours.converse_and_deliver(contacts))
                report.say(
                    f"  round {number + 1}: ours with delivery, up to the provider {sent[-1]:6.1f}/s "
                    f"({own[0]:.1f} ms)"
                )
    conversed, channel = statistics.median(mine), statistics.median(theirs)
    report.say(
        f"  median: ours {conversed:.1f}/s, with delivery {statistics.median(sent):.1f}/s, Rasa's channel "
        f"{channel:.1f}/s; ratio {conversed / channel:.2f} (wanted {WANTED})"
    )
    return conversed


if __name__ == "__main__":
    main()
