"""A process that takes one step of a visit and dies by SIGKILL at a chosen point, and who starts it.

Points lie before and after every call to the calendar and every commit. They are counted here, from
outside: the service knows nothing of them. As a script (`python -m soak.booking_deaths`) this is the
nursery, which forks one such process for every line that it reads; only so is a death cheap.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from actions.calendars import google
from actions.calendars.google_client import GoogleClient
from data import clock, db, settings
from data.clock import HandClock
from data.db import reading
from data.models import Business
from scheduler.gather import business_facts
from scheduler.jobs import Job
from scheduler.run import run
from soak.booking_faults import COUNTED, count
from soak.booking_scenes import Practice

FOLDERS = os.pathsep.join(path for path in sys.path if path)
PASSED_ON = (
    "database_url", "google_api_base_url", "google_token_uri", "google_calendar_id", "public_base_url",
    "twilio_account_sid", "twilio_from", "twilio_api_base_url", "staff_notice_to",
)  # fmt: skip


class Nursery:
    """Starts processes that die; `take` answers where one died, "" where it lived through its step."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def take(self, visit: int, now: datetime, point: int) -> str:
        """Take the next step of a visit in a process of its own, which dies at the `point`th point."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([visit, now.isoformat(), point]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise ChildProcessError("the nursery has ended by itself")
        return str(json.loads(answer))


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery with the settings that are in force here."""
    held = settings.get()
    values = {name: str(getattr(held, name)) for name in PASSED_ON}
    values |= {
        name: str(getattr(held, name)) for name in ("rekindle_data_dir", "google_service_account_file")
    }
    with subprocess.Popen(
        [sys.executable, "-m", "soak.booking_deaths"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
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


def die_everywhere(practice: Practice, born: Nursery, step: str, *, taken: bool = False) -> Iterator[str]:
    """A new visit for every point of `step`, at which a process dies; yields what is wrong afterwards.

    In `make test` only behind each call and commit, which is before the next one; in the soak at both.
    `taken`: somebody has put something at the wanted time meanwhile. Ends behind the point that no process
    reached; raises RuntimeError where there was none at all.
    """
    point, where = 0, "the beginning"
    while where:
        point += 1 if COUNTED else 2
        phone = practice.somebody()
        visit = practice.begin(step, phone)
        if taken:
            practice.take_the_time(visit)
        where = born.take(visit, practice.service.clock.moment, point)
        practice.go_on(12, by=12)
        wrong = practice.wrong(step, phone, visit)
        count(f"{step}{' of a time that went' if taken else ''}: kill -9")
        yield from (f"{step}, death at {where or 'no point'}: {one}" for one in wrong)
    if point < 5:
        raise RuntimeError(f"a step with {point - 1} points: what is counted is not what is done")


def main() -> None:
    """The nursery: settings on the first line, then `[visit, now, point]` each."""
    settings.use(settings.isolated(**json.loads(sys.stdin.readline())))
    _warm_up()
    for line in sys.stdin:
        visit, now, point = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            _live(visit, datetime.fromisoformat(now), point, write)
        os.close(write)
        with os.fdopen(read) as said:
            where = said.read()
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) not in (0, -signal.SIGKILL):
            sys.exit(1)
        print(json.dumps(where), flush=True)


def _warm_up() -> None:
    """What takes a while is done once, for all children; no connection is left open for them."""
    google.connect_google(settings.get())
    run(Job("appointment", 0))
    with reading() as session:
        business = session.scalars(select(Business)).one()
        business_facts(session, business)
    db.dispose()


def _live(visit: int, now: datetime, point: int, write: int) -> None:
    clock.use(HandClock(now))
    passed = 0

    def reach(where: str) -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.write(write, where.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    asking: Callable[..., Any] = GoogleClient.ask

    def ask(self: GoogleClient, request: Any) -> Any:
        reach(f"point {passed + 1}, before {request.methodId}")
        answer = asking(self, request)
        reach(f"point {passed + 1}, behind {request.methodId}")
        return answer

    GoogleClient.ask = ask  # type: ignore[method-assign]
    event.listen(Session, "before_commit", lambda _: reach(f"point {passed + 1}, before a commit"))
    event.listen(Session, "after_commit", lambda _: reach(f"point {passed + 1}, behind a commit"))
    jobs = [Job("appointment", visit)]
    while jobs:
        jobs += [job for job in run(jobs.pop()) if job.kind == "appointment"]
    os._exit(0)


if __name__ == "__main__":
    main()
