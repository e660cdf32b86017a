"""Wake-ups as Celery's messages, as many as there are in one call to Redis.

The form is Celery's and kombu's own: one message is made by them, and the others differ from it in the job,
the ids and the end alone. Sent one by one through kombu each would cost five times as much.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import uuid4

import redis
from kombu.connection import Connection
from kombu.messaging import Producer
from redis.backoff import NoBackoff
from redis.retry import Retry

from scheduler.app import BULK, app, run_job
from scheduler.jobs import IN_BULK, Job
from scheduler.wake_help import wants_help
from scheduler.waker import WakeUp

PATIENCE = 0.5
"""Seconds for Redis to take them; nobody but the waker's own thread waits."""

AT_A_TIME = 500

BEHIND = 100
"""Wake-ups in the queue from which on the workers count as behind: seconds of work for them."""

_AT_ONCE = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
"""A kept connection that Redis has closed is opened again; one that never answers has had its time."""


def post(due: Sequence[WakeUp]) -> None:
    """Put these wake-ups into the workers' queue. Raises redis.RedisError.

    A text that is ready to leave goes before what is still to be thought about, so that with the workers
    behind replies leave one by one, and not all of them when everything has been thought about. What
    expires comes from a sweep, which finds the same rows again: with the workers behind it is left out, or
    they would be busy with throwing away what they are asked for twice.
    """
    queue, server = app.conf.task_default_queue, _redis(app.conf.broker_url)
    bulk = [one for one in due if one.job.kind in IN_BULK]
    due = [one for one in due if one.job.kind not in IN_BULK]
    ready = [one.job for one in due if one.job.kind == "deliver" and one.expires is None]
    others = [one for one in due if one.job.kind != "deliver" and one.expires is None]
    swept = [one for one in due if one.expires is not None]
    if swept and server.llen(queue) < BEHIND:
        others += swept
    for begin in range(0, len(others), AT_A_TIME):
        server.lpush(queue, *(message(one.job, one.expires) for one in others[begin : begin + AT_A_TIME]))
    post_ahead(ready)
    if bulk:
        _post_bulk(server, bulk)


def _post_bulk(server: redis.Redis, bulk: Sequence[WakeUp]) -> None:
    """A slice of sending wakes the next one itself, and a second one that helps where workers are free.

    So as many soon send at the same time as a sender has work for and as there are workers; what a sweep
    finds is left out where nobody is free.
    """
    wanted = [one for one in bulk if one.expires is None]
    if server.llen(BULK) == 0:
        helped = [one for one in wanted if one.job.kind == "dispatch" and wants_help(server, one.job.row)]
        wanted = [*helped, *bulk]
    if wanted:
        server.lpush(BULK, *(message(one.job, one.expires, BULK) for one in wanted))


def post_ahead(jobs: Sequence[Job], expires: float | None = None) -> None:
    """Put these jobs before everything that lies in the queue, the first one first. Raises redis.RedisError.

    Workers take from the right, where everybody else's wake-ups arrive last.
    """
    if jobs:
        queue = app.conf.task_default_queue
        _redis(app.conf.broker_url).rpush(queue, *(message(job, expires) for job in reversed(jobs)))


def message(job: Job, expires: float | None = None, queue: str = "") -> str:
    """One wake-up as it lies in the queue; nobody runs it any more after `expires` seconds."""
    sample, task_id = _sample(queue or app.conf.task_default_queue), str(uuid4())
    arguments = [[job.kind, job.row], *sample["arguments"][1:]]
    made: dict[str, Any] = sample["message"]
    until = datetime.now(UTC) + timedelta(seconds=expires) if expires is not None else None
    headers = {
        "id": task_id,
        "root_id": task_id,
        "argsrepr": repr((job.kind, job.row)),
        "expires": until and until.isoformat(),
    }
    properties = {"correlation_id": task_id, "delivery_tag": str(uuid4())}
    return json.dumps(
        made
        | {"body": base64.b64encode(json.dumps(arguments).encode()).decode()}
        | {"headers": made["headers"] | headers, "properties": made["properties"] | properties}
    )


@lru_cache(maxsize=2)
def _sample(queue: str) -> dict[str, Any]:
    """A message as Celery would send it for this task, and the arguments inside it."""
    limits = {"time_limit": run_job.time_limit, "soft_time_limit": run_job.soft_time_limit}
    task = app.amqp.as_task_v2("", run_job.name, args=("", 0), kwargs={}, ignore_result=True, **limits)
    with Connection("memory://") as memory:  # type: ignore[no-untyped-call]
        channel = memory.channel()
        Producer(channel).publish(  # type: ignore[no-untyped-call]
            task.body, routing_key=queue, serializer="json", headers=task.headers, **task.properties
        )
        made = deepcopy(channel._get(queue))  # as it lies in a queue, which every transport of kombu shares
    return {"message": made, "arguments": json.loads(base64.b64decode(made["body"]))}


@lru_cache(maxsize=2)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=_AT_ONCE)
