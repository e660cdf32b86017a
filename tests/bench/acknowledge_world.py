"""The acknowledgement bench's world: a database full of contacts, Redis, and servers in front of it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services import databases, postgresql
from services.bounded import server

from bot.processes import free_port, readiness
from bot.processes.service import KEEP_ALIVE, WEB_THREADS, WEB_WORKERS
from data import business_file, clock, db, settings
from data.imports.numbers import BadNumber, read_number
from data.models import (
    Business,
    Campaign,
    Contact,
    ContactBasis,
    Conversation,
    Enrollment,
    Message,
    Person,
    Touch,
)

ROOT = Path(__file__).resolve().parents[2]
CONTACTS = 10_000
TO = "+12125550100"
PUBLIC = "https://texts.example.com"
ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "0123456789abcdef0123456789abcdef"  # of an account that exists here alone
DURABLE = ("max_connections=200",)
"""PostgreSQL as it is shipped: an answered text survives a power cut, unlike in the tests' quick cluster."""


def numbers(many: int) -> list[str]:
    """So many numbers of the exchanges that are kept for fiction, from many area codes."""
    found: list[str] = []
    for area in range(201, 990):
        try:
            country = read_number(f"+1{area}5550100", "US").country
        except BadNumber:
            continue
        if country in ("US", "CA"):
            found += [f"+1{area}555{last:04d}" for last in range(100, 200)]
        if len(found) >= many:
            return found[:many]
    raise ValueError("so many numbers there are not")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """A migrated database with the sample business and contacts who have all got an opener; its address."""
    with ExitStack() as stack:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'rekindle.sqlite3'}"
        else:
            postgresql.SPEED = DURABLE
            cluster = stack.enter_context(postgresql.running())
            url = cluster.url(cluster.create())
        databases.migrate(url, folder)
        _furnish(url, folder)
        yield url


def _furnish(url: str, folder: Path) -> None:
    before = settings.use(_settings(url, folder))
    db.connect()
    from acknowledge_bare import texts  # here, since it is an application of its own

    texts.create(db.engine())
    with db.writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        campaign = Campaign(business_id=business.id, name="Bench", state="running")
        session.add(campaign)
        session.flush()
        session.add(Touch(campaign_id=campaign.id, step=1, template="Hello"))
        contacts = [_contact(business, number) for number in numbers(CONTACTS)]
        session.add_all(contacts)
        session.flush()
        for contact in contacts:
            session.add_all(_what_went_before(business, campaign, contact))
    db.dispose()
    settings.use(before)


def _settings(url: str, folder: Path) -> settings.Settings:
    return settings.isolated(database_url=url, rekindle_data_dir=folder, twilio_from=TO)


def _contact(business: Business, number: str) -> Contact:
    return Contact(
        business_id=business.id,
        phone=number,
        timezone="America/New_York",
        zones=["America/New_York"],
        zones_source="timezone",
        persons=[Person(first_name="Sample", last_service="cleaning")],
    )


def _what_went_before(business: Business, campaign: Campaign, contact: Contact) -> list[object]:
    """A basis, an opener that arrived, a conversation nobody has answered, and a sequence that goes on."""
    opener = Message(
        business_id=business.id, contact_id=contact.id, direction="out", channel="sms", kind="touch",
        from_address=TO, to_address=contact.phone, body="Hello", state="delivered", sent_at=clock.now(),
        provider_id=f"SMopener{contact.id:024d}", once=f"touch:{campaign.id}:{contact.id}:1",
    )  # fmt: skip
    return [
        ContactBasis(contact_id=contact.id, kind="relationship", evidence="bench"),
        Conversation(business_id=business.id, contact_id=contact.id, state={}, outcome="no_reply"),
        Enrollment(campaign_id=campaign.id, contact_id=contact.id),
        opener,
    ]


@dataclass
class Web:
    """A web server and its processes."""

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that the server's processes have used so far."""
        ticks = os.sysconf("SC_CLK_TCK")
        total = 0
        for pid in (self.pid, *_children(self.pid)):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / ticks


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def web(app: str, url: str, redis_url: str, folder: Path) -> Iterator[Web]:
    """A WSGI app under the service's own server, with as many workers and threads."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
        "DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "REKINDLE_DATA_DIR": str(folder),
        "PUBLIC_BASE_URL": PUBLIC,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": TO,
        "PYTHONPATH": f"{ROOT}:{Path(__file__).parent}",
    }
    pid_file = folder / f"{port}.pid"
    command = [sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--worker-class", "bot.processes.web_worker.Worker", "--keep-alive", str(KEEP_ALIVE)]
    command += ["--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS)]
    command += ["--pid", str(pid_file)]
    path = "/healthz" if app == "wsgi:app" else "/nothing"

    def ready() -> bool:
        return readiness.web_answers(address + path)

    log = folder / f"{port}.log"
    with server(command, log, ready, stop=signal.SIGTERM, env=environment, cwd=folder):
        yield Web(address, int(pid_file.read_text()))
