"""The figures that rows can tell, as a monitoring reads them: the same on every machine, whatever restarts.

They are read at most once every few seconds in each process, however many ask. With the database away or
slow they are left out, and `rekindle_rows_readable` is 0.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.selftest.within import within
from data import clock
from data.db import reading
from data.logs import what_failed
from data.message_states import KINDS
from data.models import Message
from data.queries.heartbeats import Name, silences
from data.queries.standing import Standing, standing
from scheduler.due import due_jobs

FRESH = 3.0
"""Seconds for which what was read is told again."""

PATIENCE = 2.0
"""Seconds for the database; a monitoring waits some ten for the whole page."""

REPLIES = tuple(name for name, kind in KINDS.items() if not kind.proactive)
log = structlog.get_logger(__name__)

JOBS = (
    "converse", "deliver", "deliver_proactive", "enrol", "end", "outreach", "dispatch", "callback",
    "appointment", "reminder", "nudge", "notice", "reconcile", "follow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """What the rows said."""

    ages: dict[str, timedelta]
    silences: Mapping[Name, timedelta]
    standing: Standing


def read() -> Rows:
    """Ask the database."""
    with reading() as session:
        return Rows(_ages(session), silences(session), standing(session, REPLIES))


def _ages(session: Session) -> dict[str, timedelta]:
    """Kind of job -> how long the oldest has been due; by the very look with which the sweeper looks."""
    now = clock.now()
    due = due_jobs(session, now, limit=1)
    texts = [one.job.row for one in due if one.job.kind == "deliver"]
    asked = select(Message.id, Message.kind).where(Message.id.in_(texts))
    kinds = {text.id: text.kind for text in session.execute(asked)}
    ages = dict.fromkeys(JOBS, timedelta(0))
    for one in due:
        proactive = one.job.kind == "deliver" and KINDS[kinds[one.job.row]].proactive
        name = "deliver_proactive" if proactive else one.job.kind
        ages[name] = max(ages[name], now - one.due_at)
    return ages


@dataclass(eq=False)
class RowFigures(Collector):
    """Tells what the rows say; register one with each registry that is to tell it."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _known: Rows | None = None
    _read_at: float = float("-inf")

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering shall not ask the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The present figures."""
        rows = self._rows()
        yield _gauge("rows_readable", "Whether the figures below could be read: 1, else 0", rows is not None)
        if rows is None:
            return
        yield _by("queue_age_seconds", "How long the oldest due job waits", "job", _seconds(rows.ages))
        last = {str(name): silence.total_seconds() for name, silence in rows.silences.items()}
        yield _by("last_seen_seconds", "Since a part last showed that it lives", "part", last)
        now = rows.standing
        yield _gauge("callbacks_due", "Callbacks whose moment has come", now.callbacks_due)
        yield _gauge("callbacks_pending", "Callbacks that are promised", now.callbacks_pending)
        yield _gauge("openers_waiting", "Openers that wait in the outbox", now.openers_queued)
        yield _gauge("touches_due", "Enrolled contacts whose next text is due", now.touches_due)
        yield _gauge("replies_waiting", "Texts in the outbox that are no openers", now.replies_queued)
        yield _gauge("outcomes_unknown", "Texts that may or may not have left", now.outcomes_unknown)
        yield _gauge("handoffs_waiting", "Conversations that wait for a person", now.handoffs.waiting)
        yield _gauge("handoffs_urgent", "Those of them that are urgent", now.handoffs.urgent)
        yield _gauge("handoffs_unseen", "Those of them that nobody has looked at", now.handoffs.unseen)
        oldest, unseen = now.handoffs.oldest_for, now.handoffs.unseen_for
        yield _gauge("handoff_oldest_seconds", "How long the oldest waits", oldest.total_seconds())
        yield _gauge("handoff_unseen_seconds", "How long one is unseen at most", unseen.total_seconds())
        yield _by("senders_stopped", "Senders that send nothing", "channel", now.senders_stopped)

    def _rows(self) -> Rows | None:
        with self._lock:
            if time.monotonic() - self._read_at > FRESH:
                try:
                    self._known = within(PATIENCE, read)
                except Exception as error:  # whatever is wrong with the database, the page is told
                    log.warning("figures cannot be read", **what_failed(error))
                    self._known = None
                self._read_at = time.monotonic()
            return self._known


def _seconds(spans: dict[str, timedelta]) -> dict[str, float]:
    return {name: span.total_seconds() for name, span in spans.items()}


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"rekindle_{name}", meaning, value=float(value))


def _by(name: str, meaning: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"rekindle_{name}", meaning, labels=[label])
    for one, value in values.items():
        family.add_metric([one], float(value))
    return family
