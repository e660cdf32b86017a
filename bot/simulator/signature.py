"""The provider's signature over a webhook, written from its published description, not from its library.

The text to be signed is the exact address followed by every distinct pair of name and value, in order of
names and then of values, without separators; the keyed hash of it is sent in base64. Source: the
provider's page "Validating Signatures from Twilio"; the SHA-256 variant is announced by a second header.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Literal

Algorithm = Literal["sha1", "sha256"]

SIGNATURE_HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"


def sign(url: str, pairs: Iterable[tuple[str, str]], secret: str, algorithm: Algorithm = "sha1") -> str:
    """The signature of a form posted to `url`, base64."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    digest = hmac.new(secret.encode(), text.encode(), getattr(hashlib, algorithm)).digest()
    return base64.b64encode(digest).decode()


def headers(
    url: str, pairs: Iterable[tuple[str, str]], secret: str, algorithm: Algorithm = "sha1", key: str = ""
) -> dict[str, str]:
    """The signature headers of a webhook; `key` names the shared key that SHA-256 signs with."""
    signed = {SIGNATURE_HEADER: sign(url, pairs, secret, algorithm)}
    if algorithm == "sha256":
        signed[SETTINGS_HEADER] = f"key={key or 'webhooks_sharedkey_simulated'},algorithm=HMAC_SHA256"
    return signed
