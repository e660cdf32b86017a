"""Calls to the number that texts: put through, noted for those we know, and the end of what was running."""

from __future__ import annotations

from datetime import timedelta

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from bot.webapp import create_app
from data import clock, db
from data.addresses import CALL_OVER, CALLS
from data.db import reading, writing
from data.models import AuditEvent, Business, Campaign, Contact, Enrollment, Message
from data.queries.messages import conversation_of, enqueue
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service, service

__all__ = ["service"]

pytestmark = pytest.mark.database

ROOT = "http://127.0.0.1:8000"
DESK = "+12125550142"
FORM = {
    "CallSid": "CA1",
    "From": SARAH,
    "To": BUSINESS_PHONE,
    "CallStatus": "ringing",
    "Direction": "inbound",
}


@pytest.fixture(autouse=True)
def answered_at(service: Service) -> None:
    """The business answers on another phone than the one that texts, and Sarah is in a sequence."""
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        business.phone = DESK
        campaign = Campaign(business_id=business.id, name="spring", state="running")
        session.add(campaign)
        session.flush()
        enrollment = Enrollment(campaign_id=campaign.id, contact_id=contact.id, due_at=clock.now())
        session.add(enrollment)
        conversation_of(session, contact)
        session.flush()
        enqueue(
            session, business, contact, kind="touch", body="Hi", channel="sms", enrollment_id=enrollment.id
        )


def call(path: str = CALLS, **changed: str) -> TestResponse:
    form = FORM | changed
    signature = RequestValidator("secret").compute_signature(ROOT + path, form)
    return create_app().test_client().post(path, data=form, headers={"X-Twilio-Signature": signature})


def test_a_call_of_a_contact_is_put_through_noted_and_ends_their_sequence(service: Service) -> None:
    answer = call()
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert f'<Dial action="{ROOT}{CALL_OVER}" method="POST" timeout="20">{DESK}</Dial>' in answer.text
    service.run_due()
    assert service.arrived() == []
    with reading() as session:
        assert session.query(Contact).one().called_at == clock.now()
        enrollment = session.query(Enrollment).one()
        assert (enrollment.state, enrollment.stopped_reason, enrollment.outcome) == (
            "stopped",
            "called",
            "called",
        )
        assert session.query(Message).one().cancelled_reason == "called"
        act = session.query(AuditEvent).one()
    assert (act.action, act.staff_user_id) == ("called the number that texts", None)


def test_a_call_that_is_delivered_twice_is_noted_once(service: Service) -> None:
    call()
    call()
    service.clock.forward(timedelta(hours=1))
    call()
    with reading() as session:
        assert session.query(AuditEvent).count() == 2


def test_of_a_caller_who_is_unknown_or_hidden_nothing_is_kept_and_the_call_is_put_through(
    service: Service,
) -> None:
    for number in ("+12125550188", "+266696687", "anonymous", "Restricted", "", "sip:kim@example.com"):
        assert DESK in call(From=number).text
    with reading() as session:
        assert session.query(AuditEvent).count() == 0
        assert session.query(Contact).one().called_at is None
        assert session.query(Enrollment).one().state == "active"


def test_where_nobody_answers_the_caller_is_asked_to_text_and_after_a_talk_nothing_is_said(
    service: Service,
) -> None:
    for became in ("no-answer", "busy", "failed", "canceled"):
        assert "<Say>Sorry, nobody can take your call now." in call(CALL_OVER, DialCallStatus=became).text
    assert "<Hangup />" in call(CALL_OVER, DialCallStatus="completed").text


def test_a_number_is_never_forwarded_to_itself(service: Service) -> None:
    with writing() as session:
        session.query(Business).one().phone = BUSINESS_PHONE
    answer = call()
    assert "<Dial" not in answer.text
    assert "Thank you for calling Example Dental." in answer.text


def test_a_call_that_cannot_be_noted_is_answered_with_words_all_the_same(service: Service) -> None:
    assert "<Say>" in call(To="+12125550177").text, "a number that is no business's"
    app = create_app().test_client()
    db.dispose()
    signature = RequestValidator("secret").compute_signature(ROOT + CALLS, FORM)
    try:
        db.connect("sqlite:////nowhere/at/all.sqlite3")
        answer = app.post(CALLS, data=FORM, headers={"X-Twilio-Signature": signature})
    finally:
        db.dispose()
        db.connect()
    assert (answer.status_code, "<Say>" in answer.text) == (200, True)


def test_only_what_the_provider_has_signed_rings_anybody(service: Service) -> None:
    assert create_app().test_client().post(CALLS, data=FORM).status_code == 403
    assert call(CallSid="no sid").status_code == 400
