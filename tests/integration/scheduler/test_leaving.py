"""A turn that breaks off: its contact is another worker's at once, and the text is still there."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from billiard.exceptions import SoftTimeLimitExceeded

from data import clock, settings
from data.db import reading
from data.models import Contact, Message
from data.queries.leases import take_lease
from scheduler.jobs import Job
from scheduler.run import run
from tests.world_fixtures import Service

pytestmark = pytest.mark.database


@pytest.fixture
def a_model_at_whose_door_we_are_told_to_end() -> Iterator[str]:
    """The signal comes while its answer is waited for."""

    class Hangs(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            os.kill(os.getpid(), signal.SIGUSR1)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Hangs)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("end", [SystemExit, SoftTimeLimitExceeded])
def test_a_turn_cut_off_in_the_middle_is_anothers_at_once(
    service: Service, a_model_at_whose_door_we_are_told_to_end: str, end: type[BaseException]
) -> None:
    def told(*_: object) -> None:
        raise end

    service.text("how much is a cleaning?")
    service.clock.forward(timedelta(seconds=30))
    present = settings.get()
    address = {"rasa_url": a_model_at_whose_door_we_are_told_to_end}
    settings.use(present.model_copy(update=address))
    before = signal.signal(signal.SIGUSR1, told)
    with reading() as session:
        contact = session.query(Contact).one().id
    try:
        run(Job("converse", contact))
    except end:
        pass
    finally:
        signal.signal(signal.SIGUSR1, before)
        settings.use(present)

    service.clock.forward(timedelta(seconds=5))
    with reading() as session:
        row = session.query(Contact).one()
        assert row.leased_until is None or row.leased_until <= clock.real()
        assert session.query(Message).where(Message.state == "received").count() == 1
    assert take_lease(contact) is not None
