"""Stands in for the Rasa server: answers as it is told, and lets something happen while it is thinking."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEANT = "question.price"
"""What it takes every text for unless it is told otherwise."""


class StandIn:
    """A model that takes every text for `says`; `meanwhile` happens once, before its next answer."""

    def __init__(self) -> None:
        self.says = MEANT
        self.meanwhile: Callable[[], None] | None = None
        self.failed: BaseException | None = None

    def think(self) -> bytes:
        """One answer."""
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            try:
                happens()
            except BaseException as error:
                self.failed = error  # the machine raises it where it can be seen
        return json.dumps({"intent_ranking": [{"name": self.says, "confidence": 0.97}]}).encode()


@contextmanager
def standing_in() -> Iterator[tuple[StandIn, str]]:
    """A running stand-in and its address."""
    model = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer = model.think()
            with suppress(ConnectionError):
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield model, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
