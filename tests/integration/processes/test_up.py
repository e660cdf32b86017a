"""`rekindle up` with all its real parts: each is killed once and comes back, Ctrl-C leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from services.waiting import wait_until

from bot.processes import free_port, leftovers
from bot.processes.bound import identity

PARTS = ("redis", "rasa", "web", "worker", "beat")
START = [str(Path(sys.executable).with_name("rekindle")), "up"]


class Up:
    def __init__(self, folder: Path) -> None:
        self.port, self.data = free_port(), folder / "data"
        self.output = folder / "output"
        own = {"REKINDLE_DATA_DIR": str(self.data), "REKINDLE_PORT": str(self.port)}
        plain = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR")}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                START,
                cwd=folder,
                env=plain | own,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self, text: str) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        return text in self.output.read_text()

    def pid(self, name: str) -> int:
        return leftovers.find(self.data / "run").get(name, 0)

    def healthy(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).status_code == 200
        except requests.RequestException:
            return False


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    started = Up(tmp_path)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()
        leftovers.end(started.data / "run", patience=5)


def test_every_part_comes_back_after_a_kill_and_ctrl_c_leaves_nothing(up: Up) -> None:
    wait_until(lambda: up.says(f"ready: http://127.0.0.1:{up.port}"), 120)
    before = {part: up.pid(part) for part in PARTS}
    assert all(before.values())

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(up.pid(part) not in (0, before[part]) for part in PARTS), 60)
    wait_until(up.healthy, 60)
    for part in PARTS:
        assert up.says(f"{part} ended (terminated by SIGKILL) and is started again")

    running = list(leftovers.find(up.data / "run").values())
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(45) == 0
    assert not any(identity(pid) for pid in running)
    assert not up.healthy()


def test_a_second_run_with_the_same_data_folder_is_refused(up: Up) -> None:
    wait_until(lambda: up.says("starting"), 60)
    second = subprocess.run(
        START,
        env={
            "PATH": os.environ["PATH"],
            "REKINDLE_DATA_DIR": str(up.data),
            "REKINDLE_PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 2
    assert "is running already with the data folder" in second.stderr
