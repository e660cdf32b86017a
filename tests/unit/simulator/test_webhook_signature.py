"""Our own signature against the provider's library, over any form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from bot.simulator import signature

_text = st.text(max_size=20).filter(lambda text: text.isprintable() or " " in text)
_pairs = st.lists(st.tuples(st.sampled_from(["Body", "From", "To", "NumMedia", "A", "a"]), _text), max_size=8)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@given(pairs=_pairs, query=st.sampled_from(["", "?m=7", "?a=1&b=%20x"]))
def test_the_providers_library_takes_what_we_sign(
    algorithm: signature.Algorithm, pairs: list[tuple[str, str]], query: str
) -> None:
    url = f"https://example.com/webhooks/twilio/messages{query}"
    signed = signature.sign(url, pairs, "secret", algorithm)
    validator = RequestValidator("secret")
    assert validator.validate(url, MultiDict(pairs), signed, f"HMAC_{algorithm.upper()}")
    assert not validator.validate(url + "x", MultiDict(pairs), signed, f"HMAC_{algorithm.upper()}")


def test_sha1_needs_no_second_header_and_sha256_announces_itself() -> None:
    assert list(signature.headers("https://example.com", [], "s")) == ["X-Twilio-Signature"]
    announced = signature.headers("https://example.com", [], "s", "sha256", key="k1")
    assert announced["X-Twilio-Webhooks-Signature-Settings"] == "key=k1,algorithm=HMAC_SHA256"
