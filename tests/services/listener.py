"""A CRM that listens: an HTTP server on this machine which answers as it is told and remembers every call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Listener:
    """`answers` are given in turn, the last one for ever: a status, and headers."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(200, {})])
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener at an address of this machine."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
            status, headers = listener.answers.pop(0) if len(listener.answers) > 1 else listener.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    listener.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
