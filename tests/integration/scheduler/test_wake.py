"""Wake-ups: sent together, at their moment, in Celery's own form; and a queue that is away costs nobody."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from scheduler.app import app, run_job
from scheduler.jobs import Job
from scheduler.wake_messages import BEHIND, post
from scheduler.waker import Waker, WakeUp

A, B, C = Job("converse", 1), Job("converse", 2), Job("deliver", 3)


@pytest.fixture
def queue(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The workers' queue, empty, in a real Redis."""
    monkeypatch.setattr(app.conf, "broker_url", redis_url)
    _taken()
    yield
    _taken()


def test_a_wake_up_is_sent_as_celery_would_send_it(queue: None) -> None:
    run_job.apply_async(args=("converse", 1), ignore_result=True)
    post([WakeUp(0.0, 0, A, None)])
    theirs, ours = _taken()
    assert ours["payload"] == [["converse", 1], {}, theirs["payload"][2]]
    assert _without_ids(ours) == _without_ids(theirs)
    assert ours["headers"]["id"] != theirs["headers"]["id"]


def test_what_is_ready_to_leave_goes_before_what_is_still_to_be_thought_about(queue: None) -> None:
    post([WakeUp(0.0, 0, A, None), WakeUp(0.0, 1, B, None), WakeUp(0.0, 2, C, None)])
    assert [(kind, row) for (kind, row), *_ in (taken["payload"] for taken in _taken())] == [
        ("deliver", 3), ("converse", 1), ("converse", 2),
    ]  # fmt: skip


def test_with_the_workers_behind_a_sweep_adds_nothing_that_they_would_only_throw_away(queue: None) -> None:
    swept = [WakeUp(0.0, row, Job("converse", row), 10.0) for row in range(BEHIND)]
    post(swept)
    post(swept)
    post([WakeUp(0.0, 0, A, None)])
    assert len(_taken()) == BEHIND + 1


def test_a_wake_up_waits_for_its_moment_and_holds_up_no_other() -> None:
    posted: list[Job] = []
    waker = Waker(lambda due: posted.extend(one.job for one in due))
    waker.ask(A, 3600.0, None)
    waker.ask(B, 0.0, None)
    _until(lambda: bool(posted))
    assert posted == [B]
    assert waker.waiting == 1


def test_of_two_wake_ups_for_one_job_the_later_word_counts() -> None:
    posted: list[Job] = []
    waker = Waker(lambda due: posted.extend(one.job for one in due))
    waker.ask(A, 0.05, None)
    waker.ask(A, 3600.0, None)
    waker.ask(B, 0.06, None)
    _until(lambda: B in posted)
    assert posted == [B]


def test_with_a_queue_that_accepts_and_never_answers_one_wake_up_pays_and_the_next_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with _that_never_answers() as (url, callers):
        monkeypatch.setattr(app.conf, "broker_url", url)
        failed = threading.Event()

        def posting(due: Sequence[WakeUp]) -> None:
            try:
                post(due)
            except Exception:
                failed.set()
                raise

        waker = Waker(posting)
        waker.ask(A, 0.0, None)
        assert failed.wait(20)
        for row in range(100):
            waker.ask(Job("converse", row), 0.0, None)
        _until(lambda: waker.waiting == 0)
        assert len(callers) == 1


@contextmanager
def _that_never_answers() -> Iterator[tuple[str, list[socket.socket]]]:
    """A server like a stopped Redis: its address, and whoever has called so far."""
    callers: list[socket.socket] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                callers.append(listening.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0", callers
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)
        for caller in callers:
            caller.close()


def _taken() -> list[dict[str, object]]:
    """Everything that lies in the queue, as kombu hands it to a worker."""
    found = []
    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as waiting:
        while True:
            try:
                message = waiting.get(block=False)
            except waiting.Empty:
                return found
            message.ack()
            found.append(
                {
                    "payload": message.payload,
                    "headers": message.headers,
                    "properties": message.properties,
                    "type": message.content_type,
                }
            )


def _without_ids(taken: dict) -> dict:  # type: ignore[type-arg]
    differs = {"id", "root_id", "correlation_id", "delivery_tag", "argsrepr", "reply_to"}
    return {
        part: {key: value for key, value in taken[part].items() if key not in differs}
        for part in ("headers", "properties")
    }


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.005)
