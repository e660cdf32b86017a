"""Several machines in small: PostgreSQL, one Redis, a web server, beat and four workers of their own.

Each worker is a process that is started, killed and started again by itself, as on a machine of its own. No
model runs: nothing that stops a sequence needs one, and what would need it waits, as it does in production.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from services import redis
from sqlalchemy import select

from bot.processes import free_port, readiness, service
from bot.processes.bound import end_with_parent
from data import business_file, clock, db, demo_clock, settings
from data.db import writing
from data.models import Sender
from soak import outreach_owner
from soak.outreach_people import Contact
from soak.people import BUSINESS_PHONE, STAFF_PHONE
from soak.phones import Phones
from soak.stage import to_lawful_hours
from soak.world import ACCOUNT, WorldError, simulator

WORKERS = 4

QUICK = """
import sys
from datetime import timedelta
import scheduler.jobs
scheduler.jobs.SWEEP_EVERY = {sweep}
import scheduler.reconcile
scheduler.reconcile.UNKNOWN_AFTER = timedelta(seconds={unknown})
from scheduler.app import app
app.start(sys.argv[1:])
"""
"""The same worker and beat, but for two waits that are long for a test."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds between two sweeps, and until an outcome that nobody knows is asked for."""

    sweep: float = 5.0
    unknown: float = 60.0


@dataclass
class Machines:
    """Everything that runs."""

    folder: Path
    phones: Phones
    given: settings.Settings
    environment: dict[str, str] = field(repr=False)
    commands: dict[str, list[str]] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a program that is not running."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.commands[name],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: end_with_parent(signal.SIGKILL),
            )

    def kill(self, name: str) -> None:
        """SIGKILL, and nothing of it is left."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def check(self) -> None:
        """Raises WorldError where a program has ended by itself."""
        for name, process in self.running.items():
            if process.poll() is not None:
                log = (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]
                raise WorldError(f"{name} has ended by itself ({process.returncode}):\n{log}")

    def jump(self, seconds: float) -> None:
        """Time passes, for the phones first: what leaves meanwhile leaves at the later moment."""
        self.phones.forward(seconds)
        with writing() as session:
            demo_clock.forward(session, timedelta(seconds=seconds))

    def __enter__(self) -> Machines:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running(
    folder: Path, people: list[Contact], database_url: str, *, per_second: float, waits: Waits
) -> Iterator[Machines]:
    """All of it, with these people on its list and no campaign yet. Raises WorldError.

    `reading()` and `writing()` of this process work on its database, at its time.
    """
    before, phones_port, port = settings.get(), free_port(), free_port()
    token = secrets.token_hex(16)
    with ExitStack() as parts:
        queue = parts.enter_context(redis.running(folder))
        given = settings.isolated(
            rekindle_data_dir=folder / "kept",
            rekindle_demo=True,
            rekindle_port=port,
            database_url=database_url,
            redis_url=queue,
            rasa_url="http://127.0.0.1:9",  # nobody is there
            rasa_token=secrets.token_urlsafe(24),
            secret_key=secrets.token_urlsafe(32),
            encryption_keys=Fernet.generate_key().decode(),
            public_base_url=f"http://127.0.0.1:{port}",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=token,
            twilio_from=BUSINESS_PHONE,
            twilio_api_base_url=f"http://127.0.0.1:{phones_port}",
            staff_notice_to=STAFF_PHONE,
        )
        phones = Phones(f"http://127.0.0.1:{phones_port}")
        parts.enter_context(simulator(phones_port, f"http://127.0.0.1:{port}", token, folder))
        settings.use(given)
        parts.callback(settings.use, before)
        db.connect()
        parts.callback(db.dispose)
        clock.use(demo_clock.now)
        parts.callback(clock.use)
        phones.forward(_furnish(folder, people, per_second))
        machines = parts.enter_context(_compose(folder, phones, given, waits))
        for name in machines.commands:
            machines.start(name)
        _wait_for(machines, lambda: readiness.web_answers(f"http://127.0.0.1:{port}/healthz"))
        yield machines


def _furnish(folder: Path, people: list[Contact], per_second: float) -> float:
    """Fill an empty database; by how many seconds its clock runs ahead."""
    db.migrate()
    ahead = to_lawful_hours(clock.real())
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
        for sender in session.scalars(select(Sender)):
            sender.per_second = per_second
        demo_clock.forward(session, ahead)
    if (accepted := outreach_owner.upload(people, folder)) != len(people):
        raise WorldError(f"of {len(people)} made-up people {accepted} were accepted")
    return ahead.total_seconds()


def _compose(folder: Path, phones: Phones, given: settings.Settings, waits: Waits) -> Machines:
    """The commands as `rekindle up` has them, but for the workers: four of one process each."""
    whole = service.compose(given, folder)
    commands = {program.name: list(program.command) for program in whole.programs}
    quick = [sys.executable, "-c", QUICK.format(sweep=waits.sweep, unknown=waits.unknown)]
    beat = [*quick, *commands["beat"][commands["beat"].index("beat") :]]
    worker = ["worker", "--pool", "solo", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    workers = {f"worker {n}": [*quick, *worker, "-n", f"worker{n}@soak"] for n in range(1, WORKERS + 1)}
    return Machines(
        folder, phones, given, whole.environment, {"web": commands["web"], "beat": beat, **workers}
    )


def _wait_for(machines: Machines, condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not condition():
        machines.check()
        if time.monotonic() > until:
            raise WorldError("the web server does not answer")
        time.sleep(0.1)
