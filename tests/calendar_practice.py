"""A practice with simulated phones and the tests' Google: for the browser's test of connecting, for pictures.

The real webhook, jobs and pages; what a worker would do is done when `settle` is called.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from google_server.oauth import CLIENT_ID
from google_server.server import CALENDAR_ID, GoogleServer
from google_server.store import Item
from werkzeug.serving import WSGIRequestHandler, make_server

from actions.state import State
from bot.processes import free_port
from bot.simulator import Network, over_http, serving
from bot.webapp import create_app
from data import business_file, clock, settings
from data.db import reading, writing
from data.models import Business, CalendarConnection, Contact, ContactBasis, Person, Sender, StaffUser
from data.queries.messages import conversation_of
from scheduler import wake
from scheduler.alerts import alert
from scheduler.due import due_jobs
from scheduler.jobs import Job
from scheduler.run import run

ACCOUNT = "AC" + "0" * 31 + "5"
OURS, SARAH, DESK = "+12125550100", "+12125550123", "+12125550199"
OWNER = "owner@example.com"
EMAIL, PASSWORD = "kim@example.com", "front-desk-of-the-tests"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@dataclass
class Practice:
    """A running service, its phones, and Google."""

    address: str
    network: Network
    google: GoogleServer

    def settle(self, *further: Job) -> None:
        """What is due now, and all that comes of it."""
        with reading() as session:
            jobs = [*further, *(one.job for one in due_jobs(session, clock.now()))]
        while jobs:
            jobs += run(jobs.pop(0))

    def tell_troubles(self) -> None:
        """What the sweeper does every minute."""
        self.settle(*alert())

    def arrived(self, phone: str = SARAH) -> list[str]:
        """Texts that a phone has got."""
        return [m.body for m in self.network.transcript(phone) if m.direction != "inbound"]

    def events(self) -> list[Item]:
        """What stands on the calendar that bookings go to."""
        items = self.google.calendars[CALENDAR_ID].items.values()
        return [item for item in items if item["status"] != "cancelled"]

    def ask_sarah(self) -> datetime:
        """Sarah was asked whether to book this moment, some days ahead in working hours."""
        with writing() as session:
            business, contact = session.query(Business).one(), session.query(Contact).one()
            day = clock.now().astimezone(ZoneInfo(business.timezone)).date() + timedelta(days=4)
            while day.isoweekday() != 3:
                day += timedelta(days=1)
            start = datetime.combine(day, time(10), ZoneInfo(business.timezone))
            state = State(asked="confirm_time", offered=(start,), service="cleaning")
            conversation_of(session, contact).state = state.to_json()
        return start

    def connection(self) -> CalendarConnection:
        """The calendar that bookings go to."""
        with reading() as session:
            return session.query(CalendarConnection).filter_by(active=True, role="bookings").one()


@contextmanager
def practice(database_url: str, folder: Path, google: GoogleServer) -> Iterator[Practice]:
    """Run it; the settings that were in force come back at the end."""
    port, before = free_port(), settings.get()
    google.add_calendar(OWNER, "America/New_York", "Dr. Sample")
    google.calendars[CALENDAR_ID].summary = "Front desk"
    network = Network(
        account_sid=ACCOUNT,
        auth_token="calendar",
        senders=(OURS, f"whatsapp:{OURS}"),
        webhook_url=f"http://127.0.0.1:{port}/webhooks/twilio/messages",
        clock=clock.real,
        post=over_http(),
        staff_phone=DESK,
    )
    with serving(network, pump_threads=2) as provider:
        settings.use(
            settings.isolated(
                database_url=database_url,
                rekindle_data_dir=folder,
                public_base_url=f"http://127.0.0.1:{port}",
                rasa_url="http://127.0.0.1:9",
                twilio_account_sid=ACCOUNT,
                twilio_auth_token="calendar",
                twilio_from=OURS,
                twilio_api_base_url=provider,
                staff_notice_to=DESK,
                google_api_base_url=google.url,
                google_auth_uri=google.auth_uri,
                google_token_uri=google.token_uri,
                google_client_id=CLIENT_ID,
                google_client_secret=google.oauth.client_secret,
            )
        )
        server = make_server("127.0.0.1", port, create_app(), threaded=True, request_handler=_Quiet)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        wake.use(lambda *_: None)
        _furnish()
        network.add_phone(SARAH, label="Sarah")
        yield Practice(f"http://127.0.0.1:{port}", network, google)
        wake.use()
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
    settings.use(before)


def _furnish() -> None:
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        business.profile = business.profile | {"collect_seconds": 0}
        for sender in session.query(Sender):
            sender.per_second = 1_000.0
        contact = Contact(
            business_id=business.id, phone=SARAH, timezone=business.timezone, zones=[business.timezone],
            zones_source="timezone", persons=[Person(first_name="Sarah", last_service="cleaning")],
        )  # fmt: skip
        session.add(contact)
        session.flush()
        session.add(ContactBasis(contact_id=contact.id, kind="relationship", evidence="a test's"))
        hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        session.add(StaffUser(business_id=business.id, email=EMAIL, name="Kim", password_hash=hashed))
