"""Stands in for the Rasa server: answers as it is told, and lets something happen while it is thinking."""

from __future__ import annotations

import base64
import json
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEANT = "book"
"""What it takes every text for unless it is told otherwise."""


SIZE = 384
"""The length of an embedding."""


class StandIn:
    """A model that takes every text for `says`, and no two texts for alike.

    `meanwhile` happens once, before its next answer; `asked` counts its answers.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._places: dict[str, int] = {}
        self.says = MEANT
        self.meanwhile: Callable[[], None] | None = None
        self.failed: BaseException | None = None

    def think(self, path: str, body: bytes) -> bytes:
        """One answer: what a text means, or the embeddings of some texts."""
        if "/model/embed" in path:
            return self._embedded(json.loads(body)["texts"])
        self.asked += 1
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            try:
                happens()
            except BaseException as error:
                self.failed = error  # the machine raises it where it can be seen
        return json.dumps({"intent_ranking": [{"name": self.says, "confidence": 0.97}]}).encode()

    def _embedded(self, texts: list[str]) -> bytes:
        rows = []
        for text in texts:
            place = self._places.setdefault(text, len(self._places) % SIZE)
            values = [float(place == at) for at in range(SIZE)]
            rows.append(base64.b64encode(struct.pack(f"<{SIZE}e", *values)).decode())
        return json.dumps({"dimension": SIZE, "embeddings": rows}).encode()


@contextmanager
def standing_in() -> Iterator[tuple[StandIn, str]]:
    """A running stand-in and its address."""
    model = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = model.think(self.path, asked)
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
