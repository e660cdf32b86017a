"""A business's own table of lawful hours, and its opening hours, hold for whatever it starts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.lawful_table import SHIPPED
from data import clock
from data.db import reading, writing
from data.models import Business, Campaign, Contact, Message
from data.profile import Profile
from data.queries.messages import conversation_of, enqueue
from scheduler.campaigns import enrolling
from tests.world_fixtures import Service

pytestmark = pytest.mark.database

FROM_NOON = SHIPPED.read_text(encoding="utf-8") + "US,*,1-5,12:00,16:00,no,the owner's wish\n"
"""It is 11:00 in New York when these tests begin."""


def begin(**changed: object) -> None:
    with writing() as session:
        business = session.query(Business).one()
        started = enrolling.begin(
            session, business, "spring", Profile.model_validate(business.profile).opener
        )
        campaign = session.get_one(Campaign, started.campaign)
        for name, value in changed.items():
            setattr(campaign, name, value)


def hours(service: Service, wanted: float) -> None:
    service.clock.forward(timedelta(hours=wanted))
    service.run_due()


def callback() -> None:
    """The text of a callback, in the outbox."""
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        conversation_of(session, contact)
        assert enqueue(session, business, contact, kind="callback", body="as you asked", channel="sms")


def own_table() -> None:
    with writing() as session:
        session.query(Business).one().lawful_table = FROM_NOON


def test_what_waits_already_waits_for_the_hours_of_a_table_that_comes_into_force(service: Service) -> None:
    callback()
    own_table()
    service.run_due()
    assert service.arrived() == []
    hours(service, 1.01)
    assert service.arrived() == ["as you asked"]
    hours(service, 4)
    callback()
    service.run_due()
    assert service.arrived() == ["as you asked"], "after four it waits for tomorrow"
    with reading() as session:
        due = session.query(Message).filter_by(state="queued").one().due_at
    assert due is not None
    assert timedelta(hours=19) < due - clock.now() < timedelta(hours=20)


def test_a_campaign_begins_in_the_hours_of_the_businesss_own_table(service: Service) -> None:
    own_table()
    begin()
    service.run_due()
    assert service.arrived() == []
    hours(service, 1.01)
    assert len(service.arrived()) == 1


def test_a_campaign_that_keeps_to_the_opening_hours_waits_over_lunch(service: Service) -> None:
    service.clock.forward(timedelta(hours=1, minutes=5))
    begin(in_business_hours=True)
    service.run_due()
    assert service.arrived() == [], "five past twelve: the practice is at lunch"
    hours(service, 1)
    assert len(service.arrived()) == 1


def test_without_that_wish_lunch_is_no_matter(service: Service) -> None:
    service.clock.forward(timedelta(hours=1, minutes=5))
    begin()
    service.run_due()
    assert len(service.arrived()) == 1
