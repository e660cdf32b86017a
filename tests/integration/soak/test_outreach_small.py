"""The campaign soak in small: 500 contacts, three touches, weeks that pass, processes that die amid sending.

On PostgreSQL, as several workers run; `make soak` plays 20,000 with real workers (tests/soak/outreach.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from services import databases
from services.postgresql import Cluster
from soak import outreach_owner
from soak.outreach_count import MARKS, count, touch_in
from soak.outreach_deaths import nursery
from soak.outreach_people import FAULTS, Contact, make_up
from sqlalchemy import delete, select

from data import clock, db, settings
from data.db import reading, writing
from data.enrollment_outcomes import OUTCOMES
from data.figures import check, funnel
from data.models import Contact as Row
from data.models import ContactBasis, Enrollment, Message, Person
from scheduler.due import due_jobs
from scheduler.jobs import IN_BULK, Job
from tests.world_fixtures import Service

CONTACTS, DEATHS, SEED = 500, 8, 3
AN_HOUR, A_MONTH = timedelta(hours=1), timedelta(days=30)


@pytest.fixture
def database(postgresql_cluster: Cluster, postgresql_template: str, tmp_path: Path) -> Iterator[str]:
    """PostgreSQL alone: what SQLite does otherwise is shown by the tests of each part."""
    before = settings.get()
    with databases.postgresql_copy(postgresql_cluster, postgresql_template) as url:
        settings.use(settings.isolated(database_url=url, rekindle_data_dir=tmp_path))
        db.connect()
        yield url
        db.dispose()
        settings.use(before)
        clock.use()


def test_a_campaign_of_weeks_reaches_nobody_twice_nor_after_an_answer_and_ends_for_everybody(
    service: Service, tmp_path: Path
) -> None:
    people = make_up(CONTACTS, SEED, clock.now().date())
    campaign = prepared(service, people, tmp_path)
    came, deaths = play(service, campaign, people, tmp_path)

    assert deaths == DEATHS
    messages = [message.as_json() for message in reversed(service.network.messages())]
    counts, wrong = count(messages, people, came)
    assert not wrong
    assert all(counts[f"touch {step}"] > CONTACTS / 4 for step in range(1, len(MARKS) + 1))
    with reading() as session:
        outcomes = session.scalars(select(Enrollment.outcome)).all()
        assert len(outcomes) == CONTACTS
        assert set(outcomes) <= OUTCOMES.keys()
        assert {"no_reply", "replied", "opted_out", "undeliverable", "visited", "booked"} <= set(outcomes)
        assert check(session, campaign) == []
        assert funnel(session, campaign)[0].sent == counts["contacts reached"]


def prepared(service: Service, people: list[Contact], folder: Path) -> int:
    """The campaign is launched; what is wrong with some numbers, the network knows."""
    with writing() as session:
        for table in (ContactBasis, Person, Row):  # Sarah is not on this list
            session.execute(delete(table))
    assert outreach_owner.upload(people, folder) == CONTACTS
    for one in people:
        if one.does in FAULTS:
            service.network.faults.add(number=one.phone, **FAULTS[one.does])  # type: ignore[arg-type]
    # how a text ends is told, the way there is not: that is two of three requests
    service.network.faults.add("callback_lost", times=None, statuses=("queued", "sending", "sent"))
    campaign, enrolled = outreach_owner.launch()
    assert enrolled == CONTACTS
    return campaign


def play(
    service: Service, campaign: int, people: list[Contact], folder: Path
) -> tuple[dict[str, datetime], int]:
    """Until it has ended for everybody: who had come by another road, since when; and how many died."""
    chance, began, deaths = random.Random(SEED), clock.now(), 0
    came: dict[str, datetime] = {}
    phones = Phones(service, people)
    with nursery() as born:
        while outreach_owner.still_in(campaign):
            bulk = bulk_due()
            if bulk and deaths < DEATHS:
                deaths += born.work(chance.choice(bulk), clock.now(), chance.randint(1, 25))
                service.network.run_due()
            else:
                service.run_due()
            let_time_tell()
            phones.answer()
            if outreach_owner.state(campaign)[0] == "paused":
                outreach_owner.resume(campaign)
            if not came and clock.now() > began + timedelta(days=2):
                came = outreach_owner.list_comes_anew(people, folder)
            if (soonest := first_due()) > clock.now():
                service.clock.until(max(soonest, clock.now() + AN_HOUR))
    return came, deaths


class Phones:
    """The contacts, who answer the touch that they are going to answer."""

    def __init__(self, service: Service, people: list[Contact]) -> None:
        self._service, self._seen = service, 0
        self._writes = {one.phone: one for one in people if one.writes}

    def answer(self) -> None:
        """Look at what is new."""
        log = self._service.network.messages()
        fresh, self._seen = log[: len(log) - self._seen], len(log)
        for text in reversed(fresh):
            one = self._writes.get(text.number)
            if one and text.direction != "inbound" and touch_in(text.body) == one.after:
                self._service.text(one.does, phone=one.phone)


def bulk_due() -> list[Job]:
    with reading() as session:
        return [one.job for one in due_jobs(session, clock.now()) if one.job.kind in IN_BULK]


def first_due() -> datetime:
    with reading() as session:
        return min((one.due_at for one in due_jobs(session, clock.now() + A_MONTH)), default=clock.now())


def let_time_tell() -> None:
    """Real time passes for whatever a process has left behind: its outcome may be asked for."""
    with writing() as session:
        for message in session.scalars(select(Message).where(Message.state == "sending")):
            assert message.claimed_at is not None
            message.claimed_at -= timedelta(minutes=2)
