"""Which address counts as signed: the public one, to the letter, and nothing that a caller can choose."""

from __future__ import annotations

import hashlib
import hmac
import logging
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask, request
from pydantic import SecretStr

from bot import callers
from bot.webhooks.signature import is_genuine
from data import settings

FORM = [("Body", "hi"), ("From", "+12125550123"), ("MessageSid", "SM1")]
PATH = "/webhooks/twilio/messages"
HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}


@pytest.fixture(autouse=True)
def settings_put_back() -> Iterator[None]:
    before = settings.get()
    yield
    settings.use(before)


def sign(url: str, token: str = "secret", algorithm: str = "HMAC_SHA1") -> dict[str, str]:
    """The provider's headers, by its published description."""
    plain = url + "".join(name + value for name, value in sorted(FORM))
    signature = b64encode(hmac.new(token.encode(), plain.encode(), HASHES[algorithm]).digest()).decode()
    announced = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
    more = {} if algorithm == "HMAC_SHA1" else {"X-Twilio-Webhooks-Signature-Settings": announced}
    return {"X-Twilio-Signature": signature} | more


def arrives(
    headers: dict[str, str],
    asked: str = PATH,
    *,
    base: str = "https://texts.example.com",
    tokens: str = "secret",
) -> bool:
    """Whether a form that arrives for `asked`, behind a proxy that talks plain http to us, is genuine."""
    present = settings.isolated(public_base_url=base, twilio_auth_token=SecretStr(tokens))
    settings.use(present)
    app = Flask("doors")
    callers.install(app, present)

    @app.post(PATH, strict_slashes=False)
    def told() -> str:
        return str(is_genuine(request))

    answer = app.test_client().open(
        asked,
        method="POST",
        base_url="http://127.0.0.1:8000",
        data=urlencode(FORM),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )
    assert answer.status_code == 200
    return answer.text == "True"


@pytest.mark.parametrize("algorithm", HASHES)
@pytest.mark.parametrize(
    ("base", "signed", "asked"),
    [
        ("https://texts.example.com", "https://texts.example.com" + PATH, PATH),
        ("https://texts.example.com/", "https://texts.example.com" + PATH, PATH),
        ("https://texts.example.com", "https://texts.example.com:443" + PATH, PATH),
        ("https://texts.example.com:443", "https://texts.example.com" + PATH, PATH),
        ("https://texts.example.com:8443", "https://texts.example.com:8443" + PATH, PATH),
        ("https://texts.example.com", f"https://texts.example.com{PATH}/", f"{PATH}/"),
        ("https://example.com/texts", f"https://example.com/texts{PATH}", PATH),
        ("https://example.com/texts", f"https://example.com/texts{PATH}", f"/texts{PATH}"),
        ("https://example.com/a/b/", f"https://example.com/a/b{PATH}?x=1", f"/a/b{PATH}?x=1"),
    ],
)
def test_the_public_address_counts_whatever_the_proxy_makes_of_it(
    algorithm: str, base: str, signed: str, asked: str
) -> None:
    assert arrives(sign(signed, algorithm=algorithm), asked, base=base)
    assert not arrives(sign(signed + "x", algorithm=algorithm), asked, base=base)


@pytest.mark.parametrize(
    "query", ["message=7", "a=%20b", "a=+b", "a=%2Bb", "a=%C3%A4&a=2", "a=b%26c", "a=%2F/?", "=&&", "a=[x"]
)
def test_a_query_counts_as_it_was_written_with_its_own_way_of_escaping(query: str) -> None:
    asked = f"{PATH}?{query}"

    assert arrives(sign("https://texts.example.com" + asked), asked)
    assert not arrives(sign("https://texts.example.com" + PATH), asked)


def test_a_path_of_the_proxys_is_part_of_what_is_signed() -> None:
    assert not arrives(sign("https://example.com" + PATH), base="https://example.com/texts")


@pytest.mark.parametrize("tokens", ["", ",", " , ", " "])
@pytest.mark.parametrize("guessed", ["", " ", ",", "None"])
def test_without_a_token_nothing_is_genuine(tokens: str, guessed: str) -> None:
    headers = sign("https://texts.example.com" + PATH, token=guessed)

    assert not arrives(headers, tokens=tokens)


@pytest.mark.parametrize("algorithm", HASHES)
def test_during_a_rotation_both_tokens_count_and_no_third(algorithm: str) -> None:
    def signed(token: str) -> dict[str, str]:
        return sign("https://texts.example.com" + PATH, token, algorithm)

    assert arrives(signed("fresh"), tokens="fresh, old")
    assert arrives(signed("old"), tokens="fresh, old")
    assert not arrives(signed("fresh, old"), tokens="fresh, old")
    assert not arrives(signed("old"), tokens="fresh")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "x"},
        {"X-Twilio-Signature": "=" * 28},
        {"X-Twilio-Signature": "é" * 28},
        {"X-Twilio-Signature": "A" * 27 + "="},
        {"X-Twilio-Signature": "A" * 100_000},
        {"X-Twilio-Signature": "A" * 43 + "=", "X-Twilio-Webhooks-Signature-Settings": "algorithm=NONE"},
        {"X-Twilio-Signature": "A" * 27 + "=", "X-Twilio-Webhooks-Signature-Settings": "algorithm=HMAC_MD5"},
    ],
)
def test_what_is_no_signature_is_refused_without_a_word_in_the_log(
    headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert not arrives(headers)
    assert caplog.text == ""


def test_a_signature_by_one_algorithm_does_not_pass_for_the_other() -> None:
    by_sha1 = sign("https://texts.example.com" + PATH)
    settings_header = {"X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256"}

    assert not arrives(by_sha1 | settings_header)


def test_what_a_caller_says_about_host_and_scheme_changes_nothing() -> None:
    forged = {
        "X-Forwarded-Host": "evil.example.com",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/texts",
        "X-Forwarded-For": "192.0.2.1",
        "Forwarded": "host=evil.example.com",
    }

    assert not arrives(sign("http://evil.example.com" + PATH) | forged)
    assert arrives(sign("https://texts.example.com" + PATH) | forged)


def test_a_query_that_is_no_text_is_refused() -> None:
    settings.use(settings.isolated(twilio_auth_token=SecretStr("secret")))
    app = Flask("doors")
    environ = {"QUERY_STRING": "a=\xff", "REQUEST_METHOD": "POST"}
    with app.test_request_context(PATH, headers=sign("http://x"), environ_overrides=environ):
        assert not is_genuine(request)
