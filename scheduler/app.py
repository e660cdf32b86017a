"""The Celery app: a worker runs jobs, beat sweeps. Everything it carries can be rebuilt from the rows.

A task is acknowledged when it is done and handed out again when its worker dies. With kombu's defaults a
killed worker's task waits far longer than the visibility time-out suggests, hence the restore settings.
"""

from __future__ import annotations

from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init
from kombu.entity import Queue
from redis import RedisError

from data import clock, db, demo_clock, logs, settings
from data.db import reading
from nlu.when import read
from scheduler import erasing, heartbeat, leaving, measures
from scheduler.alerts import watch_over
from scheduler.campaigns.standing import enrol_standing
from scheduler.due import SWEEP_EVERY, due_jobs, late_jobs
from scheduler.jobs import Job, JobKind
from scheduler.measures.watch import watch
from scheduler.outreach import charges
from scheduler.run import run
from scheduler.wake import wake
from scheduler.whatsapp import approvals
from scheduler.writeback import telling

VISIBILITY = 120
"""Seconds until a dead worker's task is handed out again: above the longest task with all its time-outs."""

BULK = "outreach"
"""The queue of what works through lists (scheduler/jobs.IN_BULK): it takes turns with the others."""

app = Celery("rekindle", broker=settings.get().redis_url or "redis://127.0.0.1:6379/0")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_soft_time_limit=75,
    task_time_limit=90,  # below VISIBILITY: a task that hangs is ended before another worker gets it
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # Redis may come up long after us
    broker_transport_options={
        "visibility_timeout": VISIBILITY,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_timeout": 2.0,
        "socket_connect_timeout": 1.0,
        # kombu would try to connect again for seconds, whatever a call says of its own retries
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    },
    beat_schedule={
        "sweep": {"task": heartbeat.SWEEP, "schedule": SWEEP_EVERY, "options": {"expires": SWEEP_EVERY}}
    },
    # sweeps have a queue of their own, which takes turns with the other one: behind more work than is done
    # until they expire they would never run, and what has lost its wake-up would wait for the end of it
    task_queues=(Queue("celery"), Queue("sweeps"), Queue(BULK)),  # type: ignore[no-untyped-call]
    task_routes={heartbeat.SWEEP: {"queue": "sweeps"}},
    timezone="UTC",
)

log = structlog.get_logger(__name__)
__all__ = ["app", "leaving", "run_job", "sweep"]


@setup_logging.connect  # type: ignore[untyped-decorator]
def _log_our_way(**_: Any) -> None:
    logs.configure()
    logs.guard_the_rest()


@worker_init.connect  # type: ignore[untyped-decorator]
def _prepare(**_: Any) -> None:
    """Load, once for all children, what the first text that names a holiday would wait for: half a second."""
    read("christmas", clock.now().replace(tzinfo=None))


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _begin(**_: Any) -> None:
    db.connect()
    watch()
    if settings.get().rekindle_demo:
        clock.use(demo_clock.now)


@app.task(name="rekindle.job")  # type: ignore[untyped-decorator]
def run_job(kind: JobKind, row: int) -> None:
    """Run one job and wake what comes of it."""
    try:
        with measures.doing(kind, row):
            wake(run(Job(kind, row)))
    except Exception as error:
        # without the message and the values, which may hold a text or a number; the row is swept again
        log.error("job failed", kind=kind, row=row, **logs.what_failed(error))
    heartbeat.worked()


@app.task(name=heartbeat.SWEEP)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Wake everything that is due, however it came to wait."""
    with reading() as session:
        due = due_jobs(session, clock.now())
    late = late_jobs(due, clock.now())
    if due:
        log.info("swept", jobs=len(due), late=len(late))
    _wake_first(late)
    # with the workers behind, the next sweep finds the same rows: a queue that only grows helps nobody
    wake((one.job for one in due if one.job not in late), expires=2 * SWEEP_EVERY)
    heartbeat.swept()
    wake([*watch_over(), *approvals.due(), *erasing.due(), *charges.due()])
    wake(telling.due(), expires=2 * SWEEP_EVERY)
    enrol_standing()


def _wake_first(jobs: list[Job]) -> None:
    from scheduler.wake_messages import post_ahead  # which needs this very app

    try:
        post_ahead(jobs, expires=SWEEP_EVERY)
    except RedisError as error:
        log.warning("queue unreachable, leaving it to the next sweep", error=type(error).__name__)
