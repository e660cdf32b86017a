"""gunicorn's threaded worker, with an end to its patience for clients that trickle, and for a dead parent.

As it comes, a client that sends a header or a body byte by byte keeps a thread for as long as it likes, and a
handful of them keep the whole service. Here reading ends after a while; an answer may take longer than that.

And a worker whose parent was killed while it still loads the service keeps the port until it has loaded all
of it; the parent that is started anew cannot listen meanwhile, and nobody is answered.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers import gthread  # type: ignore[import-untyped]

from bot import patience
from bot.processes.bound import end_with_parent

PATIENCE = 10.0
"""Seconds (real time) in which a request has to have come in whole."""

SILENT = 5.0
"""Seconds that a new connection may stay open without a byte. It keeps no thread meanwhile."""

STEP_ASIDE, LONGEST_ASIDE = 0.0002, 0.002
"""Seconds for which a new connection is left to the other workers, for each one held; and at most."""

gthread.DEFAULT_WORKER_DATA_TIMEOUT = 0.1
"""Seconds for which a thread waits for a new connection's first byte before it does something else."""


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """For `gunicorn --worker-class bot.processes.web_worker.Worker`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading_since: dict[Any, float] = {}

    def init_process(self) -> None:
        """Load the service and serve. Until then there is nothing in hand, and this ends with its parent."""
        end_with_parent(signal.SIGKILL)
        if os.getppid() != self.ppid:  # it died before we asked
            os._exit(1)
        super().init_process()

    def run(self) -> None:
        """Serve; with the parent dead, finish what is in hand and take nothing new."""
        end_with_parent(signal.SIGTERM)
        super().run()

    def accept(self, listener: Any) -> None:
        """Take a new connection, unless a worker with fewer of them is quicker.

        Whoever is awake would take all that arrive at once; kept open by a proxy, they leave the other
        workers without anything to do for hours.
        """
        time.sleep(min(STEP_ASIDE * self.nr_conns, LONGEST_ASIDE))
        super().accept(listener)

    def handle(self, conn: Any) -> Any:
        """One request, in a thread; the main loop looks after how long it is being read."""
        self._reading_since[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            self._reading_since.pop(conn, None)
            patience.over(conn.sock)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Back in the main loop: who has not said a word yet does not get the time of a kept connection."""
        super().finish_request(conn, fs)
        if self.pending_conns and self.pending_conns[-1] is conn:
            conn.timeout = time.monotonic() + SILENT

    def murder_pending(self) -> None:
        """Every second: end what has waited too long."""
        super().murder_pending()
        now = time.monotonic()
        for conn, since in list(self._reading_since.items()):
            if now - since > patience.limit(conn.sock, PATIENCE):
                with suppress(OSError):
                    # reading alone: whoever still works on an answer may send it
                    conn.sock.shutdown(socket.SHUT_RD)
