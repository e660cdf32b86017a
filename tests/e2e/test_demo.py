"""The main job with every real process: `rekindle demo`, a phone, and an appointment at the end of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.processes import free_port

SARAH = "+12125550123"
LIMIT = 90.0
"""Seconds for any one thing to happen: far more than it takes, even on a busy machine."""


@dataclass
class Demo:
    """A running demo and its phones."""

    process: subprocess.Popen[str]
    phones: str
    service: str
    folder: Path

    def texts(self, number: str = SARAH) -> list[str]:
        """What has arrived at a phone."""
        shown = requests.get(f"{self.phones}/sim/phones/{number}/transcript", timeout=5).json()
        return [text["body"] for text in shown["texts"] if text["from"] == "business"]

    def text(self, body: str) -> str:
        """Write from the phone and wait for the next text that arrives."""
        before = len(self.texts())
        wrote: dict[str, Any] = {"from": SARAH, "body": body}
        requests.post(f"{self.phones}/sim/texts", json=wrote, timeout=5).raise_for_status()
        self.wait(lambda: len(self.texts()) > before, f"an answer to {body!r}")
        return self.texts()[-1]

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition."""
        until = time.monotonic() + LIMIT
        while not condition():
            assert time.monotonic() < until, f"waited too long for {what}"
            assert self.process.poll() is None, "the demo ended by itself"
            time.sleep(0.1)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    port, phones = free_port(), free_port()
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "demo", "--simulator-port", str(phones)],
            env={**os.environ, "REKINDLE_DATA_DIR": str(tmp_path), "REKINDLE_PORT": str(port)},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    made = Demo(process, f"http://127.0.0.1:{phones}", f"http://127.0.0.1:{port}", tmp_path)
    try:
        made.wait(lambda: "Phones to text with" in (tmp_path / "out").read_text(), "the demo to be ready")
        yield made
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, (tmp_path / "out").read_text()


def test_a_contact_texts_until_an_appointment_stands_and_a_callback_arrives_in_its_week(demo: Demo) -> None:
    demo.wait(lambda: len(demo.texts()) == 1, "the opener")
    assert "automated assistant of Example Dental" in demo.texts()[0]
    assert "$120" in demo.text("how much is a cleaning?")
    assert "1)" in demo.text("ok, any openings next week?")
    assert "Shall I book" in demo.text("next wednesday at 9:30 am")
    assert "You're booked" in demo.text("yes please")
    assert "called off" in demo.text("sorry, I have to cancel my appointment")
    assert "once around" in demo.text("not now, text me in two weeks")
    moved = requests.post(f"{demo.phones}/sim/clock", json={"forward_seconds": 15 * 86400}, timeout=10)
    moved.raise_for_status()
    before = len(demo.texts())
    demo.wait(lambda: len(demo.texts()) > before, "the callback")
    assert "as you asked" in demo.texts()[-1]
