"""What each of Google's refusals means: whether to ask again soon, and what to tell the caller."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from actions.calendars import CalendarDisconnected, CalendarError, CalendarUnavailable


class GoogleRefused(CalendarError):
    """Google read the request and said no; the same request will meet the same answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Verdict(NamedTuple):
    """`soon`: asking again within seconds can help; `error`: what to raise otherwise (None: refused)."""

    soon: bool
    error: type[CalendarError] | None


_SOON = Verdict(True, CalendarUnavailable)
_LATER = Verdict(False, CalendarUnavailable)
_SHUT_OUT = Verdict(False, CalendarDisconnected)
_REFUSED = Verdict(False, None)

# source of both tables: https://developers.google.com/workspace/calendar/api/guides/errors
BY_REASON: dict[str, Verdict] = {
    "rateLimitExceeded": _SOON,
    "userRateLimitExceeded": _SOON,
    "RATE_LIMIT_EXCEEDED": _SOON,
    "RESOURCE_EXHAUSTED": _SOON,
    "backendError": _SOON,
    "calendarLimitExceeded": _LATER,
    "dailyLimitExceeded": _LATER,
    "quotaExceeded": _LATER,
    "accessNotConfigured": _SHUT_OUT,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _SHUT_OUT,
    "insufficientPermissions": _SHUT_OUT,
    "requiredAccessLevel": _SHUT_OUT,
    "forbiddenForNonOrganizer": _REFUSED,
    "eventTypeRestriction": _REFUSED,
}
BY_STATUS: dict[int, Verdict] = {
    400: _REFUSED,
    401: _SHUT_OUT,  # after one refresh of the token
    403: _SHUT_OUT,
    404: _REFUSED,
    408: _SOON,
    409: _REFUSED,
    410: _REFUSED,
    412: _REFUSED,
    429: _SOON,
}


def judge(status: int, reasons: Iterable[str]) -> Verdict:
    """What to make of an answer that is no success."""
    if status in (403, 429):
        for reason in reasons:
            if reason in BY_REASON:
                return BY_REASON[reason]
    if status in BY_STATUS:
        return BY_STATUS[status]
    return _SOON if status >= 500 else _REFUSED if status >= 400 else _LATER


def reasons(content: bytes) -> tuple[str, ...]:
    """The reasons that an error's body names, in either of the forms that Google uses."""
    try:
        error = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        return ()
    if not isinstance(error, dict):
        return ()
    named = [entry.get("reason") for key in ("errors", "details") for entry in _dicts(error.get(key))]
    return tuple(reason for reason in (*named, error.get("status")) if isinstance(reason, str))


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
