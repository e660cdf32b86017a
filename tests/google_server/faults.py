"""Faults that tests switch on: which call they hit, how often, before or after the work is done."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

ANSWERS: dict[str, tuple[int, str, str]] = {
    # kind: status, reason, domain; source: https://developers.google.com/workspace/calendar/api/guides/errors
    "bad_request": (400, "badRequest", "global"),
    "unauthorized": (401, "authError", "global"),
    "rate_limit": (403, "rateLimitExceeded", "usageLimits"),
    "user_rate_limit": (403, "userRateLimitExceeded", "usageLimits"),
    "quota": (403, "quotaExceeded", "usageLimits"),
    "forbidden": (403, "requiredAccessLevel", "calendar"),
    "not_found": (404, "notFound", "global"),
    "conflict": (409, "duplicate", "global"),
    "gone": (410, "deleted", "global"),
    "too_many": (429, "rateLimitExceeded", "usageLimits"),
    "server_error": (500, "backendError", "global"),
    "unavailable": (503, "backendError", "global"),
}
OTHERS = {
    "dropped": "the connection ends without an answer",
    "hangs": "nothing comes for `seconds`, then the connection ends",
    "slow": "the right answer, `seconds` late",
    "not_json": "a page of HTML with status 200, as a hotel's network gives",
    "stale": "free/busy as it was before the last change",
    "calendar_error": "free/busy answers, but with an error for the calendar (`reason`)",
    "invalid_grant": "the token endpoint no longer accepts us",
}


@dataclass
class Fault:
    """One fault; `after` lets the work be done first, so that only the answer is wrong."""

    kind: str
    on: str
    times: int | None
    after: bool
    seconds: float
    reason: str
    retry_after: str


class Faults:
    """The faults that are on, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on: list[Fault] = []
        self.released = threading.Event()

    def add(
        self,
        kind: str,
        on: str = "*",
        *,
        times: int | None = 1,
        after: bool = False,
        seconds: float = 30.0,
        reason: str = "internalError",
        retry_after: str = "",
    ) -> None:
        """Let the next `times` calls of method `on` (such as `events.insert`, `token`; * = any) fail."""
        if kind not in ANSWERS and kind not in OTHERS:
            raise ValueError(f"no fault {kind!r}; there are {sorted([*ANSWERS, *OTHERS])}")
        with self._lock:
            self._on.append(Fault(kind, on, times, after, seconds, reason, retry_after))

    def clear(self) -> None:
        with self._lock:
            self._on.clear()

    def take(self, method: str) -> Fault | None:
        """The fault for this call, used up once."""
        with self._lock:
            for fault in self._on:
                if fault.on == method or (fault.on == "*" and method != "token"):
                    if fault.times is not None:
                        fault.times -= 1
                        if not fault.times:
                            self._on.remove(fault)
                    return fault
        return None

    def wait(self, seconds: float) -> None:
        """Let a hanging or slow call wait, but no longer than the server lives."""
        self.released.wait(seconds)


def error_body(status: int, reason: str, domain: str, message: str = "") -> dict[str, Any]:
    """An error as Google words it."""
    message = message or reason
    return {
        "error": {
            "code": status,
            "message": message,
            "errors": [{"domain": domain, "reason": reason, "message": message}],
        }
    }
