"""Who writes: one thread of one process at a time, and nobody waits for the dead or for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from data.turns import Turns

HOLDER = """
import sys, time
from data.turns import Turns
with Turns(sys.argv[1], 5).mine():
    print("mine", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "rekindle.sqlite3")


def is_free(database: str) -> bool:
    """Whether another process could have the turn now."""
    other = Turns(database, 0.0)
    with other.mine():
        free = other.has_file
    other.leave()
    return free


def test_another_process_has_to_wait(database: str) -> None:
    turns = Turns(database, 5)
    with turns.mine():
        assert not is_free(database)
    assert is_free(database)


def test_another_thread_has_to_wait(database: str) -> None:
    turns, order, inside = Turns(database, 5), [], Event()

    def second() -> None:
        inside.wait()
        with turns.mine():
            order.append("second")

    thread = Thread(target=second)
    thread.start()
    with turns.mine():
        inside.set()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_whoever_is_killed_leaves_the_turn_to_the_next(database: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, database], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "mine\n"
    assert not is_free(database)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert is_free(database)


def test_a_child_does_not_keep_what_its_dead_parent_held(database: str) -> None:
    """The file's lock belongs to every copy of the open file: the child closes its own."""
    turns = Turns(database, 5)
    (has_left, tells), (may_end, lets_end) = os.pipe(), os.pipe()
    with turns.mine():
        child = os.fork()
        if child == 0:
            turns.leave()
            os.write(tells, b".")
            os.read(may_end, 1)
            os._exit(0)
        os.read(has_left, 1)
        turns.leave()  # as if we died
    try:
        assert is_free(database)
    finally:
        os.write(lets_end, b".")
        os.waitpid(child, 0)


def test_nobody_waits_for_ever(database: str) -> None:
    first, second = Turns(database, 5), Turns(database, 0.05)
    with first.mine(), second.mine():
        pass  # and here SQLite would say that it is locked
