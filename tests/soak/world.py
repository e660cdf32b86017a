"""A world of real processes: `rekindle up` as an operator starts it, and the simulator in front of it.

In a temporary folder, with secrets made for the occasion, so that all of them can be looked for in the logs
afterwards. The service runs in demo mode for the sake of its clock alone: texts leave in lawful hours, and a
soak runs at any hour.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet
from services import bounded

from bot.processes import free_port, leftovers, readiness
from bot.processes.bound import end_with_parent
from soak.people import BUSINESS_PHONE, STAFF_PHONE, Person
from soak.phones import Phones
from soak.stage import furnish, launch

ACCOUNT = "AC" + "0" * 31 + "9"
START_LIMIT = 180.0
"""Seconds until everything must be up, however busy the machine is."""


class WorldError(Exception):
    """The world could not be made or has ended by itself; the message says more."""


@dataclass
class World:
    """Everything that runs. `secrets` are those that must never be logged, by what they are."""

    folder: Path
    service_url: str
    phones: Phones
    secrets: dict[str, str] = field(repr=False)
    environment: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """The service's data folder."""
        return self.folder / "data"

    @property
    def output(self) -> Path:
        """What `rekindle up` says at its terminal."""
        return self.folder / "up.log"

    @property
    def logs(self) -> list[Path]:
        """Every file that the service's processes write for people to read."""
        return [self.output, *sorted(path for path in (self.data / "log").rglob("*") if path.is_file())]

    def pids(self) -> dict[str, int]:
        """The leading processes by name, as noted in the run folder."""
        return leftovers.find(self.data / "run")

    def ask(self, url: str) -> bool:
        """Whether a page of the service answers."""
        return readiness.web_answers(f"{self.service_url}{url}")

    def check(self) -> None:
        """Raises WorldError when `rekindle up` is not running any more."""
        if self.process is None or self.process.poll() is not None:
            raise WorldError(f"rekindle up has ended by itself:\n{self.output.read_text()[-3000:]}")

    def launch(self) -> int:
        """Start the campaign: everybody on the list gets the opener. How many are enrolled."""
        return launch(self.environment)

    def redis_password(self) -> str:
        """The password of the embedded Redis, made at its start."""
        lines = (self.data / "run" / "redis.conf").read_text().splitlines()
        return next(line.split()[1] for line in lines if line.startswith("requirepass "))


@contextmanager
def running(
    folder: Path,
    people: list[Person],
    *,
    database_url: str = "",
    per_second: float = 15.0,
    more: Mapping[str, str] | None = None,
) -> Iterator[World]:
    """A service with these people on its list and no campaign yet. `database_url` empty: SQLite.

    `per_second` is the sender's pace, `more` are further settings of the service. Raises WorldError.
    """
    port, phones_port = free_port(), free_port()
    made = {
        "provider's token": secrets.token_hex(16),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "Rasa's token": secrets.token_urlsafe(24),
    }
    environment = {
        "REKINDLE_DATA_DIR": str(folder / "data"),
        "REKINDLE_DEMO": "true",
        "REKINDLE_PORT": str(port),
        "DATABASE_URL": database_url,
        "SECRET_KEY": made["SECRET_KEY"],
        "ENCRYPTION_KEYS": made["ENCRYPTION_KEYS"],
        "RASA_TOKEN": made["Rasa's token"],
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": made["provider's token"],
        "TWILIO_FROM": BUSINESS_PHONE,
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{phones_port}",
        "STAFF_NOTICE_TO": STAFF_PHONE,
        **(more or {}),
    }
    environment = {name: value for name, value in environment.items() if value}
    ahead = furnish(environment, people, folder, per_second)
    service_url, phones = f"http://127.0.0.1:{port}", Phones(f"http://127.0.0.1:{phones_port}")
    with simulator(phones_port, service_url, made["provider's token"], folder):
        if ahead:
            phones.forward(ahead)
        world = World(folder, service_url, phones, made, environment)
        with _up(world):
            made["Redis's password"] = world.redis_password()
            yield world


@contextmanager
def simulator(port: int, service_url: str, token: str, folder: Path) -> Iterator[None]:
    """The phone network, as a process of its own, until the block ends."""
    command = [
        sys.executable, "-m", "bot.simulator",
        "--port", str(port),
        "--service", service_url,
        "--account", ACCOUNT,
        "--sender", BUSINESS_PHONE,
        "--staff-phone", STAFF_PHONE,
        # comes again for most of a minute, as the provider does by retries and fallback address together
        "--webhook-retries", "8",
        "--threads", "24",
    ]  # fmt: skip
    with bounded.server(
        command,
        folder / "simulator.log",
        lambda: readiness.web_answers(f"http://127.0.0.1:{port}/sim/health"),
        stop=signal.SIGTERM,
        env=_plain() | {"SIMULATOR_AUTH_TOKEN": token},
    ):
        yield


@contextmanager
def _up(world: World) -> Iterator[None]:
    with world.output.open("wb") as output:
        world.process = subprocess.Popen(
            [str(Path(sys.executable).with_name("rekindle")), "up"],
            cwd=world.folder,  # where no .env lies
            env=_plain() | world.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the soak, which then ends this in order
            preexec_fn=lambda: end_with_parent(signal.SIGTERM),
        )
    try:
        wait(world, lambda: "ready: " in world.output.read_text(), START_LIMIT, "the service to be ready")
        yield
    finally:
        world.process.send_signal(signal.SIGINT)
        try:
            world.process.wait(90)
        except subprocess.TimeoutExpired:
            world.process.kill()
            world.process.wait()
        leftovers.end(world.data / "run", patience=5)


def wait(world: World, condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Until the condition holds. Raises WorldError where it does not, or the service ends."""
    until = time.monotonic() + seconds
    while not condition():
        world.check()
        if time.monotonic() > until:
            raise WorldError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.1)


def _plain() -> dict[str, str]:
    """Of the environment only what programs need to run at all."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
