"""Into a silence goes one nudge: counted, in lawful hours, with the way out; never beside anything else."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.state import State
from data import clock
from data.db import reading, writing
from data.models import Business, Contact, Conversation, StaffUser
from data.queries.messages import conversation_of
from scheduler import staff_acts
from tests.world_fixtures import Service

pytestmark = pytest.mark.database

NEW_YORK = ZoneInfo("America/New_York")


def offered(service: Service) -> None:
    """A contact said yes to finding a time, was offered some, and falls silent."""
    with writing() as session:
        conversation = conversation_of(session, session.query(Contact).one())
        conversation.state = State(asked="offer_to_book").to_json()
    say(service, "yes")


def say(service: Service, text: str) -> None:
    service.text(text)
    service.clock.forward(timedelta(seconds=30))
    service.run_due()


def wait(service: Service, hours: int) -> list[tuple[datetime, str]]:
    """Hours pass; the nudges that arrived, with the local moment of each."""
    seen, before = [], len(service.arrived())
    for _ in service.pass_time(clock.now() + timedelta(hours=hours), every=timedelta(hours=1)):
        new = service.arrived()[before:]
        before += len(new)
        seen += [(clock.now().astimezone(NEW_YORK), text) for text in new if "once more" in text]
    return seen


def test_a_silence_over_an_offer_gets_one_nudge_with_the_way_out(service: Service) -> None:
    offered(service)
    [(moment, text)] = wait(service, 24 * 10)
    assert "Reply STOP to opt out" in text
    assert "automated assistant" in text
    assert 8 <= moment.hour < 21


def test_an_answer_to_the_nudge_still_finds_the_openings_that_were_offered(service: Service) -> None:
    offered(service)
    wait(service, 21)
    say(service, "the last one")
    assert "You're booked" in service.arrived()[-1]


def test_whoever_was_nudged_is_not_nudged_again_soon(service: Service) -> None:
    offered(service)
    assert len(wait(service, 24)) == 1
    say(service, "yes")
    assert wait(service, 24 * 7) == []


def test_whoever_wrote_in_the_meantime_is_not_nudged_for_the_old_silence(service: Service) -> None:
    offered(service)
    wait(service, 12)
    say(service, "the last one")
    assert "You're booked" in service.arrived()[-1]
    assert wait(service, 24 * 3) == []


def test_nobody_is_nudged_after_a_stop(service: Service) -> None:
    offered(service)
    say(service, "stop")
    before = len(service.arrived())
    wait(service, 48)
    assert len(service.arrived()) == before


def test_nobody_is_nudged_who_has_not_answered_the_opener(service: Service) -> None:
    with writing() as session:
        conversation_of(session, session.query(Contact).one()).state = State(asked="offer_to_book").to_json()
    assert wait(service, 48) == []


def test_nobody_is_nudged_while_staff_have_the_conversation(service: Service) -> None:
    offered(service)
    with writing() as session:
        user = StaffUser(business_id=1, email="sample@example.com", name="Sample", password_hash="x")
        session.add(user)
        session.flush()
        staff_acts.take_over(session, session.query(Conversation).one(), user)
    assert wait(service, 48) == []


def test_a_business_may_do_without_nudges(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        business.profile = business.profile | {"nudge_after_hours": 0}
    offered(service)
    with reading() as session:
        assert session.query(Conversation).one().nudge_due_at is None
