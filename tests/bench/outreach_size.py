"""What a tick of outreach costs with 10,000 and with 1,000,000 enrolled contacts, on PostgreSQL; with plans.

A tick: the sweep's question what is due, a batch that takes its place in the queue, and an outbox that is
filled with a hundred texts. The plans of the statements behind it go to docs/measured/outreach-plans.txt.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import conversing_world as ours
from conversing_databases import durable_cluster
from outreach_world import OPENER, zone
from report import Report
from services import redis
from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import ClauseElement

from data import clock, db
from data.db import reading, writing
from data.models import Business, Campaign, Enrollment, Message, Sender, Touch
from scheduler import wake
from scheduler.outreach import fill, waiting
from scheduler.outreach.due import due_outreach
from scheduler.outreach.places import outbox_of

SIZES = (10_000, 1_000_000)
TICKS = 21
WANTED = 1.5


def main() -> None:
    """Both sizes, in databases of their own, the ticks in turns."""
    with Report("outreach-plans") as report, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        cluster = stack.enter_context(durable_cluster())
        parts = ours.Parts(stack.enter_context(redis.running(folder)), "", "", "http://127.0.0.1:9")
        wake.use(lambda *_: None)
        costs: dict[int, dict[str, float]] = {}
        for size in SIZES:
            with ours.world("postgresql", cluster, parts, folder):
                _enrol(size)
                costs[size] = _ticks()
                if size == SIZES[-1]:
                    _plans(report)
        for part in costs[SIZES[0]]:
            small, large = (costs[size][part] for size in SIZES)
            report.say(
                f"{part:34} {small:7.1f} ms with {SIZES[0]:,}, {large:7.1f} ms with {SIZES[1]:,}: "
                f"{large / small:.2f} times (wanted at most {WANTED})"
            )


def _enrol(size: int) -> None:
    """Half of them stand in the queue, half wait for a day to come; the rest of what a contact has, too."""
    here = zone()
    with writing() as session:
        business = session.scalars(select(Business)).one()
        campaign = Campaign(business_id=business.id, name="bench", state="running")
        session.add(campaign)
        session.flush()
        session.add(Touch(campaign_id=campaign.id, step=1, template=OPENER))
        session.add(Touch(campaign_id=campaign.id, step=2, day=5, template=OPENER))
        session.execute(update(Sender).where(Sender.channel == "sms").values(per_second=5.0))
        given = {"b": business.id, "c": campaign.id, "n": size, "z": f'["{here}"]', "now": clock.now()}
        for statement in (
            "INSERT INTO contact (business_id, phone, country, zones, zones_source, reassigned, fence,"
            " attempts, created_at) SELECT :b, '+4477' || lpad(n::text, 8, '0'), 'GB', CAST(:z AS json),"
            " 'timezone', false, 0, 0, CAST(:now AS timestamptz) FROM generate_series(1, :n) n",
            "INSERT INTO person (contact_id, first_name, last_name, relationship, unhappy, extra, created_at)"
            " SELECT id, 'Sam', '', 'customer', false, '{}', CAST(:now AS timestamptz) FROM contact"
            " WHERE business_id = :b",
            "INSERT INTO enrollment (campaign_id, contact_id, state, variant, score, tier, queued, next_step,"
            " due_at, created_at) SELECT :c, id, 'active', 'a', (CAST(id AS bigint) * 7919) % 1000 / 10.0,"
            " 'A', id % 2 = 0, 1, CAST(:now AS timestamptz) + CASE WHEN id % 2 = 0 THEN interval '0'"
            " ELSE (id % 1000 + 60) * interval '1 minute' END, CAST(:now AS timestamptz)"
            " FROM contact WHERE business_id = :b",
        ):
            session.execute(text(statement), given)
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _ticks() -> dict[str, float]:
    took: dict[str, list[float]] = {
        "what is due (the sweep)": [],
        "taking places (100)": [],
        "filling (100)": [],
    }
    for number in range(TICKS):
        _due_now(100)
        took["what is due (the sweep)"].append(_timed(_ask))
        took["taking places (100)"].append(_timed(waiting._promote_some))
        took["filling (100)"].append(_timed(lambda: fill.fill(1)))
        with writing() as session:
            session.execute(update(Message).values(state="delivered", sent_at=clock.now()))
        if not number:
            took = {part: [] for part in took}  # the first one warms up
    return {part: statistics.median(some) for part, some in took.items()}


def _due_now(number: int) -> None:
    with writing() as session:
        some = select(Enrollment.id).where(waiting.WAITS).order_by(Enrollment.due_at).limit(number)
        session.execute(
            update(Enrollment).where(Enrollment.id.in_(some.scalar_subquery())).values(due_at=clock.now())
        )


def _ask() -> None:
    with reading() as session:
        list(due_outreach(session, clock.now()))


def _timed(act: object) -> float:
    began = time.perf_counter()
    act()  # type: ignore[operator]
    return 1000 * (time.perf_counter() - began)


def _plans(report: Report) -> None:
    with reading() as session:
        sender = session.query(Sender).filter_by(channel="sms").one()
        campaign = session.query(Campaign).one()
    questions = {
        "whose moment has come": select(Enrollment.id, Enrollment.next_step)
        .where(waiting.WAITS, Enrollment.due_at <= clock.now())
        .order_by(Enrollment.due_at)
        .limit(2_000),
        "the best of a queue": select(Enrollment.id)
        .where(Enrollment.campaign_id == campaign.id, waiting.STANDS)
        .order_by(Enrollment.score.desc(), Enrollment.id.desc())
        .limit(100),
        "the outbox of a sender": outbox_of(sender)
        .with_only_columns(Message.id)
        .where(Message.due_at <= clock.now())
        .order_by(Message.due_at, Message.id)
        .limit(40),
    }
    for name, question in questions.items():
        report.say(f"\n{name}:")
        with reading() as session:
            for (line,) in session.execute(
                text("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + _spelt(question))
            ):
                report.say(f"  {line}")
    report.say()


def _spelt(question: ClauseElement) -> str:
    compiled = question.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    return str(compiled).replace("%%", "%")
