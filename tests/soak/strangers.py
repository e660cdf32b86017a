"""Strangers: ten thousand forgeries, replays and receipts in disorder on each database, by Hypothesis.

The machine, its ledger and its forgeries are those of tests/integration/webhooks; here they run for long,
and what was tried is counted by kind.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from services import databases, postgresql

from data import db
from data import settings as service_settings
from soak.report import Asked, Report
from tests.integration.webhooks.forgeries import FORGERIES
from tests.integration.webhooks.ledger import Broken
from tests.integration.webhooks.machine import ANY, PHONES, Strangers
from tests.integration.webhooks.play import REPLAYS
from tests.integration.webhooks.stage import staged

WANTED = 10_000
"""So many requests on each database that are not genuine, not new, or not in their order."""

AT_ONCE = 60
"""Forgeries or replays in one step, at most: the genuine steps between them take most of the time."""


class Crowd(Strangers):
    """The machine with larger groups of strangers."""

    @rule(
        kinds=st.lists(st.sampled_from([*FORGERIES]), min_size=20, max_size=AT_ONCE), which=ANY, phone=PHONES
    )
    def a_crowd_knocks(self, kinds: list[str], which: int, phone: str) -> None:
        for number, kind in enumerate(kinds):
            self.play.forge(kind, self.fresh(which + number, phone))

    @precondition(lambda self: self.play.delivered)
    @rule(again=st.lists(st.tuples(st.sampled_from(REPLAYS), ANY), min_size=20, max_size=AT_ONCE))
    def much_comes_again(self, again) -> None:  # type: ignore[no-untyped-def]
        for how, which in again:
            self.play.replay(how, self.play.delivered[which % len(self.play.delivered)])


def main(asked: Asked) -> bool:
    """Run on each database asked for; whether every promise held. Prints and keeps the counts by kind."""
    report = Report("strangers", asked.out)
    for kind in asked.databases:
        _on(kind, asked.seeds[0], report)
    report.raw("")
    print(f"  raw lines: {report.keep()}")
    return report.held


def _on(kind: str, seed: int, report: Report) -> None:
    done: Counter[str] = Counter()
    started, broken = time.monotonic(), ""
    with _database(kind) as (url, folder), staged(url, folder) as stage:
        here = type("Here", (Crowd,), {"stage": stage, "done": done})
        for number in itertools.count(seed):
            if strange(done) >= WANTED:
                break
            here._hypothesis_internal_use_seed = number  # type: ignore[attr-defined]
            try:
                run_state_machine_as_test(here, settings=_SETTINGS)
            except Broken as error:
                broken = str(error)
                report.detail("\n".join([broken, *getattr(error, "__notes__", [])]))
                break
    took = time.monotonic() - started
    report.claim(
        f"{kind}: {WANTED:,} requests forged, replayed or in disorder change no state that they should not",
        not broken and strange(done) >= WANTED,
        broken
        or f"{group(done, 'forgery'):,} forgeries, {group(done, 'replay'):,} replays, "
        f"{done['receipt out of its order']:,} receipts out of their order, in {took:.0f} s",
    )
    genuine = done["genuine text"] + done["genuine receipt"]
    report.figure(f"{kind}, between them", f"{genuine:,} genuine requests and {done['job']:,} jobs")
    for what, times in sorted(done.items()):
        report.raw(f"{kind}  {times:6d}  {what}")


def group(done: Counter[str], name: str) -> int:
    """How many of a group were tried: `forgery` or `replay`."""
    return sum(times for what, times in done.items() if what.startswith(f"{name}:"))


def strange(done: Counter[str]) -> int:
    """How many requests were not genuine, not new, or not in their order."""
    return group(done, "forgery") + group(done, "replay") + done["receipt out of its order"]


_SETTINGS = settings(
    max_examples=10,
    stateful_step_count=50,
    derandomize=False,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def _database(kind: str) -> Iterator[tuple[str, Path]]:
    """A migrated database that is connected, and a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="rekindle-") as name, ExitStack() as stack:
        folder = Path(name)
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'rekindle.sqlite3'}"
        else:
            cluster = stack.enter_context(postgresql.running())
            url = cluster.url(cluster.create())
        service_settings.use(service_settings.isolated(database_url=url, rekindle_data_dir=folder))
        databases.migrate(url, folder)
        db.connect()
        try:
            yield url, folder
        finally:
            db.dispose()
            service_settings.use(None)
