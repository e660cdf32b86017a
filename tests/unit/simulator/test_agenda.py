"""The agenda: order within a lane, one thing at a time in each, and nothing lost between threads."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from bot.simulator.agenda import Agenda

START = datetime(2026, 3, 5, 15, tzinfo=UTC)


def run(agenda: Agenda, now: datetime) -> None:
    while taken := agenda.take(now):
        taken[1]()
        agenda.done(taken[0])


def test_due_things_come_in_order_and_the_rest_waits() -> None:
    agenda, done = Agenda(), []
    for seconds in (20, 0, 10):
        agenda.add(f"lane {seconds}", START + timedelta(seconds=seconds), lambda s=seconds: done.append(s))
    assert agenda.next_due() == START
    run(agenda, START + timedelta(seconds=10))
    assert done == [0, 10]
    assert agenda.next_due() == START + timedelta(seconds=20)


def test_things_due_at_once_come_in_the_order_in_which_they_were_added() -> None:
    agenda, done = Agenda(), []
    for n in range(20):
        agenda.add(f"lane {n % 3}", START, lambda n=n: done.append(n))
    run(agenda, START)
    assert done == sorted(done)


def test_a_lane_gives_nothing_while_one_of_its_things_is_being_done() -> None:
    agenda = Agenda()
    agenda.add("a", START, lambda: None)
    agenda.add("a", START, lambda: None)
    assert agenda.take(START) is not None
    assert agenda.take(START) is None
    assert agenda.next_due() is None
    assert not agenda.idle
    agenda.done("a")
    assert agenda.take(START) is not None
    agenda.done("a")
    assert agenda.idle


def test_something_earlier_in_a_lane_goes_ahead_of_what_waits_there() -> None:
    agenda, done = Agenda(), []
    agenda.add("a", START + timedelta(seconds=5), lambda: done.append("later"))
    agenda.add("a", START, lambda: done.append("earlier"))
    run(agenda, START + timedelta(seconds=5))
    assert done == ["earlier", "later"]


def test_many_threads_do_everything_once_and_each_lane_in_order() -> None:
    agenda = Agenda()
    done: dict[str, list[int]] = {f"lane {n}": [] for n in range(20)}
    for n in range(50):
        for lane in done:
            agenda.add(lane, START, lambda lane=lane, n=n: done[lane].append(n))

    def work() -> None:
        while not agenda.idle:
            run(agenda, START)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert all(order == list(range(50)) for order in done.values())


def test_a_cleared_agenda_is_idle_once_the_thing_in_hand_is_done() -> None:
    agenda = Agenda()
    agenda.add("a", START, lambda: None)
    agenda.add("a", START, lambda: None)
    agenda.take(START)
    agenda.clear()
    agenda.done("a")
    assert agenda.idle
