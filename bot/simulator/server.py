"""Running the simulator: in threads of a test or rehearsal, or as a process of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import WSGIRequestHandler, make_server

from bot.simulator.app import create_app
from bot.simulator.clock import Clock
from bot.simulator.network import Network

_log = logging.getLogger(__name__)


class Pump:
    """Threads that do what is due on a network, all the time."""

    def __init__(self, network: Network, threads: int = 4) -> None:
        self._network = network
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"pump-{n}", daemon=True) for n in range(threads)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the webhook in hand."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                if not self._network.run_due(limit=1):
                    # a moved clock makes things due without any change of the agenda, hence the short wait
                    self._network.ground.agenda.wait(0.05)
            except Exception:
                _log.exception("a webhook could not be delivered")


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: addresses hold numbers."""


@contextmanager
def serving(
    network: Network,
    *,
    port: int = 0,
    pump_threads: int = 0,
    clock: Clock | None = None,
    service_url: str = "",
    timezone: str = "UTC",
    business: str = "",
) -> Iterator[str]:
    """Serve a network on loopback from a thread; yields the base address, such as http://127.0.0.1:40123.

    Without `pump_threads` nothing is delivered until the caller runs `network.run_due()`.
    """
    app = create_app(network, clock=clock, service_url=service_url, timezone=timezone, business=business)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    pump = Pump(network, pump_threads)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="simulator", daemon=True
    )
    thread.start()
    pump.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        pump.stop()
        network.close()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
