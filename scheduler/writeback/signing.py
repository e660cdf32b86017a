"""The signature of a delivery, as Standard Webhooks has it (https://www.standardwebhooks.com).

HMAC-SHA256 over "id.timestamp.body", in base64, under `webhook-signature` as "v1,…". The id stays the same
over all tries, so that whoever listens can tell a repetition; the timestamp is that of the try.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime

_PREFIX = "whsec_"


def new_secret() -> bytes:
    """24 random bytes, as the standard wants them at least."""
    return secrets.token_bytes(24)


def shown(secret: bytes) -> str:
    """The secret as the other side is given it, once."""
    return _PREFIX + base64.b64encode(secret).decode()


def headers(secret: bytes, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that say what is delivered, when (real time), and that it is ours."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((event_id.encode(), timestamp.encode(), body))
    signature = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
