"""Starts the supervisor, says when all is up and what has ended, and ends all of it on Ctrl-C or SIGTERM."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from bot.processes import configuration, leftovers, ports, service
from bot.processes.journal import Journal
from bot.processes.program import Addresses, ProcessesError, Program
from data import settings
from data.settings import Settings

Say = Callable[[str], None]

DATABASE_LIMIT = 30.0  # seconds for a database server that is still starting
START_LIMIT = 90.0  # seconds until a part that does not answer is reported
STOP_LIMIT = 60.0  # seconds; every program is killed by the supervisor well before
PAUSE = 0.2


def run(
    given: Settings,
    *,
    extra: Sequence[Program] = (),
    environment: Mapping[str, str] | None = None,
    bind: str = "127.0.0.1",
    on_ready: Callable[[Addresses], None] | None = None,
    say: Say = click.echo,
) -> int:
    """Run the service, and `extra` programs beside it, with the settings `given` until told to end.

    The settings are put in force here and handed to every program through the environment, `environment`
    on top. `on_ready` is called once, from the main thread, when every part answers. Returns 0 after a clean
    end, 1 when the supervisor died, 2 when nothing could be started (said in one sentence on standard
    error). Must be called from the main thread.
    """
    settings.use(given)
    os.umask(0o077)  # whatever is made from here on holds contacts or secrets
    folder = given.rekindle_data_dir.absolute()
    try:
        with _only_one(folder) as (run_folder, log):
            if found := leftovers.end(run_folder):
                say(f"ended what an earlier run had left behind: {', '.join(found)}")
            whole = service.compose(given, run_folder, bind)
            _migrate(given.database_address, say)
            return supervise(
                [*whole.programs, *extra],
                run_folder,
                log,
                {**os.environ, **whole.environment, **(environment or {})},
                also=service.outside(given, whole.addresses),
                on_ready=(lambda: on_ready(whole.addresses)) if on_ready else None,
                say=say,
            )
    except ProcessesError as error:
        click.echo(str(error), err=True)
        return 2


@contextmanager
def _only_one(folder: Path) -> Iterator[tuple[Path, Path]]:
    """The folders for the programs' files and logs, held by one run at a time. Raises ProcessesError."""
    run, log = folder / "run", folder / "log"
    for made in (folder, run, log):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (run / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProcessesError(
                f"The service is running already with the data folder {folder}. "
                "End that one, or choose another folder with REKINDLE_DATA_DIR."
            ) from None
        yield run, log


def _migrate(address: str, say: Say) -> None:
    """Bring the database up to date; a server that is still starting is waited for."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    from data import db

    until = time.monotonic() + (0 if address.startswith("sqlite") else DATABASE_LIMIT)
    told = False
    while True:
        try:
            return db.migrate()
        except DatabaseError as error:
            reason = str(error.orig).strip().splitlines()[0]
            if not isinstance(error, OperationalError) or time.monotonic() > until:
                raise ProcessesError(f"The database cannot be used (DATABASE_URL): {reason}") from None
        finally:
            db.dispose()
        if not told:
            say(f"waiting for the database: {reason}")
            told = True
        time.sleep(PAUSE)


def supervise(
    programs: Sequence[Program],
    run: Path,
    log: Path,
    environment: Mapping[str, str],
    *,
    also: Sequence[Program] = (),
    on_ready: Callable[[], None] | None = None,
    say: Say = click.echo,
    patience: float = leftovers.PATIENCE,
) -> int:
    """Keep these programs running until SIGINT or SIGTERM; returns and raises as `run` does.

    `also` are parts that run elsewhere and are waited for too. `patience` is how many seconds programs may
    take to end after the supervisor itself has died.
    """
    for program in programs:
        if program.listens:
            ports.require_free(program.listens)
    configuration.write(programs, run, log)
    journal = Journal(log, say)
    with _stop_signals() as stop:
        errors = (log / "supervisor.err").open("wb")
        with errors:
            supervisor = subprocess.Popen(
                configuration.call(configuration.SUPERVISOR),
                cwd=run,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for us; we pass it on, once
            )
        say(f"starting {', '.join(program.name for program in programs)} (logs: {log})")
        waiting = _Waiting([*programs, *also], log, say, on_ready)
        try:
            while not stop.is_set() and supervisor.poll() is None:
                waiting.ask()
                journal.tell()
                stop.wait(PAUSE)
            if supervisor.poll() is None:
                say("ending (Ctrl-C again ends at once)")
                stop.clear()
                return _end(supervisor, run, stop, say)
            say(f"the supervisor itself has died; see {log / 'supervisor.err'}")
            return 1
        finally:
            # Whatever happened above, even an error of on_ready: nothing is left behind.
            if supervisor.poll() is None:
                supervisor.terminate()
                _wait(supervisor, STOP_LIMIT, threading.Event())
            leftovers.end(run, patience)
            supervisor.wait()


def _end(supervisor: subprocess.Popen[bytes], run: Path, impatient: threading.Event, say: Say) -> int:
    supervisor.terminate()
    if not _wait(supervisor, STOP_LIMIT, impatient):
        leftovers.kill(run)
    say("ended")
    return 0


def _wait(supervisor: subprocess.Popen[bytes], seconds: float, impatient: threading.Event) -> bool:
    until = time.monotonic() + seconds
    while supervisor.poll() is None:
        if impatient.is_set() or time.monotonic() > until:
            return False
        impatient.wait(0.05)
    return True


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signs = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {sign: signal.signal(sign, on_signal) for sign in signs}
    try:
        yield stop
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


class _Waiting:
    """Asks the parts that do not answer yet, and tells once who is late and once that all are up."""

    def __init__(
        self, programs: Sequence[Program], log: Path, say: Say, on_ready: Callable[[], None] | None
    ) -> None:
        self._left = [program for program in programs if program.ready]
        self._log, self._say, self._on_ready = log, say, on_ready
        self._late_at: float | None = time.monotonic() + START_LIMIT
        self._told = False

    def ask(self) -> None:
        self._left = [program for program in self._left if program.ready and not program.ready()]
        if not self._left and not self._told:
            self._told = True
            if self._on_ready:
                self._on_ready()
        elif self._left and self._late_at and time.monotonic() > self._late_at:
            self._late_at = None
            for program in self._left:
                where = f"see {self._log / program.name}.log" if program.command else "nothing answers there"
                self._say(f"{program.name} is not up after {START_LIMIT:.0f} s; {where}")
