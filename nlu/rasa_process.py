"""Starts the Rasa server: the command for a process manager, and a context manager for everyone else."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nlu.rasa import Rasa

FOLDER = Path(__file__).resolve().parent / "model"
PYTHON = FOLDER / ".venv" / "bin" / "python"
MODEL = FOLDER / "models" / "rekindle.tar.gz"
START_LIMIT = 120.0  # seconds; some 5 with a warm disk, half a minute with a cold one on a busy machine
END_LIMIT = 5.0


class EnvironmentMissing(Exception):
    """Rasa's own Python environment is not there; `make setup` makes it."""


class ModelNotTrained(Exception):
    """There is no trained model; `make setup` trains it."""


class ModelDidNotStart(Exception):
    """The server ended or was not ready in time; the message names its log."""


def command(port: int, *, with_parent: bool = False) -> list[str]:
    """The command that serves the model on 127.0.0.1:`port`; it may be run from any folder.

    It takes the token from RASA_TOKEN (see `environment`), never from its arguments, which every user of the
    machine can read. `with_parent` ends the server when the process that started it has died. Raises
    EnvironmentMissing or ModelNotTrained.
    """
    if not PYTHON.exists():
        raise EnvironmentMissing("The environment for the language model is missing: run `make setup`.")
    if not MODEL.is_file():
        raise ModelNotTrained("The language model has not been trained: run `make setup`.")
    # `-W ignore`: Rasa's dependencies warn at import; none of it is for an operator.
    call = [str(PYTHON), "-W", "ignore", str(FOLDER / "serve.py"), "--port", str(port)]
    return [*call, "--with-parent"] if with_parent else call


def environment(token: str) -> dict[str, str]:
    """The variables to set for the server, beside those that are set already."""
    return {"RASA_TOKEN": token, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


@contextmanager
def running(
    port: int | None = None, *, limit: float = START_LIMIT, log: Path | None = None
) -> Iterator[Rasa]:
    """A server of one's own on a free loopback port with a random token, ended for sure afterwards.

    Waits at most `limit` seconds until it is ready. What it says is written to `log`, else to a temporary
    file that stays only if it did not start. Raises ModelDidNotStart, or what `command` raises.
    """
    port = port or _free_port()
    token = secrets.token_urlsafe(24)
    call = command(port, with_parent=True)
    said = log or _temporary_log()
    with said.open("wb") as out:
        process = subprocess.Popen(
            call,
            env={**os.environ, **environment(token)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # its own process group, so that all of it can be ended
        )
    try:
        client = Rasa(f"http://127.0.0.1:{port}", token)
        _wait_until_ready(client, process, said, limit)
        if log is None:
            said.unlink()  # nobody will look; the server goes on writing into the void
        yield client
    finally:
        _end(process)


def _temporary_log() -> Path:
    handle, name = tempfile.mkstemp(prefix="rekindle-rasa-", suffix=".log")
    os.close(handle)
    return Path(name)


def _wait_until_ready(client: Rasa, process: subprocess.Popen[bytes], log: Path, limit: float) -> None:
    until = time.monotonic() + limit
    pause = threading.Event()
    while not client.ready():
        if process.poll() is not None:
            raise ModelDidNotStart(f"The Rasa server ended at once with code {process.returncode}; see {log}")
        if time.monotonic() > until:
            raise ModelDidNotStart(f"The Rasa server was not ready within {limit:.0f} s; see {log}")
        pause.wait(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Asks the whole process group to end, then makes it."""
    for sign, patience in ((signal.SIGTERM, END_LIMIT), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
