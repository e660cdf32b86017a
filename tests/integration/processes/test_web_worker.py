"""Clients that send nothing, or a byte now and then, do not keep anybody else from being answered."""

from __future__ import annotations

import http.client
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from services.bounded import server

from bot.processes import free_port, readiness

THREADS = 2

APP = """
import select

from bot import patience

def app(environ, start_response):
    if environ["PATH_INFO"] == "/list":
        patience.have(environ)
    if environ["PATH_INFO"] == "/slow":
        # works until it cannot hear its client any more, and answers all the same
        select.select([environ["gunicorn.socket"]], [], [], 20)
    body = environ["wsgi.input"].read()
    whole = len(body) == int(environ.get("CONTENT_LENGTH") or 0)
    start_response("200 OK" if whole else "400 Too Short", [("Content-Length", "4")])
    return [b"done"]
"""

CONFIG = """
from bot.processes import web_worker
web_worker.PATIENCE = 0.5
"""

STOPS_IN_THE_BODY = b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"
STOPS_IN_A_HEADER = b"POST /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ab"
SAYS_NOTHING = b""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "slow_app.py").write_text(APP)
    (tmp_path / "config.py").write_text(CONFIG)
    chosen = free_port()
    command = [sys.executable, "-m", "gunicorn", "slow_app:app", "--bind", f"127.0.0.1:{chosen}"]
    command += ["--worker-class", "bot.processes.web_worker.Worker", "--threads", str(THREADS)]
    command += ["--config", str(tmp_path / "config.py"), "--no-control-socket", "--pythonpath", str(tmp_path)]
    url = f"http://127.0.0.1:{chosen}/healthz"
    log = tmp_path / "web.log"
    with server(command, log, lambda: readiness.web_answers(url), stop=signal.SIGTERM):
        yield chosen


def answered(port: int, path: str = "/healthz") -> int:
    """The status of an ordinary request; gives up after half a minute."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        asking.request("GET", path)
        return asking.getresponse().status
    finally:
        asking.close()


@pytest.mark.parametrize("sent", [STOPS_IN_THE_BODY, STOPS_IN_A_HEADER, SAYS_NOTHING])
def test_whoever_trickles_keeps_nobody_else_from_being_answered(port: int, sent: bytes) -> None:
    with ExitStack() as held:
        for _ in range(4 * THREADS):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            slow.sendall(sent)

        assert answered(port) == 200


def test_an_answer_may_take_longer_than_a_request_may(port: int) -> None:
    assert answered(port, "/slow") == 200


def test_a_list_of_somebody_who_is_known_may_take_longer_to_come_in(port: int) -> None:
    with ExitStack() as held:
        known, stranger = (
            held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(2)
        )
        known.sendall(STOPS_IN_THE_BODY.replace(b"/healthz", b"/list"))
        stranger.sendall(STOPS_IN_THE_BODY)
        while stranger.recv(1000):
            pass  # hung up on: the time that everybody gets is over

        known.sendall(b"x" * 97)
        assert known.recv(1000).startswith(b"HTTP/1.1 200")
