"""Values that one database takes and another does not: what comes of them is the same on both."""

from __future__ import annotations

import pytest

from data.db import reading, writing
from data.models import DeliveryEvent, Message, Person
from data.queries import inbox
from data.queries.inbox import Asked
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service

pytestmark = pytest.mark.database

WEBHOOKS = "http://127.0.0.1:8000/webhooks/twilio"


def post(service: Service, path: str, **fields: str) -> int:
    """The status that a form gets which the provider has signed."""
    told = service.network.ground.courier.deliver(f"{WEBHOOKS}/{path}", list(fields.items()), repr(fields))
    return told.answer.status


def message(service: Service, **fields: str) -> int:
    given = {"MessageSid": "SM1", "From": SARAH, "To": BUSINESS_PHONE, "Body": "hello"}
    return post(service, "messages", **(given | fields))


def bodies() -> list[str]:
    with reading() as session:
        return [row.body for row in session.query(Message).order_by(Message.id)]


def test_a_body_is_kept_without_what_no_database_takes(service: Service) -> None:
    assert message(service, Body="a\x00b 😀 \ufffe ز") == 200
    assert bodies() == ["ab 😀 \ufffe ز"]


@pytest.mark.parametrize("field", ["MessageSid", "From", "To", "MessagingServiceSid", "OptOutType"])
def test_a_field_that_no_provider_sends_is_no_error_of_the_server(service: Service, field: str) -> None:
    assert message(service, **{field: "x\x00y" * 50}) in (200, 400)


@pytest.mark.parametrize("field", ["MessageSid", "MessageStatus", "ErrorCode"])
def test_a_receipt_that_no_provider_sends_is_no_error_of_the_server(service: Service, field: str) -> None:
    given = {"MessageSid": "SM1", "MessageStatus": "delivered", "ErrorCode": "30003"}
    assert post(service, "status", **(given | {field: "x\x00y" * 50})) in (204, 400)


@pytest.mark.parametrize("number", ["999999999999999", "9" * 15, "9" * 40, "-1", "x"])
def test_a_receipt_for_a_row_that_cannot_be_moves_nothing(service: Service, number: str) -> None:
    told = post(service, f"status?message={number}", MessageSid="SM1", MessageStatus="delivered")
    assert told == 204
    with reading() as session:
        assert session.query(DeliveryEvent).one().message_id is None


@pytest.mark.parametrize(
    ("name", "asked", "found"),
    [
        ("Sarah", "sARAH", True),
        ("Émile", "émile", True),
        ("Müller", "MÜLLER", True),
        ("Sarah", "S_r%", False),
        ("O'Neil", "o'neil", True),
        ("Sarah", "sar\\", False),
    ],
)
def test_a_name_is_found_whatever_its_case(service: Service, name: str, asked: str, found: bool) -> None:
    service.text("hello")
    with writing() as session:
        session.query(Person).one().first_name = name
    with reading() as session:
        ids, _ = inbox.page(session, 1, Asked(words=asked))
    assert bool(ids) == found
