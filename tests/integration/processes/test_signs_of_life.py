"""Real beat and worker write that they live; frozen ones are told apart."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from services.waiting import wait_until

from bot.health import pulse
from bot.processes.bound import end_with_parent
from data import db, settings
from data.db import reading
from data.queries.heartbeats import silences

Start = Callable[..., subprocess.Popen[bytes]]

QUICKLY = """
import sys
import scheduler.jobs
scheduler.jobs.SWEEP_EVERY = 0.3
from scheduler.app import app
app.start(sys.argv[1:])
"""
# as `rekindle up` starts it, but for the pause between two sweeps: half a minute is long for a test


@pytest.fixture
def start(redis_url: str, sqlite_template: Path, tmp_path: Path) -> Iterator[Start]:
    before = settings.get()
    settings.use(settings.isolated(rekindle_data_dir=tmp_path))
    shutil.copyfile(sqlite_template, tmp_path / "rekindle.sqlite3")
    db.connect()
    own = {
        "REDIS_URL": redis_url.removesuffix("/0") + "/6",
        "REKINDLE_DATA_DIR": str(tmp_path),
        "ENCRYPTION_KEYS": settings.get().secret("encryption_keys"),
        "PATH": os.environ["PATH"],
    }
    with ExitStack() as ended:

        def run(*arguments: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, "-c", QUICKLY, *arguments],
                env=own,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=lambda: end_with_parent(signal.SIGKILL),
            )
            ended.callback(process.wait)
            ended.callback(process.kill)
            return process

        yield run
    db.dispose()
    settings.use(before)


def states() -> dict[str, str]:
    with reading() as session:
        silent = silences(session)
    return {"beat": pulse.beat(silent).state, "worker": pulse.worker(silent).state}


def test_a_frozen_worker_and_a_frozen_beat_are_told_apart(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pulse, "SILENT_AFTER", timedelta(seconds=2))
    worker = start("worker", "--pool", "solo")
    beat = start("beat", "--schedule", str(tmp_path / "schedule"), "--pidfile", "")
    wait_until(lambda: states() == {"beat": "well", "worker": "well"})

    worker.send_signal(signal.SIGSTOP)
    wait_until(lambda: states() == {"beat": "well", "worker": "unwell"})
    worker.send_signal(signal.SIGCONT)
    wait_until(lambda: states() == {"beat": "well", "worker": "well"})

    beat.send_signal(signal.SIGSTOP)
    wait_until(lambda: states() == {"beat": "unwell", "worker": "unknown"})
    beat.send_signal(signal.SIGCONT)
    wait_until(lambda: states() == {"beat": "well", "worker": "well"})
