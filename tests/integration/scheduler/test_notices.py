"""Notices to staff: at once, again while nobody looks, and for the urgent for days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data import clock
from data.db import reading, writing
from data.models import Contact, Handoff
from data.queries.messages import conversation_of
from scheduler.handoffs import open_handoff
from scheduler.notices import AGAIN_AFTER, URGENT_DAYS, notice
from scheduler.staff_acts import look
from tests.world_fixtures import STAFF_PHONE, Service

pytestmark = pytest.mark.database


def ask(reason: str, *, urgent: bool) -> int:
    with writing() as session:
        conversation = conversation_of(session, session.query(Contact).one())
        jobs = open_handoff(
            session, conversation.business_id, conversation.id, reason, urgent=urgent, silent=True
        )
        return jobs[0].row


def two_weeks_pass(service: Service) -> int:
    """How many notices came, by looking every hour."""
    for _ in service.pass_time(clock.now() + timedelta(days=14), every=timedelta(hours=1)):
        pass
    return len(service.arrived(STAFF_PHONE))


def test_staff_are_told_at_once_and_again_while_nobody_looks(service: Service) -> None:
    ask("asked_for_person", urgent=False)
    service.run_due()
    assert len(service.arrived(STAFF_PHONE)) == 1
    service.clock.forward(AGAIN_AFTER[0])
    service.run_due()
    assert len(service.arrived(STAFF_PHONE)) == 2


def test_a_notice_comes_once_however_often_it_is_asked_for(service: Service) -> None:
    handoff = ask("asked_for_person", urgent=False)
    notice(handoff)
    notice(handoff)
    service.run_due()
    assert len(service.arrived(STAFF_PHONE)) == 1


def test_notices_end_when_nobody_looks_for_long(service: Service) -> None:
    ask("asked_for_person", urgent=False)
    service.run_due()
    assert two_weeks_pass(service) == len(AGAIN_AFTER)


def test_an_emergency_that_nobody_looks_at_rings_daily_for_a_week(service: Service) -> None:
    ask("emergency", urgent=True)
    service.run_due()
    assert two_weeks_pass(service) == len(AGAIN_AFTER) + URGENT_DAYS


def test_an_emergency_that_somebody_has_looked_at_is_quiet(service: Service) -> None:
    ask("emergency", urgent=True)
    service.run_due()
    with writing() as session:
        look(session, conversation_of(session, session.query(Contact).one()))
    assert two_weeks_pass(service) == 1
    with reading() as session:
        assert session.query(Handoff).one().notice_due_at is None
