"""What is counted and timed while the service works, and the names under which a monitoring reads it.

What rows can tell (bot/metrics_figures.py) is not counted here. No label ever holds a number, a name or a
text: each takes one of a few values that stand in our code, but for the provider's error codes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import Counter, Histogram, disable_created_metrics

from scheduler.measures import seats

disable_created_metrics()  # type: ignore[no-untyped-call]
seats.use_folder()  # before the first instrument: it decides where all of them keep their figures

QUICK = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SLOW = (1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)

WEBHOOK_REQUESTS = Counter(
    "rekindle_webhook_requests",
    "Requests to the provider's doors by what was answered",
    ["webhook", "answer"],
)
WEBHOOK_SECONDS = Histogram(
    "rekindle_webhook_seconds", "How long a request of the provider takes", ["webhook"], buckets=QUICK
)
SIGNATURES_REFUSED = Counter(
    "rekindle_webhook_signatures_refused", "Requests to the provider's doors that it has not signed"
)
NLU_SECONDS = Histogram(
    "rekindle_nlu_seconds", "How long the model takes for a text, by outcome", ["outcome"], buckets=QUICK
)
REPLY_SECONDS = Histogram(
    "rekindle_reply_seconds",
    "From a contact's text to the provider's taking the answer",
    ["channel"],
    buckets=SLOW,
)
TEXTS = Counter(
    "rekindle_texts",
    "Texts that came into a state, by kind, channel and the provider's error code",
    ["kind", "channel", "state", "code"],
)
JOB_SECONDS = Histogram(
    "rekindle_job_seconds", "How long a worker takes for a job, by outcome", ["job", "outcome"], buckets=QUICK
)
DATABASE_ERRORS = Counter("rekindle_database_errors", "Errors of the database by their kind", ["error"])


@contextmanager
def doing(kind: str, row: int) -> Iterator[None]:
    """Times a job, and puts its kind and row into every line that is logged meanwhile."""
    began = time.perf_counter()
    outcome = "failed"
    with structlog.contextvars.bound_contextvars(job=kind, job_row=row):
        try:
            yield
            outcome = "done"
        finally:
            JOB_SECONDS.labels(kind, outcome).observe(time.perf_counter() - began)


@contextmanager
def asking_the_model() -> Iterator[None]:
    """Times a question to the model."""
    began = time.perf_counter()
    outcome = "failed"
    try:
        yield
        outcome = "understood"
    finally:
        NLU_SECONDS.labels(outcome).observe(time.perf_counter() - began)


def code_label(code: str | None) -> str:
    """A provider's error code as a label: it comes from outside, and must not carry anything else in."""
    return code if code and re.fullmatch(r"\d{3,5}", code) else "other" if code else ""
