"""Google's refusals."""

import json
from typing import Any

import pytest

from actions.calendars import CalendarDisconnected, CalendarUnavailable
from actions.calendars.google_errors import judge, reasons


@pytest.mark.parametrize(
    ("status", "reason", "soon", "error"),
    [
        (400, "badRequest", False, None),
        (401, "authError", False, CalendarDisconnected),
        (403, "rateLimitExceeded", True, CalendarUnavailable),
        (403, "userRateLimitExceeded", True, CalendarUnavailable),
        (403, "quotaExceeded", False, CalendarUnavailable),
        (403, "requiredAccessLevel", False, CalendarDisconnected),
        (403, "somethingNew", False, CalendarDisconnected),
        (404, "notFound", False, None),
        (409, "duplicate", False, None),
        (410, "deleted", False, None),
        (429, "rateLimitExceeded", True, CalendarUnavailable),
        (429, "somethingNew", True, CalendarUnavailable),
        (500, "backendError", True, CalendarUnavailable),
        (503, "", True, CalendarUnavailable),
        (302, "", False, CalendarUnavailable),
    ],
)
def test_each_refusal_is_known_for_what_it_is(
    status: int, reason: str, soon: bool, error: type[Exception] | None
) -> None:
    assert judge(status, [reason]) == (soon, error)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"error": {"errors": [{"reason": "rateLimitExceeded"}]}}, ("rateLimitExceeded",)),
        (
            {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"reason": "RATE_LIMIT_EXCEEDED"}]}},
            ("RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"),
        ),
        ({"error": "invalid_grant"}, ()),
        ({"error": {"errors": "none"}}, ()),
        ([], ()),
    ],
)
def test_reasons_are_found_in_either_form_of_an_error(body: Any, found: tuple[str, ...]) -> None:
    assert reasons(json.dumps(body).encode()) == found


def test_a_page_that_is_no_error_of_googles_has_no_reasons() -> None:
    assert reasons(b"<html>Bad gateway</html>") == ()
