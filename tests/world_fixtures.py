"""A business with a contact in a fresh database, and a simulated network in front of its webhook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.simulator import Behaviour, Network, into_wsgi, serving
from bot.webapp import create_app
from data import business_file, clock, settings
from data.clock import HandClock
from data.db import reading, writing
from data.models import Business, Contact, ContactBasis, Message, Person, Sender
from scheduler import wake
from scheduler.due import due_jobs
from scheduler.jobs import Job
from scheduler.run import run

ACCOUNT = "AC" + "0" * 31 + "7"
BUSINESS_PHONE = "+12125550100"
STAFF_PHONE = "+12125550199"
SARAH = "+12125550123"
TUESDAY = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
"""11:00 in New York."""


@dataclass
class Service:
    """The whole service in one process, without a model: what tests of the plumbing need."""

    clock: HandClock
    network: Network
    woken: list[Job] = field(default_factory=list)

    def text(self, body: str, *, phone: str = SARAH, channel: str = "sms") -> None:
        """A phone writes, and the webhook gets it."""
        self.network.text(phone, body, channel=channel)  # type: ignore[arg-type]
        self.network.run_due()

    def run_due(self) -> None:
        """All that is due now, and what comes of it."""
        with reading() as session:
            jobs = [one.job for one in due_jobs(session, clock.now())]
        while jobs:
            jobs += run(jobs.pop(0))
            self.network.run_due()

    def pass_time(self, until: datetime, every: timedelta) -> Iterator[None]:
        """Time passes as the sweeper sees it, a look at every step; yields after each that had work.

        What will be due is asked for ahead, so that hours in which nothing is cost nothing.
        """
        until = until.astimezone(UTC)
        while (now := clock.now()) < until:
            with reading() as session:
                ahead = min((one.due_at for one in due_jobs(session, until)), default=until)
            steps = max(1, -((now - ahead) // every))
            self.clock.until(min(now + steps * every, until))
            self.run_due()
            yield

    def arrived(self, phone: str = SARAH) -> list[str]:
        """What the phone has got."""
        return [m.body for m in self.network.transcript(phone) if m.direction != "inbound"]

    def outbox(self) -> list[Message]:
        """Our outbound rows, in order."""
        with reading() as session:
            return list(session.query(Message).where(Message.direction == "out").order_by(Message.id))


@pytest.fixture
def service(database: str) -> Iterator[Service]:
    hands = HandClock(TUESDAY)
    before = settings.get()
    post = into_wsgi(lambda environ, start: app(environ, start))
    network = Network(
        account_sid=ACCOUNT,
        auth_token="secret",
        senders=(BUSINESS_PHONE, f"whatsapp:{BUSINESS_PHONE}"),
        webhook_url="http://127.0.0.1:8000/webhooks/twilio/messages",
        clock=hands,
        post=post,
        staff_phone=STAFF_PHONE,
        behaviour=Behaviour(),
    )
    with serving(network) as address:
        settings.use(
            before.model_copy(
                update={
                    "public_base_url": "http://127.0.0.1:8000",
                    "rasa_url": "http://127.0.0.1:9",
                    "twilio_account_sid": ACCOUNT,
                    "twilio_auth_token": type(before.twilio_auth_token)("secret"),
                    "twilio_from": BUSINESS_PHONE,
                    "twilio_api_base_url": address,
                    "staff_notice_to": STAFF_PHONE,
                }
            )
        )
        app = create_app()
        clock.use(hands)
        made = Service(hands, network)
        wake.use(lambda job, *_: made.woken.append(job))
        _furnish()
        network.add_phone(SARAH, label="Sarah")
        yield made
        wake.use()
        clock.use()
    settings.use(before)


def _furnish() -> None:
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        for sender in session.query(Sender):
            sender.per_second = 1_000.0
        add_contact(session, business, SARAH, "Sarah")


def add_contact(session, business: Business, phone: str, first_name: str) -> Contact:  # type: ignore[no-untyped-def]
    """A contact with a basis, whose zone is New York."""
    contact = Contact(
        business_id=business.id,
        phone=phone,
        timezone="America/New_York",
        zones=["America/New_York"],
        zones_source="timezone",
        persons=[Person(first_name=first_name, last_service="cleaning")],
    )
    session.add(contact)
    session.flush()
    session.add(ContactBasis(contact_id=contact.id, kind="relationship", evidence="test"))
    return contact
