"""Many contacts, few openings, all at the same moment: in the books, on the calendar and on the phones."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from soak.booking_check import disagreements, visits
from soak.booking_scenes import FIRST_DAY, Practice
from sqlalchemy import select

from actions.state import State
from data import clock
from data.db import reading, writing
from data.models import Contact
from data.queries.messages import conversation_of
from scheduler.due import due_jobs
from scheduler.jobs import Job
from scheduler.run import run

pytestmark = pytest.mark.database

WORKERS = 8
BOOKING = ("converse", "appointment")
"""The jobs at which they race; the answers are delivered afterwards."""


@pytest.mark.parametrize(("contacts", "openings"), [(20, 1), (30, 5)])
def test_every_opening_goes_to_one_contact_and_everybody_is_answered(
    practice: Practice, contacts: int, openings: int
) -> None:
    service = practice.service
    offered = tuple(FIRST_DAY + timedelta(hours=hour) for hour in (0, 1, 2, 4, 5)[:openings])
    phones = [practice.somebody() for _ in range(contacts)]
    for place, phone in enumerate(phones):
        _was_offered(phone, offered)
        service.text(str(1 + place % openings) if openings > 1 else "yes", phone=phone)
    service.clock.forward(timedelta(seconds=10))
    with ThreadPoolExecutor(WORKERS) as workers:
        for _ in range(6):
            with reading() as session:
                due = [one.job for one in due_jobs(session, clock.now()) if one.job.kind in BOOKING]
            list(workers.map(_to_the_end, due))
    service.run_due()

    assert disagreements(practice.events()) == []
    booked = [visit.start_at for visit in visits() if visit.state == "booked"]
    assert sorted(booked) == list(offered)
    told = {phone: practice.told(phone) for phone in phones}
    assert Counter(name for names in told.values() for name in names) == Counter(
        booked=openings, gone=contacts - openings
    )
    assert all(len(names) == 1 for names in told.values())
    refused = [service.arrived(phone)[0] for phone in phones if told[phone] == ["gone"]]
    assert all("March" in text or "Mar " in text for text in refused), "other openings are offered at once"


def _was_offered(phone: str, offered: tuple[datetime, ...]) -> None:
    asked = "which_opening" if len(offered) > 1 else "confirm_time"
    with writing() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == phone)).one()
        conversation_of(session, contact).state = State(asked, offered, service="cleaning").to_json()


def _to_the_end(job: Job) -> None:
    jobs = [job]
    while jobs:
        jobs += [one for one in run(jobs.pop()) if one.kind in BOOKING]
