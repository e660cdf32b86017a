"""Our side of the bench: a business whose contacts have all just written, and a worker of `rekindle up`.

The texts come in through `scheduler.receive`; database, Redis, Rasa, Celery and the provider's client are
the real ones. Only the provider is a stub that accepts everything.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from conversing_databases import fresh
from services.bounded import server
from services.postgresql import Cluster
from sqlalchemy import ColumnElement, select, update

from bot.processes.service import compose
from data import business_file, clock, db, settings
from data.db import reading, writing
from data.models import Business, Contact, ContactBasis, Message, Person, Sender
from data.settings import Settings
from scheduler import wake
from scheduler.app import app
from scheduler.jobs import Job
from scheduler.receive import Inbound, receive

HERE = Path(__file__).resolve().parent
LOOK_EVERY = 0.02
LIMIT = 300.0
"""Seconds after which a round counts as stuck."""

_numbers = count()


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs beside the database, with its settings."""

    redis_url: str
    rasa_url: str
    rasa_token: str
    provider_url: str


@contextmanager
def world(kind: str, cluster: Cluster | None, parts: Parts, folder: Path) -> Iterator[Settings]:
    """The service's settings, in force, with a fresh database that holds the sample business."""
    home = folder / f"home-{next(_numbers)}"
    home.mkdir()
    here = settings.isolated(
        rekindle_data_dir=home,
        database_url=fresh(kind, cluster, home),
        redis_url=parts.redis_url,
        rasa_url=parts.rasa_url,
        rasa_token=parts.rasa_token,
        public_base_url="http://127.0.0.1:9",
        twilio_account_sid="AC" + "0" * 31 + "5",
        twilio_auth_token="bench",
        twilio_from="+12125550100",
        twilio_api_base_url=parts.provider_url,
    )
    before = settings.use(here)
    db.connect()
    app.conf.broker_url = parts.redis_url or app.conf.broker_url
    try:
        db.migrate()
        with writing() as session:
            business_file.load(session, business_file.read_file(business_file.SAMPLE))
            session.execute(update(Sender).values(per_second=100_000.0))
        yield here
    finally:
        db.dispose()
        settings.use(before)


@contextmanager
def worker(here: Settings, *, delivers: bool) -> Iterator[None]:
    """A Celery worker with the command and the settings that `rekindle up` gives it.

    One that does not deliver differs from it in nothing else (conversing_only.py).
    """
    run = here.rekindle_data_dir / "run"
    run.mkdir(exist_ok=True)
    composed = compose(here, run)
    program = next(each for each in composed.programs if each.name == "worker")
    command = program.command if delivers else [*map(_converses_only, program.command)]
    with server(
        command,
        here.rekindle_data_dir / "worker.log",
        lambda: bool(app.control.ping(timeout=0.2)),
        stop=signal.SIGTERM,
        env={**os.environ, **composed.environment, **program.environment, "PYTHONPATH": str(HERE)},
    ):
        yield


def _converses_only(word: str) -> str:
    return "conversing_only" if word == "scheduler.app" else word


def new_contacts(number: int) -> list[Contact]:
    """So many people whom the business may text."""
    with writing() as session:
        business = session.scalars(select(Business)).one()
        contacts = [_contact(business.id, next(_numbers)) for _ in range(number)]
        session.add_all(contacts)
        session.flush()
        session.add_all(
            ContactBasis(contact_id=contact.id, kind="relationship", evidence="bench") for contact in contacts
        )
    return contacts


def write_in(texts: Sequence[str]) -> list[int]:
    """One text each of as many new contacts, received and due now; returns the contacts."""
    contacts = new_contacts(len(texts))
    for contact, text in zip(contacts, texts, strict=True):
        provider_id = f"SMbench{contact.id}"
        receive(Inbound(provider_id, "sms", contact.phone, settings.get().twilio_from, text))
    ids = [contact.id for contact in contacts]
    with writing() as session:
        session.execute(update(Contact).where(Contact.due_at.is_not(None)).values(due_at=clock.now()))
    return ids


def _contact(business: int, number: int) -> Contact:
    return Contact(
        business_id=business,
        phone=f"+1212{number:07d}",  # never leaves the machine
        timezone="America/New_York",
        zones=["America/New_York"],
        zones_source="timezone",
        persons=[Person(first_name="Sam", last_service="cleaning")],
    )


def converse(contacts: Sequence[int]) -> float:
    """Wake a worker for each of them; returns how many in a second have their reply committed."""
    return len(contacts) / _seconds(contacts, unanswered)


def converse_and_deliver(contacts: Sequence[int]) -> float:
    """Wake a worker for each of them; returns how many in a second are answered, up to the provider."""
    return len(contacts) / _seconds(contacts, lambda: unanswered() or undelivered())


def forget_the_outbox() -> None:
    """What a worker that does not deliver has left behind."""
    with writing() as session:
        session.execute(update(Message).where(Message.state == "queued").values(state="cancelled"))


def unanswered() -> bool:
    """Whether a text waits to be conversed about."""
    return _one(Message.direction == "in", Message.state == "received")


def undelivered() -> bool:
    """Whether an answer waits to leave."""
    return _one(Message.direction == "out", Message.state.in_(("queued", "sending")))


def _one(*which: ColumnElement[bool]) -> bool:
    with reading() as session:
        return session.scalar(select(Message.id).where(*which).limit(1)) is not None


def _seconds(contacts: Sequence[int], is_left: Callable[[], bool]) -> float:
    began = time.perf_counter()
    wake.wake(Job("converse", contact) for contact in contacts)
    while is_left():
        if time.perf_counter() - began > LIMIT:
            raise RuntimeError("the worker did not get through the texts")
        time.sleep(LOOK_EVERY)
    return time.perf_counter() - began
