"""The sweep amid more work than is done: it comes to its turn, and what has waited longest goes first."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis

from scheduler.app import BULK, app, sweep
from scheduler.due import FIRST, LATE, late_jobs
from scheduler.jobs import DueJob, Job
from scheduler.wake_messages import post
from scheduler.waker import WakeUp
from tests.world_fixtures import Service

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture
def queue(redis_url: str) -> Iterator[redis.Redis]:
    """The workers' queue, empty, with nobody at it."""
    before = app.conf.broker_url
    app.conf.broker_url = redis_url
    client = redis.Redis.from_url(redis_url)
    client.delete(app.conf.task_default_queue)
    yield client
    client.delete(app.conf.task_default_queue)
    client.close()
    app.conf.broker_url = before


def taken(queue: redis.Redis, name: str = "") -> list[Job]:
    """The jobs as workers would take them."""
    jobs = []
    while raw := queue.rpop(name or app.conf.task_default_queue):
        arguments = json.loads(base64.b64decode(json.loads(raw)["body"]))[0]
        jobs.append(Job(*arguments))
    return jobs


def test_a_text_that_has_lost_its_wake_up_goes_before_everything_in_the_queue(
    service: Service, queue: redis.Redis
) -> None:
    service.text("where can I park?")
    (waiting,) = service.woken
    post([WakeUp(0.0, number, Job("deliver", 1_000 + number), None) for number in range(3)])
    service.clock.forward(LATE + timedelta(minutes=1))
    sweep()
    assert taken(queue)[0] == waiting


def test_a_text_whose_turn_has_only_just_come_waits_in_its_place(
    service: Service, queue: redis.Redis
) -> None:
    service.text("where can I park?")
    service.clock.forward(timedelta(seconds=5))
    sweep()
    assert taken(queue) == []
    assert service.woken[-1].kind == "converse"


def test_the_longest_waiting_go_first_and_only_a_few_at_a_time() -> None:
    due = [DueJob(Job("converse", n), NOW - timedelta(minutes=90 - n)) for n in range(80)]
    assert late_jobs(due, NOW) == [Job("converse", n) for n in range(FIRST)]


def test_what_works_through_lists_lies_in_a_queue_of_its_own(service: Service, queue: redis.Redis) -> None:
    queue.delete(BULK)
    jobs = [Job("dispatch", 1), Job("outreach", 1), Job("deliver", 7)]
    post([WakeUp(0.0, number, job, None) for number, job in enumerate(jobs)])
    assert taken(queue) == [Job("deliver", 7)]
    assert set(taken(queue, BULK)) == set(jobs[:2])


def test_a_sweep_adds_no_sending_where_the_workers_have_no_room_for_more(
    service: Service, queue: redis.Redis
) -> None:
    queue.delete(BULK, "rekindle:help:1")
    slices = WakeUp(0.0, 1, Job("dispatch", 1), None)
    post([slices])
    assert taken(queue, BULK) == [slices.job]
    queue.set("rekindle:help:1", 1, px=60_000)
    post([slices])
    assert taken(queue, BULK) == [slices.job] * 2, "with nothing waiting a second worker helps"
    post([slices])
    post([WakeUp(0.0, 2, Job("dispatch", 2), 10.0), slices])
    assert taken(queue, BULK).count(Job("dispatch", 2)) == 0


def test_openers_never_go_before_the_answers_that_somebody_waits_for() -> None:
    opener = DueJob(Job("dispatch", 1), NOW - timedelta(hours=1), in_bulk=True)
    answer = DueJob(Job("deliver", 2), NOW - timedelta(minutes=1))
    assert late_jobs([opener, answer], NOW) == [Job("deliver", 2)]


def test_a_sweep_does_not_queue_behind_the_work_that_it_is_to_find() -> None:
    where = app.amqp.router.route({}, sweep.name)["queue"]
    assert where.name != app.conf.task_default_queue
    assert where.name in app.amqp.queues.consume_from
