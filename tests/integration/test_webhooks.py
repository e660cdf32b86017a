"""The provider's doors: only what the provider has signed comes in, and a 200 means that it is stored."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from bot.webapp import create_app
from data import db, settings
from data.addresses import INBOUND, STATUS
from data.db import reading, writing
from data.models import Business, Contact, Message
from data.queries.messages import claim, enqueue
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service, service

__all__ = ["service"]

pytestmark = pytest.mark.database

ROOT = "http://127.0.0.1:8000"
FORM = {"MessageSid": "SM1", "From": SARAH, "To": BUSINESS_PHONE, "Body": "hello there", "NumMedia": "0"}


def post(
    path: str, form: dict[str, str], *, token: str = "secret", signed: dict[str, str] | None = None
) -> TestResponse:
    """Post a form, signed over `signed` (by default over the form itself)."""
    signature = RequestValidator(token).compute_signature(ROOT + path, signed or form)
    return create_app().test_client().post(path, data=form, headers={"X-Twilio-Signature": signature})


def stored() -> list[str]:
    with reading() as session:
        return [text.body for text in session.query(Message).where(Message.direction == "in")]


def test_a_signed_text_is_answered_with_empty_twiml_and_stored(service: Service) -> None:
    answer = post(INBOUND, FORM)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert b"<Response/>" in answer.data
    assert stored() == ["hello there"]


def test_an_unsigned_text_is_refused(service: Service) -> None:
    assert create_app().test_client().post(INBOUND, data=FORM).status_code == 403
    assert stored() == []


def test_a_text_signed_with_another_token_is_refused(service: Service) -> None:
    assert post(INBOUND, FORM, token="guessed").status_code == 403
    assert stored() == []


def test_a_text_that_was_changed_on_its_way_is_refused(service: Service) -> None:
    assert post(INBOUND, FORM | {"Body": "STOP"}, signed=FORM).status_code == 403
    assert stored() == []


def test_without_any_token_nothing_comes_in(service: Service) -> None:
    before = settings.get()
    settings.use(before.model_copy(update={"twilio_auth_token": SecretStr("")}))
    try:
        assert post(INBOUND, FORM, token="").status_code == 403
    finally:
        settings.use(before)


def test_while_a_token_is_rotated_both_are_taken(service: Service) -> None:
    before = settings.get()
    settings.use(before.model_copy(update={"twilio_auth_token": SecretStr("fresh, secret")}))
    try:
        assert post(INBOUND, FORM, token="secret").status_code == 200
        assert post(INBOUND, FORM | {"MessageSid": "SM2"}, token="fresh").status_code == 200
    finally:
        settings.use(before)


def test_headers_of_a_proxy_do_not_change_what_was_signed(service: Service) -> None:
    signature = RequestValidator("secret").compute_signature("https://evil.example" + INBOUND, FORM)
    forged = {
        "X-Twilio-Signature": signature,
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Host": "evil.example",
    }
    assert create_app().test_client().post(INBOUND, data=FORM, headers=forged).status_code == 403


def test_a_replay_is_answered_and_changes_nothing(service: Service) -> None:
    assert [post(INBOUND, FORM).status_code for _ in range(3)] == [200, 200, 200]
    assert stored() == ["hello there"]


def test_a_status_names_our_row_and_its_replay_changes_nothing(service: Service) -> None:
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        message = enqueue(session, business, contact, kind="reply", body="hi", channel="sms")
        assert message is not None
        claim(session, message.id)
    path = f"{STATUS}?message={message.id}"
    for status in ("delivered", "sent", "delivered"):
        answer = post(path, {"MessageSid": "SM9", "MessageStatus": status})
        assert answer.status_code == 204
    with reading() as session:
        assert session.get_one(Message, message.id).state == "delivered"


def test_with_the_database_away_the_provider_is_asked_to_come_again(service: Service) -> None:
    app = create_app()
    signature = RequestValidator("secret").compute_signature(ROOT + INBOUND, FORM)
    db.connect("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    answer = app.test_client().post(INBOUND, data=FORM, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 503
    db.connect()
    assert stored() == []
