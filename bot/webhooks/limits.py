"""What a webhook takes at all, asked before its body is parsed; and how many forgeries one address may send.

A request that the provider has signed is never limited in number: only failures count.
"""

from __future__ import annotations

from flask import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from bot import callers

LARGEST = 128 * 1024
"""Bytes of a form: the longest text there is takes a quarter of it, every character escaped."""

MOST_FIELDS = 300
"""The provider sends some forty with ten pictures."""

FORGERIES = RateLimitItemPerMinute(60)
"""So many a minute are told that they are refused, and leave a line in the log; the rest is turned away."""

FORM = "application/x-www-form-urlencoded"


class Strangers:
    """Counts what failed, by address, in this process: no other part need be there for it."""

    def __init__(self) -> None:
        self._counted = FixedWindowRateLimiter(MemoryStorage())

    def flood(self) -> bool:
        """Count the present request as a failure; whether its address has sent too many."""
        return not self._counted.hit(FORGERIES, callers.address())


def refusal(request: Request) -> tuple[str, int] | None:
    """Why this cannot be one of the provider's forms, with its status; None where it may be one."""
    if request.mimetype != FORM:
        return f"send {FORM}", 415
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return "send it uncompressed", 415
    if request.content_length is None:
        return "say how long it is: Content-Length", 411
    if request.content_length > LARGEST:
        return f"at most {LARGEST} bytes", 413
    if request.get_data().count(b"&") >= MOST_FIELDS:
        return f"at most {MOST_FIELDS} fields", 400
    return None
