"""A process that works through a list and dies by SIGKILL at a chosen commit, and who starts it.

As a script (`python -m soak.outreach_deaths`) this is the nursery, which forks one such process for every
line that it reads; only so is a death cheap. The large soak kills whole workers instead (outreach_world.py).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from data import clock, db, logs, settings
from data.clock import HandClock
from scheduler.jobs import IN_BULK, Job
from scheduler.run import run

FOLDERS = os.pathsep.join(path for path in sys.path if path)
PASSED_ON = ("database_url", "public_base_url", "twilio_account_sid", "twilio_from", "twilio_api_base_url")


class Nursery:
    """Starts processes that die."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def work(self, job: Job, now: datetime, point: int) -> bool:
        """Run a job and what comes of it in a process that dies at its `point`th commit; whether it did."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([job.kind, job.row, now.isoformat(), point]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise ChildProcessError("the nursery has ended by itself")
        return bool(json.loads(answer))


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery with the settings that are in force here."""
    held = settings.get()
    values = {name: str(getattr(held, name)) for name in (*PASSED_ON, "rekindle_data_dir")}
    values["twilio_auth_token"] = held.twilio_auth_token.get_secret_value()
    with subprocess.Popen(
        [sys.executable, "-m", "soak.outreach_deaths"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": FOLDERS},
    ) as process:
        assert process.stdin is not None
        try:
            print(json.dumps(values), file=process.stdin, flush=True)
            yield Nursery(process)
        finally:
            process.stdin.close()
            process.wait(20)


def main() -> None:
    """The nursery: settings on the first line, then `[kind, row, now, point]` each."""
    settings.use(settings.isolated(**json.loads(sys.stdin.readline())))
    logs.configure()  # to standard error: standard output is for the answers
    run(Job("dispatch", 0))  # what takes a while is done once, for all children
    db.dispose()
    for line in sys.stdin:
        kind, row, now, point = json.loads(line)
        child = os.fork()
        if not child:
            _live(Job(kind, row), datetime.fromisoformat(now), point)
        _, status = os.waitpid(child, 0)
        died = os.waitstatus_to_exitcode(status)
        if died not in (0, -signal.SIGKILL):
            sys.exit(1)
        print(json.dumps(died != 0), flush=True)


def _live(job: Job, now: datetime, point: int) -> None:
    clock.use(HandClock(now))
    passed = 0

    def reach(_: Session) -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Session, "before_commit", reach)
    event.listen(Session, "after_commit", reach)
    jobs = [job]
    while jobs:
        jobs += [one for one in run(jobs.pop(0)) if one.kind in IN_BULK]
    os._exit(0)


if __name__ == "__main__":
    main()
