"""A world of its own for one rehearsal: database, calendar, simulator, clock; the rest is the real thing.

The WSGI app is called directly, the task functions run in due order, and the real provider client talks to
the simulator over loopback. Nothing of the environment is used but the address of the Rasa model.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import phonenumbers
from flask import Flask
from flask.testing import FlaskClient

from bot.rehearsal.script import Script, ScriptContact, ScriptError, Taken
from bot.simulator.network import Network
from bot.simulator.server import serving
from bot.simulator.webhooks import Answer, Pairs
from bot.webapp import create_app
from data import business_file, clock, db, settings
from data.clock import HandClock
from data.db import reading, writing
from data.models import (
    Business,
    CalendarConnection,
    Contact,
    ContactBasis,
    LocalEvent,
    Person,
    Sender,
    StaffUser,
)
from data.profile import Profile
from data.whereabouts import zones_of
from scheduler import wake
from scheduler.campaigns.enrolling import begin
from scheduler.due import due_jobs
from scheduler.run import run

ACCOUNT = "AC" + "0" * 31 + "1"
BUSINESS_PHONE = "+12125550100"
STAFF_PHONE = "+12125550199"
SETTLED = timedelta(seconds=60)
"""The bot has settled when nothing is due for so long (virtual)."""

MOST_JOBS = 5_000
"""More jobs than any script can need: the service is going round in circles."""


_KEPT = tempfile.TemporaryDirectory(prefix="rekindle-")  # gone with the process


@dataclass(slots=True)
class World:
    """A running world. `contact` is the id of the scripted contact."""

    clock: HandClock
    network: Network
    zone: str
    phone: str
    contact: int
    done: int = field(default=0)

    def settle(self) -> None:
        """Run what is due, moving the clock on, until nothing is due for a while."""
        while (due := self._next()) is not None and due <= self.clock() + SETTLED:
            self.clock.until(due)
            self._run()

    def until(self, moment: datetime) -> None:
        """Play on to a moment (aware), with everything that falls due before it."""
        while (due := self._next()) is not None and due <= moment:
            self.clock.until(due)
            self._run()
        self.clock.until(moment)

    def _next(self) -> datetime | None:
        with reading() as session:
            jobs = due_jobs(session, self.clock() + timedelta(days=400), limit=1)
        moments = [job.due_at for job in jobs]
        if (network := self.network.next_due()) is not None:
            moments.append(network)
        return min(moments, default=None)

    def _run(self) -> None:
        """Everything due at this very moment, and what comes of it."""
        self.network.run_due()
        with reading() as session:
            due = [one.job for one in due_jobs(session, self.clock())]
        while due:
            self.done += 1
            if self.done > MOST_JOBS:
                raise ScriptError("the service went round in circles: more jobs than a script can need")
            due += run(due.pop(0))
            self.network.run_due()


@contextmanager
def world(script: Script, opener_at: datetime, rasa: tuple[str, str]) -> Iterator[World]:
    """Make a world with the scripted contact in it; its opener leaves at `opener_at` (aware)."""
    with stage(opener_at, rasa) as (hands, network):
        yield _furnish(script, hands, network)


@contextmanager
def stage(begins_at: datetime, rasa: tuple[str, str]) -> Iterator[tuple[HandClock, Network]]:
    """An empty world: a migrated database, a network in front of the webhooks, a clock at `begins_at`."""
    with tempfile.TemporaryDirectory(prefix="rekindle-") as folder:
        database = Path(folder) / "world.sqlite3"
        shutil.copy(_migrated(), database)
        hands = HandClock(begins_at)
        post = _InProcess()
        network = Network(
            account_sid=ACCOUNT,
            auth_token="rehearsal",
            senders=(BUSINESS_PHONE, f"whatsapp:{BUSINESS_PHONE}"),
            webhook_url="http://127.0.0.1:8000/webhooks/twilio/messages",
            clock=hands,
            post=post,
            staff_phone=STAFF_PHONE,
        )
        with serving(network) as address:
            before = settings.use(_settings(Path(folder), database, address, rasa))
            db.connect()
            clock.use(hands)
            wake.use(lambda *_: None)
            try:
                post.client = _app().test_client()
                yield hands, network
            finally:
                wake.use()
                clock.use()
                db.dispose()
                settings.use(before)


class _InProcess:
    """Posts the network's webhooks to the app, as a WSGI call in this very process."""

    client: FlaskClient

    def __call__(self, url: str, pairs: Pairs, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        answered = self.client.post(path, data=fields, headers=headers)
        return Answer(answered.status_code, answered.get_data(as_text=True))


@cache
def _app() -> Flask:
    return create_app()


@cache
def _migrated() -> Path:
    """An empty database at the newest revision, made once and copied for each world."""
    path = Path(_KEPT.name) / "template.sqlite3"
    db.connect(f"sqlite:///{path}")
    db.migrate()
    db.dispose()
    return path


def _settings(folder: Path, database: Path, provider: str, rasa: tuple[str, str]) -> settings.Settings:
    url, token = rasa
    return settings.isolated(
        rekindle_data_dir=folder,
        database_url=f"sqlite:///{database}",
        public_base_url="http://127.0.0.1:8000",
        rasa_url=url,
        rasa_token=token,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token="rehearsal",
        twilio_from=BUSINESS_PHONE,
        twilio_api_base_url=provider,
        staff_notice_to=STAFF_PHONE,
    )


def _furnish(script: Script, hands: HandClock, network: Network) -> World:
    """The sample business, the contact, what is busy, somebody at the front desk, and the campaign."""
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        for sender in session.query(Sender):
            sender.per_second = 1_000.0  # rates run on real time, which a rehearsal has none of
        contact = _contact(script.contact, business)
        session.add(contact)
        session.flush()
        session.add(ContactBasis(contact_id=contact.id, kind="relationship", evidence="rehearsal"))
        session.add(
            StaffUser(business_id=business.id, email="desk@example.com", name="Kim", password_hash="")
        )
        calendar = session.query(CalendarConnection).one()
        for number, taken in enumerate(script.busy):
            session.add(_event(calendar.id, number, taken, business.timezone))
        opener = Profile.model_validate(business.profile).opener
        begin(session, business, "rehearsal", opener)
        network.add_phone(contact.phone, label=script.contact.first_name)
        return World(hands, network, business.timezone, contact.phone, contact.id)


def _contact(who: ScriptContact, business: Business) -> Contact:
    try:
        parsed = phonenumbers.parse(who.phone, who.country or business.country)
    except phonenumbers.NumberParseException:
        raise ScriptError(f"contact.phone: {who.phone} is not a phone number") from None
    phone = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    where = zones_of(
        phone,
        timezone=who.timezone,
        state=who.state,
        postal_code=who.postal_code,
        country=who.country or business.country,
    )
    return Contact(
        business_id=business.id,
        phone=phone,
        country=where.country or business.country,
        state=where.state,
        postal_code=who.postal_code,
        timezone=who.timezone,
        zones=list(where.zones),
        zones_source=where.source,
        preferred_time=who.preferred_time,
        persons=[
            Person(
                first_name=who.first_name,
                last_name=who.last_name,
                last_service=who.last_service,
                last_visit=who.last_visit,
                relationship=who.relationship,
            )
        ],
    )


def _event(calendar: int, number: int, taken: Taken, zone: str) -> LocalEvent:
    return LocalEvent(
        calendar_connection_id=calendar,
        event_id=f"busy{number}",
        start_at=in_zone(taken.start, zone),
        end_at=in_zone(taken.end, zone),
        title="Busy",
    )


def in_zone(moment: datetime, zone: str) -> datetime:
    """A naive moment is local to the zone; an aware one is left as it is."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
