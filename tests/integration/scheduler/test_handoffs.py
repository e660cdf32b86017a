"""Handoffs: one for each reason, and one that was looked at rings again when it happens again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.db import reading, writing
from data.models import Contact, Handoff
from data.queries.messages import conversation_of
from scheduler.handoffs import open_handoff
from scheduler.jobs import Job
from scheduler.staff_acts import look
from tests.world_fixtures import STAFF_PHONE, Service

pytestmark = pytest.mark.database


def ask(reason: str = "emergency", *, urgent: bool = True, silent: bool = True) -> list[Job]:
    with writing() as session:
        conversation = conversation_of(session, session.query(Contact).one())
        return open_handoff(
            session, conversation.business_id, conversation.id, reason, urgent=urgent, silent=silent
        )


def test_a_handoff_that_nobody_has_looked_at_is_not_opened_twice(service: Service) -> None:
    assert [job.kind for job in ask()] == ["notice"]
    assert ask() == []
    with reading() as session:
        assert session.query(Handoff).count() == 1


def test_what_happens_again_after_staff_have_looked_rings_again(service: Service) -> None:
    ask()
    service.run_due()
    with writing() as session:
        look(session, conversation_of(session, session.query(Contact).one()))
    service.clock.forward(timedelta(days=2))
    assert [job.kind for job in ask()] == ["notice"]
    service.run_due()
    assert len(service.arrived(STAFF_PHONE)) == 2


def test_another_reason_is_another_handoff(service: Service) -> None:
    ask("emergency")
    assert len(ask("asked_for_person")) == 1


def test_asking_again_makes_a_handoff_silent_and_urgent_but_never_less_so(service: Service) -> None:
    ask("complaint", urgent=False, silent=False)
    ask("complaint", urgent=True, silent=True)
    ask("complaint", urgent=False, silent=False)
    with reading() as session:
        handoff = session.query(Handoff).one()
    assert (handoff.urgent, handoff.silent) == (True, True)
