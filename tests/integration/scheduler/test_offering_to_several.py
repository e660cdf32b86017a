"""Offers and holds among several contacts: an offer takes nothing, a choice does, and never from oneself."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from actions.context import Context
from actions.decision import Book, Decision
from actions.state import State
from data.db import reading, writing
from data.models import Business, Contact, Hold
from data.queries.messages import conversation_of
from scheduler.apply import HOLD, Scene, apply
from scheduler.calendar_view import with_calendar
from scheduler.gather import gather
from tests.world_fixtures import SARAH, Service, add_contact

pytestmark = pytest.mark.database

TEN = datetime(2026, 3, 12, 10, 0, tzinfo=ZoneInfo("America/New_York"))
LENGTH = timedelta(minutes=45)
BEN = "+12125550151"


@pytest.fixture(autouse=True)
def ben(service: Service) -> None:
    """A second contact."""
    with writing() as session:
        add_contact(session, session.query(Business).one(), BEN, "Ben")


def offer_to(phone: str, service: Service) -> None:
    """`phone` has just been asked whether TEN suits."""
    with writing() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == phone)).one()
        conversation = conversation_of(session, contact)
        conversation.state = State(asked="confirm_time", offered=(TEN,), service="cleaning").to_json()
        conversation.last_text_at = service.clock()


def choose(phone: str) -> None:
    """`phone` has chosen TEN; the calendar has not been written yet."""
    with writing() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == phone)).one()
        business = session.get_one(Business, contact.business_id)
        scene = Scene(session, business, contact, conversation_of(session, contact), "sms", evidence="1")
        apply(scene, Decision(None, (Book("cleaning", TEN, TEN + LENGTH),), State()), once="1")


def as_seen_by(phone: str) -> Context:
    with reading() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == phone)).one()
        context = gather(session, session.get_one(Business, contact.business_id), contact)
    return with_calendar(context)


def takes(context: Context) -> bool:
    return any(span.overlaps(TEN, TEN + LENGTH) for span in context.busy or ())


def test_an_offer_holds_nothing_and_is_known_to_others_for_a_while(service: Service) -> None:
    offer_to(SARAH, service)
    with reading() as session:
        assert session.query(Hold).count() == 0
    assert not takes(as_seen_by(BEN))
    assert as_seen_by(BEN).before_others == (TEN,)
    assert as_seen_by(SARAH).before_others == ()
    service.clock.forward(timedelta(minutes=16))
    assert as_seen_by(BEN).before_others == ()


def test_the_hold_begins_with_the_choice_blocks_others_for_minutes_and_never_its_own_contact(
    service: Service,
) -> None:
    choose(SARAH)
    assert takes(as_seen_by(BEN))
    assert not takes(as_seen_by(SARAH))
    service.clock.forward(HOLD + timedelta(seconds=1))  # whoever was to book it has died
    assert not takes(as_seen_by(BEN))


def test_a_visit_that_stands_takes_its_time_for_everybody(service: Service) -> None:
    choose(SARAH)
    service.run_due()
    assert takes(as_seen_by(BEN))
    assert takes(as_seen_by(SARAH))
    assert [span.start for span in as_seen_by(BEN).ours] == [TEN]
