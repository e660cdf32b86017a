"""A touch that names live openings, through the real service: sent, answered, booked."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.words.opening_words import in_words
from data import clock
from data.db import reading, writing
from data.models import Appointment, Business, CalendarConnection, Conversation
from scheduler.campaigns import enrolling
from tests.world_fixtures import Service

TOUCH = (
    "Hi {{ first_name }}, this is the automated assistant of {{ business }}. "
    "{% if openings %}{{ openings }} is open.{% else %}Which day suits you?{% endif %} Reply STOP to opt out."
)
ZONE = ZoneInfo("America/New_York")
pytestmark = pytest.mark.database


def begin() -> None:
    with writing() as session:
        enrolling.begin(session, session.query(Business).one(), "spring", TOUCH)


def settle(service: Service) -> None:
    for _ in range(4):
        service.clock.until(clock.now() + timedelta(seconds=6))
        service.run_due()


def test_the_second_one_of_a_touch_books_that_opening(service: Service) -> None:
    begin()
    settle(service)
    (touch,) = service.arrived()
    with reading() as session:
        offered = session.query(Conversation).one().state["offered"]
    today = clock.now().astimezone(ZONE).date()
    moments = [datetime.fromisoformat(one) for one in offered]
    assert f" {in_words(moments, ZONE.key, today)} is open." in touch
    service.text("the second one")
    settle(service)
    with reading() as session:
        visit = session.query(Appointment).one()
        assert (visit.service, visit.start_at) == ("cleaning", moments[1])
    assert len(service.arrived()) == 2


def test_a_plain_no_to_it_ends_everything(service: Service) -> None:
    begin()
    settle(service)
    service.text("no")
    settle(service)
    with reading() as session:
        assert session.query(Conversation).one().closed_reason is not None
        assert not session.query(Appointment).count()


def test_with_the_calendar_away_it_leaves_without_openings(service: Service) -> None:
    with writing() as session:
        session.query(CalendarConnection).one().disconnected_at = clock.now()
    begin()
    settle(service)
    (touch,) = service.arrived()
    assert "Which day suits you?" in touch
    with reading() as session:
        assert session.query(Conversation).one().state["asked"] == "offer_to_book"
