"""Knocking at the webhooks: forms that cannot be the provider's, floods of forgeries, and strange texts."""

from __future__ import annotations

import io
from collections.abc import Iterable
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.webapp import create_app
from bot.webhooks.fields import LONGEST_BODY
from bot.webhooks.limits import FORGERIES, LARGEST, MOST_FIELDS
from data import settings
from data.addresses import INBOUND, STATUS
from data.db import reading
from data.models import DeliveryEvent, Message
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service, service

__all__ = ["service"]

pytestmark = pytest.mark.database

ROOT = "http://127.0.0.1:8000"
FORM = {"MessageSid": "SM1", "From": SARAH, "To": BUSINESS_PHONE, "Body": "hello there"}
FORGED = {"X-Twilio-Signature": "A" * 27 + "="}
AS_FORM = "application/x-www-form-urlencoded"

Pairs = Iterable[tuple[str, str]]


def signed(pairs: Pairs, path: str = INBOUND) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator("secret").compute_signature(ROOT + path, MultiDict(pairs))}


def send(client: FlaskClient, form: dict[str, str], path: str = INBOUND, **environ: str) -> TestResponse:
    """A form as the provider sends it."""
    headers = signed(form.items(), path)
    return client.post(path, data=form, headers=headers, environ_overrides=environ)


def stored() -> list[str]:
    with reading() as session:
        return [text.body for text in session.query(Message).where(Message.direction == "in")]


def test_a_flood_of_forgeries_is_turned_away_and_a_genuine_text_amid_it_is_stored(service: Service) -> None:
    client = create_app().test_client()

    def forge(times: int) -> list[int]:
        return [client.post(INBOUND, data=FORM, headers=FORGED).status_code for _ in range(times)]

    first = forge(100)
    genuine = send(client, FORM)
    second = forge(100)
    again = send(client, FORM | {"MessageSid": "SM2", "Body": "and again"})

    assert first == [403] * FORGERIES.amount + [429] * (100 - FORGERIES.amount)
    assert second == [429] * 100
    assert (genuine.status_code, again.status_code) == (200, 200)
    assert stored() == ["hello there", "and again"]


def test_the_provider_may_send_as_much_as_it_likes(service: Service) -> None:
    client = create_app().test_client()

    told = {send(client, FORM).status_code for _ in range(3 * FORGERIES.amount)}

    assert told == {200}


def test_a_flood_from_one_address_is_nobody_elses_behind_a_trusted_proxy(service: Service) -> None:
    settings.use(settings.get().model_copy(update={"trusted_proxies": 1}))
    client = create_app().test_client()

    def forge(chain: str) -> int:
        headers = FORGED | {"X-Forwarded-For": chain}
        return client.post(INBOUND, data=FORM, headers=headers).status_code

    flood = [forge(f"198.51.100.{n}, 192.0.2.1") for n in range(FORGERIES.amount + 1)]
    other = forge("192.0.2.1, 192.0.2.2")
    neighbours = [forge(f"2001:db8::{n:x}") for n in range(FORGERIES.amount + 1)]

    assert flood == [403] * FORGERIES.amount + [429]  # what a caller puts in front counts for nothing
    assert other == 403
    assert neighbours[-1] == 429  # one caller has a whole network of addresses there


