"""The cap of a day holds in the booking's own transaction, whoever races for the last place."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from services.at_once import at_once
from sqlalchemy import select

from actions.state import State
from data.db import reading, writing
from data.models import Appointment, Business, Contact
from data.queries.messages import conversation_of
from scheduler.converse import converse
from tests.world_fixtures import Service, add_contact

pytestmark = pytest.mark.database

TEN = datetime(2026, 3, 12, 10, 0, tzinfo=ZoneInfo("America/New_York"))
PHONES = [f"+121255501{n}" for n in range(40, 46)]


def _full_at(most: int) -> None:
    with writing() as session:
        business = session.query(Business).one()
        business.profile = {**business.profile, "most_per_day": most}


def _offered(start: datetime, phone: str) -> int:
    """A contact who was asked whether to book `start`."""
    with writing() as session:
        business = session.query(Business).one()
        contact = session.scalar(select(Contact).where(Contact.phone == phone))
        contact = contact or add_contact(session, business, phone, "Sample")
        state = State(asked="confirm_time", offered=(start,), service="cleaning")
        conversation_of(session, contact).state = state.to_json()
        return contact.id


def _booked() -> list[datetime]:
    with reading() as session:
        rows = session.scalars(select(Appointment.start_at).where(Appointment.state == "booked"))
        return sorted(rows)


def test_of_many_who_race_for_the_last_places_of_a_day_only_so_many_get_one(service: Service) -> None:
    _full_at(2)
    hours = (9, 10, 11, 13, 14, 15)  # each a time of their own: only the cap is between them
    ids = [_offered(TEN.replace(hour=hour), phone) for hour, phone in zip(hours, PHONES, strict=True)]
    for phone in PHONES:
        service.network.add_phone(phone)
        service.text("yes", phone=phone)
    service.clock.forward(timedelta(seconds=10))

    at_once(*(partial(converse, contact) for contact in ids))
    service.run_due()
    assert len(_booked()) == 2
    answers = [service.arrived(phone) for phone in PHONES]
    assert all(len(texts) == 1 for texts in answers)
    assert sum("You're booked" in texts[0] for texts in answers) == 2
    assert sum("has gone" in texts[0] for texts in answers) == len(PHONES) - 2


def test_the_day_after_has_places_of_its_own(service: Service) -> None:
    _full_at(1)
    for days, phone in enumerate(PHONES[:2]):
        service.network.add_phone(phone)
        _offered(TEN + timedelta(days=days), phone)
        service.text("yes", phone=phone)
        service.clock.forward(timedelta(seconds=10))
        service.run_due()
    assert _booked() == [TEN, TEN + timedelta(days=1)]
