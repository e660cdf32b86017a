"""Showing life: beat when it has asked for a sweep, a worker by the work that it has done.

Written as rows (data/queries/heartbeats.py), so that anybody who reads the database can tell a frozen beat
from a worker that does nothing. A note that cannot be written stops no work: its absence says enough.
"""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from celery.signals import after_task_publish
from sqlalchemy.exc import SQLAlchemyError

from data.db import writing
from data.queries.heartbeats import Name, show_life
from scheduler.jobs import SWEEP_EVERY

SWEEP = "rekindle.sweep"

SILENT_AFTER = timedelta(seconds=4 * SWEEP_EVERY)
"""Whoever has not shown life for so long stands still: four sweeps, well within half a minute."""

_log = structlog.get_logger(__name__)
_noted_at = float("-inf")


def worked() -> None:
    """This worker has done a job; noted every few seconds only."""
    global _noted_at
    if time.monotonic() - _noted_at >= SWEEP_EVERY:
        _noted_at = time.monotonic()
        _note("worker")


def swept() -> None:
    """This worker has looked for what is due."""
    global _noted_at
    _noted_at = time.monotonic()
    _note("sweep", "worker")


@after_task_publish.connect  # type: ignore[untyped-decorator]
def _asked_for(sender: str | None = None, **_: object) -> None:
    """Only beat asks for sweeps."""
    if sender == SWEEP:
        _note("beat")


def _note(*names: Name) -> None:
    try:
        with writing() as session:
            show_life(session, *names)
    except SQLAlchemyError as error:
        _log.warning("sign of life not written", part=names[0], error=type(error).__name__)