def test_without_a_trusted_proxy_nobody_can_choose_an_address(service: Service) -> None:
    client = create_app().test_client()

    told = [
        client.post(INBOUND, data=FORM, headers=FORGED | {"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(FORGERIES.amount + 1)
    ]

    assert told[-1] == 429


class Unread(io.BytesIO):
    """A body that must not be read: that would cost something."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")

    readline = readinto = read  # type: ignore[assignment]


REFUSED: list[tuple[dict[str, object], int]] = [
    ({"CONTENT_TYPE": "application/json"}, 415),
    ({"CONTENT_TYPE": "multipart/form-data; boundary=x"}, 415),
    ({"CONTENT_TYPE": "text/plain"}, 415),
    ({"CONTENT_TYPE": ""}, 415),
    ({"HTTP_CONTENT_ENCODING": "gzip"}, 415),
    ({"CONTENT_LENGTH": str(LARGEST + 1)}, 413),
    ({"CONTENT_LENGTH": str(10**15)}, 413),
    ({"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}, 411),
]


def test_what_cannot_be_the_providers_form_is_refused_unread(service: Service) -> None:
    client = create_app().test_client()

    for told, status in REFUSED:
        environ = {"CONTENT_TYPE": AS_FORM, "CONTENT_LENGTH": "20", "wsgi.input": Unread()} | told
        for path in (INBOUND, STATUS):
            answer = client.post(path, headers=FORGED, environ_overrides=environ)
            unsigned = client.post(path, environ_overrides=environ)

            assert (answer.status_code, answer.mimetype) == (status, "text/plain"), told
            assert unsigned.status_code == 403, told


def test_a_form_of_too_many_fields_is_refused_before_it_is_taken_apart(service: Service) -> None:
    client = create_app().test_client()
    crowd = [(f"f{n}", "") for n in range(MOST_FIELDS + 1)]

    answer = client.post(INBOUND, data=urlencode(crowd), content_type=AS_FORM, headers=signed(crowd))

    assert answer.status_code == 400


def test_bytes_that_are_no_form_are_a_forgery(service: Service) -> None:
    client = create_app().test_client()

    for body in (b"\xff\xfe=%", b"Body=%ff%00%zz&=", b"&" * 200, b"%", b"=" * 1_000, b""):
        answer = client.post(INBOUND, data=body, content_type=AS_FORM, headers=FORGED)
        assert answer.status_code == 403, body


STRANGE: list[tuple[dict[str, str], str]] = [
    ({"Body": "z" * 20_000}, "z" * LONGEST_BODY),
    ({"Body": "👍🏽 " * 400}, "👍🏽 " * 400),
    ({"Body": "مرحبا \u202eabc"}, "مرحبا \u202eabc"),
    ({"Body": "\x00a\x00"}, "a"),
    ({"Body": ""}, ""),
    ({"Body": "extras", "AddOns": "{" * 5_000, "Ünknown": "é", "": "nameless"}, "extras"),
    ({"Body": "ten", "NumMedia": "²"} | {f"MediaUrl{n}": f"https://m/{n}" for n in range(10)}, "ten"),
    ({"Body": "odd", "OptOutType": "x\x00" * 500, "MessagingServiceSid": "x\x00" * 500}, "odd"),
    ({"Body": "odder", "MediaUrl0": "\x00" * 5_000, "ProfileName": "\x00"}, "odder"),
]


def test_a_genuine_text_is_never_lost_for_being_strange(service: Service) -> None:
    client = create_app().test_client()

    told = [
        send(client, FORM | strange | {"MessageSid": f"SM{n}"}).status_code
        for n, (strange, _) in enumerate(STRANGE)
    ]

    assert told == [200] * len(STRANGE)
    assert stored() == [kept for _, kept in STRANGE]


def test_a_signed_form_that_names_no_text_is_told_so(service: Service) -> None:
    client = create_app().test_client()

    for name, value in (
        ("MessageSid", ""), ("MessageSid", "S" * 5_000), ("From", ""), ("From", "x" * 5_000), ("To", "a\nb")
    ):  # fmt: skip
        answer = send(client, FORM | {name: value})
        assert answer.status_code == 400, name
        assert name in answer.text
    assert stored() == []


def test_a_receipt_for_a_row_that_cannot_be_is_taken_and_moves_nothing(service: Service) -> None:
    client = create_app().test_client()
    form = {"MessageSid": "SM9", "MessageStatus": "delivered", "ErrorCode": "\x00" * 90}

    answers = [
        send(client, form | {"MessageSid": f"SM{n}"}, f"{STATUS}?message={ours}").status_code
        for n, ours in enumerate(("99999999999999999999", "2147483648", "-1", "x", "%00", "%F0%9F%91%8D"))
    ]

    assert answers == [204] * 6
    with reading() as session:
        assert session.query(DeliveryEvent).where(DeliveryEvent.message_id.is_not(None)).count() == 0


def test_a_slash_at_the_end_of_the_address_loses_no_text(service: Service) -> None:
    assert send(create_app().test_client(), FORM, f"{INBOUND}/").status_code == 200
    assert stored() == ["hello there"]


def test_below_a_path_the_webhook_is_found_with_it_and_without_it(service: Service) -> None:
    settings.use(settings.get().model_copy(update={"public_base_url": f"{ROOT}/texts"}))
    client = create_app().test_client()
    headers = signed(FORM.items(), f"/texts{INBOUND}")

    answers = [client.post(path, data=FORM, headers=headers) for path in (INBOUND, f"/texts{INBOUND}")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert stored() == ["hello there"]
