"""The webhook's transaction: stored once, gated at once, never answered to strangers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from data.db import reading, writing
from data.models import Business, Contact, Conversation, Handoff, Message, Suppression
from data.queries.messages import enqueue
from data.queries.suppressions import suppressed_for
from scheduler.jobs import Job
from scheduler.receive import Inbound, receive
from tests.world_fixtures import BUSINESS_PHONE, SARAH, STAFF_PHONE, Service

pytestmark = pytest.mark.database


def inbound(body: str, *, sid: str = "SM1", phone: str = SARAH, channel: str = "sms") -> Inbound:
    return Inbound(sid, channel, phone, BUSINESS_PHONE, body)


def why_suppressed(phone: str = SARAH) -> str | None:
    with reading() as session:
        return suppressed_for(session, session.query(Business).one(), phone, "sms")


def test_a_text_is_stored_and_wakes_a_worker(service: Service) -> None:
    service.text("hello there")
    with reading() as session:
        stored = session.scalars(select(Message).where(Message.direction == "in")).one()
        contact = session.query(Contact).one()
    assert (stored.body, stored.state, stored.contact_id) == ("hello there", "received", contact.id)
    assert Job("converse", contact.id) in service.woken


def test_a_replay_changes_nothing(service: Service) -> None:
    receive(inbound("STOP"))
    before = len(service.outbox())
    assert receive(inbound("STOP")).jobs == ()
    assert len(service.outbox()) == before


def test_stop_silences_at_once_and_is_confirmed_exactly_once(service: Service) -> None:
    service.text("STOP")
    service.run_due()
    service.text("stop")
    service.text("unsubscribe")
    service.run_due()
    assert why_suppressed() == "opt_out"
    assert len(service.arrived()) == 1


def test_an_opt_out_cancels_what_was_about_to_leave(service: Service) -> None:
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        enqueue(session, business, contact, kind="touch", body="opener", channel="sms", once="touch:1")
    service.text("please stop texting me")
    service.run_due()
    assert "opener" not in service.arrived()


def test_an_opt_out_by_whatsapp_counts_for_sms_too(service: Service) -> None:
    service.text("STOP", channel="whatsapp")
    assert why_suppressed() == "opt_out"


def test_an_opt_out_of_an_unknown_number_is_honoured_and_not_answered(service: Service) -> None:
    service.text("STOP", phone="+12125550177")
    service.run_due()
    assert why_suppressed("+12125550177") == "opt_out"
    assert service.arrived("+12125550177") == []


def test_an_unknown_sender_is_stored_and_never_answered(service: Service) -> None:
    service.text("do you take walk-ins?", phone="+12125550178")
    service.run_due()
    with reading() as session:
        stored = session.scalars(select(Message).where(Message.direction == "in")).one()
    assert stored.contact_id is None
    assert service.arrived("+12125550178") == []


def test_a_doubtful_stop_silences_and_asks_staff(service: Service) -> None:
    service.text("enough already")
    with reading() as session:
        handoff = session.query(Handoff).one_or_none()
    if handoff is None:
        pytest.fail("no handoff for a doubtful opt-out")
    assert handoff.reason == "perhaps_opt_out"
    assert why_suppressed() is None


def test_an_emergency_is_answered_with_the_model_down_and_freezes_what_is_proactive(service: Service) -> None:
    service.text("my mom collapsed and is not breathing")
    service.run_due()
    with reading() as session:
        conversation = session.query(Conversation).one()
    assert conversation.frozen_at is not None
    assert len(service.arrived()) == 1
    assert "911" in service.arrived()[0]
    assert len(service.arrived(STAFF_PHONE)) == 1


def test_an_emergency_with_an_opt_out_gets_one_joint_answer(service: Service) -> None:
    service.text("I can't breathe, call an ambulance. STOP texting me")
    service.run_due()
    assert len(service.arrived()) == 1
    assert "911" in service.arrived()[0]
    assert why_suppressed() == "opt_out"


def test_start_lifts_an_opt_out_and_yes_does_not(service: Service) -> None:
    service.text("STOP")
    service.text("YES")
    assert why_suppressed() == "opt_out"
    service.text("START")
    assert why_suppressed() is None


def test_after_an_opt_out_texts_are_kept_for_staff_and_not_answered(service: Service) -> None:
    service.text("STOP")
    service.run_due()
    service.text("how much is a cleaning?")
    service.run_due()
    assert len(service.arrived()) == 1
    with reading() as session:
        reasons = session.scalars(select(Handoff.reason)).all()
    assert reasons == ["texted_after_opt_out"]


def test_the_suppression_list_holds_no_number(service: Service) -> None:
    service.text("STOP")
    with reading() as session:
        row = session.query(Suppression).one()
    assert SARAH not in row.phone_hash
    assert SARAH not in row.evidence
