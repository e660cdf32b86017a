"""After a kill -9 of gunicorn itself its workers end too: the next one can listen on the port at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.waiting import wait_until

from bot.processes import Listens, ProcessesError, free_port, readiness
from bot.processes.ports import require_free

NEVER_LOADED = """
from pathlib import Path
from threading import Event
Path(__file__).with_name("loading").touch()
Event().wait()
"""
LOADED = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "0")])
    return []
"""


@contextmanager
def gunicorn(folder: Path, app: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    (folder / "some_app.py").write_text(app)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "some_app:app", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "bot.processes.web_worker.Worker", "--no-control-socket"]
    process = subprocess.Popen(
        [*command, "--pythonpath", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def is_free(port: int) -> bool:
    try:
        require_free(Listens("127.0.0.1", port, "port"))
    except ProcessesError:
        return False
    return True


def test_a_worker_that_still_loads_the_service_does_not_keep_the_port(tmp_path: Path) -> None:
    with gunicorn(tmp_path, NEVER_LOADED) as (process, port):
        wait_until((tmp_path / "loading").exists)
        process.kill()
        wait_until(lambda: is_free(port))


def test_a_worker_that_serves_does_not_keep_the_port(tmp_path: Path) -> None:
    with gunicorn(tmp_path, LOADED) as (process, port):
        wait_until(lambda: readiness.web_answers(f"http://127.0.0.1:{port}/"))
        process.kill()
        wait_until(lambda: is_free(port))
