"""The real supervisor over a tiny set of programs: what dies comes back, and what is ended leaves nothing."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from services.waiting import wait_until

from bot.processes import free_port, leftovers
from bot.processes.bound import identity

TINY = Path(__file__).with_name("tiny_service.py")
NAMES = {"supervisor", "steady", "family", "deaf"}


class Tiny:
    """The set, started as a process of its own the way `rekindle up` is."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.run = folder, folder / "run"
        self.output = folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(TINY), str(folder), str(port)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ready(self) -> bool:
        assert self.process.poll() is None, self.said
        all_there = set(leftovers.find(self.run)) == NAMES and self.child > 0
        return "ready" in self.said and all_there and all(map(self._listens, ("steady", "deaf")))

    def _listens(self, name: str) -> bool:
        """Whether a program has got as far as deciding what it does about signals."""
        log = self.folder / "log" / f"{name}.log"
        return log.exists() and "started" in log.read_text()

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def child(self) -> int:
        """The pid of what the program `family` has started."""
        note = self.folder / "child.pid"
        return int(note.read_text() or 0) if note.exists() else 0

    def pid(self, name: str) -> int:
        return leftovers.find(self.run).get(name, 0)

    def everything(self) -> dict[str, str | None]:
        found = {**leftovers.find(self.run), "child": self.child}
        return {name: identity(pid) for name, pid in found.items()}


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Tiny]:
    started = Tiny(tmp_path, free_port())
    try:
        wait_until(started.ready, 15)
        yield started
    finally:
        started.process.kill()
        started.process.wait()
        leftovers.end(started.run)


def gone(pids: list[int]) -> Callable[[], bool]:
    return lambda: not any(identity(pid) for pid in pids)


def pids(tiny: Tiny) -> list[int]:
    return [*leftovers.find(tiny.run).values(), tiny.child]


def test_a_killed_program_comes_back_by_itself_and_the_terminal_says_so(tiny: Tiny) -> None:
    before = tiny.pid("steady")
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: tiny.pid("steady") not in (0, before), 15)
    wait_until(lambda: "steady ended (terminated by SIGKILL) and is started again" in tiny.said, 15)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_all_of_it_within_seconds(tiny: Tiny, sign: signal.Signals) -> None:
    running = pids(tiny)
    tiny.process.send_signal(sign)
    assert tiny.process.wait(10) == 0
    assert not any(identity(pid) for pid in running)
    assert (tiny.folder / "log" / "steady.log").read_text().count("asked to end") == 1


def test_a_second_signal_ends_even_the_deaf_at_once(tiny: Tiny) -> None:
    running = pids(tiny)
    tiny.process.send_signal(signal.SIGINT)
    wait_until(lambda: "ending" in tiny.said, 15)
    tiny.process.send_signal(signal.SIGINT)
    assert tiny.process.wait(5) == 0
    wait_until(gone(running), 15)


def test_a_killed_supervisor_takes_everything_with_it(tiny: Tiny) -> None:
    running = pids(tiny)
    os.kill(tiny.pid("supervisor"), signal.SIGKILL)
    assert tiny.process.wait(30) == 1
    assert not any(identity(pid) for pid in running)


def test_a_killed_terminal_takes_everything_with_it(tiny: Tiny) -> None:
    running = pids(tiny)
    tiny.process.kill()
    wait_until(gone(running), 15)


def test_the_next_start_ends_what_a_killed_run_has_left(tiny: Tiny) -> None:
    running = pids(tiny)
    os.kill(tiny.process.pid, signal.SIGKILL)
    os.kill(tiny.pid("supervisor"), signal.SIGKILL)
    # `deaf` ignores the polite request that the kernel sends when a parent dies.
    assert tiny.pid("deaf")
    assert "deaf" in leftovers.end(tiny.run, patience=1)
    assert not any(identity(pid) for pid in running)


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, str(TINY), str(tmp_path), str(port)], capture_output=True, text=True, timeout=30
        )
    assert done.returncode == 2
    assert re.fullmatch(rf"Port {port} on 127\.0\.0\.1 is taken .*TINY_PORT\.\n", done.stdout)
    assert not list((tmp_path / "run").glob("*.pid"))
