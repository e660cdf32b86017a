"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, and quick databases inside it."""

from __future__ import annotations

import itertools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from services import machine
from services.bounded import server

from bot.processes import free_port

# The cluster lives as long as the test run, so nothing is made to survive a power cut.
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")

AUTH = "md5"
"""SCRAM is slow on purpose, 10 ms for each connection of a test; the password is random and short-lived."""

FILE_COPY = 150_000
"""The version from which on a copy goes through the log, unless copying files is asked for."""


@dataclass(frozen=True)
class Cluster:
    """A running server. Databases are copied from templates, which takes milliseconds."""

    port: int
    password: str = field(repr=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)
    _kept: list[psycopg.Connection] = field(default_factory=list, repr=False)

    def url(self, database: str = "postgres") -> str:
        """The address for SQLAlchemy."""
        return f"postgresql+psycopg://rekindle:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """Make a database and return its name."""
        name = f"test_{next(self._numbers)}"
        # Copying files takes 10 ms, writing the copy to the log ten times that.
        how = "STRATEGY FILE_COPY" if self._connection().info.server_version >= FILE_COPY else ""
        self._do(f"CREATE DATABASE {name} TEMPLATE {template} {how}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def answers(self) -> bool:
        """Whether it takes connections yet."""
        try:
            self._do("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def close(self) -> None:
        """Let go of the connection that was kept."""
        while self._kept:
            self._kept.pop().close()

    def _do(self, statement: str) -> None:
        self._connection().execute(statement.encode())  # names are ours, none comes from outside

    def _connection(self) -> psycopg.Connection:
        """One for all that is made and dropped: to connect takes as long as to copy."""
        if not self._kept:
            address = self.url().replace("+psycopg", "")
            self._kept.append(psycopg.connect(address, autocommit=True, connect_timeout=5))
        return self._kept[0]


@contextmanager
def running(parent: Path | None = None) -> Iterator[Cluster]:
    """A cluster that is ready, its files below `parent`, by default where temporary files lie.

    Raises NotInstalledError, or NotUpError with the server's own words.
    """
    programs = machine.postgresql()
    cluster = Cluster(free_port(), secrets.token_urlsafe(16))
    user = _unprivileged()
    folder = _folder_for(user, parent)
    try:
        secret, data = folder / "password", folder / "data"
        secret.write_text(cluster.password)
        if user:
            shutil.chown(secret, user["user"])
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", "rekindle", "-E", "UTF8", "--no-sync"]
        subprocess.run(
            [*initdb, f"--auth={AUTH}", f"--pwfile={secret}"],
            cwd=folder, env=environment, capture_output=True, check=True, timeout=120, **user,
        )  # fmt: skip
        call = [str(programs / "postgres"), "-D", str(data), "-p", str(cluster.port), "-k", str(folder)]
        call += ["-h", "127.0.0.1", *itertools.chain.from_iterable(("-c", setting) for setting in SPEED)]
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        with server(
            call, folder / "log", cluster.answers, stop=signal.SIGINT, cwd=folder, env=environment, **user
        ):
            try:
                yield cluster
            finally:
                cluster.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then as `postgres` or `nobody`; else as whoever runs the tests."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise machine.NotInstalledError("PostgreSQL does not run as root: run the tests as another user.")


def _folder_for(user: dict[str, Any], wanted: Path | None) -> Path:
    """A new folder that this user owns and can reach; temporary folders of a login often let nobody in."""
    for parent in dict.fromkeys((wanted or tempfile.gettempdir(), tempfile.gettempdir(), "/tmp", "/var/tmp")):
        folder = Path(tempfile.mkdtemp(prefix="rekindle-postgresql-", dir=parent))
        if user:
            os.chown(folder, user["user"], user["group"])
        if subprocess.run(["test", "-w", str(folder)], **user).returncode == 0:
            return folder
        folder.rmdir()
    raise machine.NotInstalledError("There is no temporary folder that PostgreSQL's user can write to.")
