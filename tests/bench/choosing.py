"""How long it takes to choose and to enrol a whole list: 100,000 contacts on both databases.

`python tests/bench/run.py choosing`; CHOOSING=1000000 for another size. What was found is kept under
docs/measured/choosing.txt.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from conversing_databases import KINDS, durable_cluster, fresh
from report import Report
from services import databases
from sqlalchemy import insert, select, text

from data import business_file, clock, db, settings
from data.db import reading, writing
from data.models import Business, Campaign, Contact, ContactBasis, Conversation, Message, Person, Touch
from data.segments.choosing import choose
from data.segments.rule import Between, Dormant, Rule
from scheduler.campaigns.enrolling import enrol, release

MANY = int(os.environ.get("CHOOSING", "100000"))
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
RULE = Rule(dormant=Dormant(from_months=3, to_months=18), value=Between(at_least=20))
PLACES = (
    ("NY", "America/New_York"),
    ("CA", "America/Los_Angeles"),
    ("TX", "America/Chicago"),
    ("FL", "America/New_York"),
)
ROWS = 10_000


def main() -> None:
    """Print and keep the figures."""
    with Report("choosing") as report, tempfile.TemporaryDirectory() as folder, durable_cluster() as cluster:
        report.say(f"{MANY:,} contacts; a rule of dormancy and value that means half of them; a pilot of 150")
        for kind in KINDS:
            url = fresh(kind, cluster, Path(folder))
            databases.migrate(url, Path(folder))
            for line in _measured(url, Path(folder)):
                report.say(f"{kind:10} {line}")
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        report.say(f"the process had {most} MB at most")


def _measured(url: str, folder: Path) -> Iterator[str]:
    with ExitStack() as stack:
        before = settings.use(settings.isolated(database_url=url, rekindle_data_dir=folder))
        stack.callback(settings.use, before)
        stack.callback(clock.use)
        clock.use(lambda: NOW)
        db.connect()
        stack.callback(db.dispose)
        campaign = _furnish()

        def chosen() -> int:
            with reading() as session:
                return len(choose(session, session.scalars(select(Business)).one(), RULE).candidates)

        def released() -> int:
            with writing() as session:
                return release(session, campaign)

        yield _timed("chosen", chosen)
        yield _timed("enrolled", lambda: (done := enrol(campaign)).enrolled + done.held)
        yield _timed("enrolled again (nobody is new)", lambda: enrol(campaign).enrolled)
        yield _timed("released after the pilot", released)


def _timed(what: str, work: Callable[[], int]) -> str:
    began, used = time.perf_counter(), time.process_time()
    many = work()
    used, took = time.process_time() - used, time.perf_counter() - began
    return f"{took:6.2f} s, {used:6.2f} s of a core here: {many:,} {what}"


def _furnish() -> int:
    """A list of its own making, every tenth with a text on record; the campaign to enrol into."""
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        campaign = Campaign(
            business_id=business.id, name="Bench", state="running", rule=RULE.as_json(), pilot_size=150
        )
        session.add(campaign)
        session.flush()
        session.add(Touch(campaign_id=campaign.id, step=1, template="Hello"))
        session.add(Touch(campaign_id=campaign.id, step=1, variant="b", template="Good day"))
        made, owner = campaign.id, business.id
    for first in range(1, MANY + 1, ROWS):
        ids = range(first, min(first + ROWS, MANY + 1))
        with writing() as session:
            for model, rows in _rows(owner, ids):
                session.execute(insert(model), rows)
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return made


def _rows(owner: int, ids: range) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    yield (
        Contact,
        [
            {
                "id": n,
                "business_id": owner,
                "phone": f"+1999{n:07d}",
                "state": PLACES[n % len(PLACES)][0],
                "zones": [PLACES[n % len(PLACES)][1]],
                "zones_source": "state",
            }
            for n in ids
        ],
    )
    yield (
        Person,
        [
            {
                "contact_id": n,
                "first_name": "Sample",
                "last_service": "cleaning",
                "last_visit": TODAY - timedelta(days=n * 7 % 900),
                "value": float(n * 13 % 2_000),
                "visits": n % 9,
                "extra": {"Plan": "gold", "Notes": "as it came"},
            }
            for n in ids
        ],
    )
    yield ContactBasis, [{"contact_id": n, "kind": "consent", "evidence": "bench"} for n in ids]
    tenth = [n for n in ids if n % 10 == 0]
    long_ago = NOW - timedelta(days=200)
    yield (
        Conversation,
        [
            {"business_id": owner, "contact_id": n, "last_text_at": long_ago, "outcome": "no_reply"}
            for n in tenth
        ],
    )
    yield (
        Message,
        [
            {
                "business_id": owner,
                "contact_id": n,
                "direction": "out",
                "channel": "sms",
                "kind": "touch",
                "from_address": "+12125550100",
                "to_address": f"+1999{n:07d}",
                "body": "Hello",
                "state": "delivered",
                "created_at": long_ago,
            }
            for n in tenth
        ],
    )
