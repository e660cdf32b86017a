"""Signatures as Standard Webhooks has them, and the addresses that may be told."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.writeback.address import BadAddress, look_at, target_of
from scheduler.writeback.delivering import LONGEST_WAIT, WAITS, next_wait
from scheduler.writeback.posting import Answer, wait_asked
from scheduler.writeback.signing import headers, new_secret, shown

PUBLIC = "8.8.8.8"


def test_a_delivery_is_signed_as_the_standards_own_example() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    made = headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_shown_in_the_form_that_receivers_read() -> None:
    secret = new_secret()
    prefix, encoded = shown(secret)[:6], shown(secret)[6:]
    assert prefix == "whsec_"
    assert base64.b64decode(encoded) == secret


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com/hook",
        "ftp://crm.example.com/hook",
        "crm.example.com/hook",
        "https://",
        "https://crm.example.com:0/",
        "https://crm.example.com:x/",
        "https://me:secret@crm.example.com/",
        "https://crm.example.com/#part",
        "https://crm.example.com/a b",
        "https://10.0.0.7/hook",
        "https://192.168.1.9/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[2002:0a00:0001::]/",
    ],
)
def test_an_address_that_may_not_be_told_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadAddress):
        look_at(url)


@pytest.mark.parametrize(
    "inside", ["10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "192.0.2.9", "64:ff9b::a00:1"]
)
def test_a_name_that_stands_for_an_address_inside_is_not_called(inside: str) -> None:
    with pytest.raises(BadAddress):
        target_of("https://crm.example.com/hook", lambda host, port: [PUBLIC, inside])


def test_exactly_the_address_that_was_looked_at_is_called() -> None:
    target = target_of("https://crm.example.com:8443/hook?x=1", lambda host, port: [PUBLIC])
    assert (target.ips, target.port, target.path) == ((PUBLIC,), 8443, "/hook?x=1")
    assert target.host_header == "crm.example.com:8443"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/hook", "http://localhost:1/", "https://[::1]/hook"])
def test_this_machine_is_called_where_it_is_named_by_itself(url: str) -> None:
    target_of(url, lambda host, port: ["127.0.0.1"])
    with pytest.raises(BadAddress):
        target_of(url, lambda host, port: ["10.0.0.1"])


def test_tries_come_ever_more_slowly_for_about_two_days_and_end() -> None:
    waits = [next_wait(n, Answer(500, "")) for n in range(1, len(WAITS) + 1)]
    assert waits == sorted(waits)  # type: ignore[type-var]
    assert timedelta(hours=46) < sum(filter(None, waits), timedelta()) < timedelta(hours=55)
    assert next_wait(len(WAITS) + 1, Answer(500, "")) is None


def test_an_address_may_ask_for_a_longer_wait_within_reason_or_for_none_ever() -> None:
    assert next_wait(1, Answer(503, "", wait=900)) == timedelta(minutes=15)
    assert next_wait(1, Answer(429, "", wait=10**8)) == LONGEST_WAIT
    assert next_wait(1, Answer(410, "")) is None


@pytest.mark.parametrize(
    ("retry_after", "date", "seconds"),
    [
        ("120", "", 120),
        ("", "", None),
        ("soon", "", None),
        ("99999999999999999999", "", 999_999),
        ("Tue, 10 Mar 2026 15:30:00 GMT", "Tue, 10 Mar 2026 15:00:00 GMT", 1_800),
        ("Tue, 10 Mar 2026 15:30:00 -0000", "Tue, 10 Mar 2026 16:00:00 GMT", 0),
        ("Tuesday, 10-Mar-26 15:30:00 GMT", "Tue, 10 Mar 2026 15:00:00 GMT", 1_800),
        ("Tue, 32 Mar 2026 15:30:00 GMT", "", None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(
    retry_after: str, date: str, seconds: int | None
) -> None:
    assert wait_asked(retry_after, date) == seconds


def test_without_a_date_of_the_answer_a_moment_is_counted_from_now() -> None:
    assert wait_asked("Fri, 01 Jan 2100 00:00:00 GMT") == 999_999
    assert wait_asked("Thu, 01 Jan 2026 00:00:00 GMT") == 0
