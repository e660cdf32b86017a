"""The stage: the real app, jobs and database, a simulated network, and contacts of several kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from bot.simulator import Network, serving
from bot.webapp import create_app
from data import business_file, clock, crypto, settings
from data.clock import HandClock
from data.db import reading, writing
from data.models import (
    Business,
    Campaign,
    Contact,
    ContactBasis,
    DeliveryEvent,
    Enrollment,
    Message,
    Person,
    Sender,
    Suppression,
    Touch,
)
from scheduler import permits, rate_limit, wake
from scheduler.campaigns.enrolling import begin
from scheduler.due import due_jobs
from scheduler.jobs import Job
from tests.integration.webhooks.contents import contents, empty
from tests.integration.webhooks.letters import ACCOUNT, BASE, BUSINESS_PHONE, Letter, post
from tests.integration.webhooks.stand_in import StandIn, standing_in

STAFF_PHONE = "+12125550199"
ONE, HOUSEHOLD, LATER = "+12125550123", "+12125550124", "+12125550125"
CONTACTS = {ONE: ("Sarah",), HOUSEHOLD: ("Dana", "Robin"), LATER: ("Kim",)}
STRANGERS = ("+12125550150", "+12125550151")
TUESDAY = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
"""11:00 in New York."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the tests look at of an outbound text."""

    phone: str
    kind: str
    state: str
    sid: str | None
    code: str | None


@dataclass(slots=True)
class Picture:
    """What the tests look at of a database, read from the rows without the service's own queries."""

    inbound: list[str]
    events: list[tuple[str, str]]
    outbound: dict[int, Row]
    suppressed: dict[str, str]
    enrolled: frozenset[str]
    """The numbers that a campaign will still text."""


@dataclass(slots=True)
class Stage:
    """Everything of one world; `folder` and `database` are where it lies."""

    app: Flask
    network: Network
    clock: HandClock
    model: StandIn
    folder: Path
    database: str
    provider: str
    rasa: str
    tokens: tuple[str, ...] = ("first",)

    def begin(self) -> None:
        """A new world: fresh rows, the first morning, one token."""
        self.clock.moment = TUESDAY
        self.model.meanwhile = self.model.failed = None
        self.network.reset()
        rate_limit._free_at.clear()
        permits._alone.clear()
        empty()
        self.trust("first")
        _furnish()

    def trust(self, *tokens: str) -> None:
        """Put these tokens into the setting, the current one first."""
        self.tokens = self.network.ground.tokens = tokens
        settings.use(
            settings.isolated(
                rekindle_data_dir=self.folder,
                database_url=self.database,
                public_base_url=BASE,
                rasa_url=self.rasa,
                rasa_token="stand-in",
                twilio_account_sid=ACCOUNT,
                twilio_auth_token=", ".join(tokens),
                twilio_from=BUSINESS_PHONE,
                twilio_api_base_url=self.provider,
                staff_notice_to=STAFF_PHONE,
            )
        )

    def post(self, letter: Letter, caller: str = "203.0.113.7") -> tuple[int, str]:
        """Send a letter: the status and the body of the answer."""
        return post(self.app, letter, caller=caller)

    def contents(self) -> dict[str, str]:
        """A fingerprint of every table."""
        return contents()

    def due(self) -> list[Job]:
        """What waits to be done now."""
        with reading() as session:
            return [one.job for one in due_jobs(session, clock.now())]

    def sent(self) -> list[str]:
        """The ids of all that the provider has accepted from us."""
        return [message.sid for message in self.network.messages() if message.direction != "inbound"]

    def look(self) -> Picture:
        """Read the picture from the rows."""
        with reading() as session:
            key = session.scalars(select(Business.hash_key)).one()
            names = {crypto.keyed_hash(key, phone): phone for phone in (*CONTACTS, *STRANGERS)}
            inbound = session.scalars(select(Message.provider_id).where(Message.direction == "in"))
            events = session.execute(select(DeliveryEvent.provider_id, DeliveryEvent.status))
            outbound = session.execute(
                select(
                    Message.id,
                    Message.to_address,
                    Message.kind,
                    Message.state,
                    Message.provider_id,
                    Message.error_code,
                )
                .where(Message.direction == "out")
                .order_by(Message.id)
            )
            suppressed = session.execute(
                select(Suppression.phone_hash, Suppression.reason).where(Suppression.lifted_at.is_(None))
            )
            enrolled = session.scalars(
                select(Contact.phone)
                .join(Enrollment, Enrollment.contact_id == Contact.id)
                .where(Enrollment.state == "active")
            )
            return Picture(
                inbound=sorted(sid or "" for sid in inbound),
                events=sorted((sid, status) for sid, status in events),
                outbound={at: Row(*rest) for at, *rest in outbound},
                suppressed={names.get(hashed, hashed): reason for hashed, reason in suppressed},
                enrolled=frozenset(enrolled),
            )


@contextmanager
def staged(database: str, folder: Path) -> Iterator[Stage]:
    """A stage on a migrated database that is connected already; `begin()` makes a world on it."""
    hands = HandClock(TUESDAY)
    before = settings.get()
    network = Network(
        account_sid=ACCOUNT,
        auth_token="first",
        senders=(BUSINESS_PHONE, f"whatsapp:{BUSINESS_PHONE}"),
        webhook_url=BASE,
        clock=hands,
        post=lambda *_: 200,  # what the network reports is told by the tests, in any order
        staff_phone=STAFF_PHONE,
    )
    with serving(network) as provider, standing_in() as (model, rasa):
        settings.use(before.model_copy(update={"public_base_url": BASE}))
        stage = Stage(create_app(), network, hands, model, folder, database, provider, rasa)
        clock.use(hands)
        wake.use(lambda *_: None)
        try:
            yield stage
        finally:
            wake.use()
            clock.use()
            settings.use(before)


def _furnish() -> None:
    """The sample business, its contacts, and a campaign of two touches in which all of them are."""
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        business.hash_key = b"the same in every world".ljust(32)  # the service remembers it: it never changes
        for sender in session.query(Sender):
            sender.per_second = 1_000.0
        for phone, names in CONTACTS.items():
            _add(session, business, phone, names)
        session.flush()
        begin(session, business, "spring", "Hi {first_name}, {business} here. Shall I find a time?")
        campaign = session.query(Campaign).one()
        session.add(Touch(campaign_id=campaign.id, step=2, day=5, template="Hello from {business}."))


def _add(session, business: Business, phone: str, names: Sequence[str]) -> None:  # type: ignore[no-untyped-def]
    contact = Contact(
        business_id=business.id,
        phone=phone,
        timezone="America/New_York",
        zones=["America/New_York"],
        zones_source="timezone",
        persons=[Person(first_name=name, last_service="cleaning") for name in names],
    )
    session.add(contact)
    session.flush()
    session.add(ContactBasis(contact_id=contact.id, kind="relationship", evidence="test"))
