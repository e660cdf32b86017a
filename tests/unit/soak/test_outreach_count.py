"""The count of the campaign soak finds what it is there to find."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from soak.outreach_count import count
from soak.outreach_owner import TOUCHES
from soak.outreach_people import Contact
from soak.phones import Message

from data.whereabouts import Whereabouts

PHONE = "+12125550123"
NEW_YORK = Whereabouts(("America/New_York",), "timezone", "NY", "US")
TUESDAY = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
"""11:00 in New York."""
ADA = Contact(PHONE, "Ada", "NY", "America/New_York", date(2025, 9, 1), "STOP", 1, NEW_YORK)
FIRST, SECOND = (touch.text for touch in TOUCHES[:2])
FAREWELL = "You won't get any more texts from Example Dental."


def text(body: str, hours: float, *, sender: str = "business", status: str = "delivered") -> Message:
    at = (TUESDAY + timedelta(hours=hours)).isoformat()
    return {"number": PHONE, "from": sender, "body": body, "status": status, "at": at, "created_at": at}


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ([text(FIRST, 0), text(SECOND, 120)], set()),
        ([text(FIRST, 0), text(FIRST, 24)], {"a touch twice"}),
        ([text(FIRST, 0, status="undelivered"), text(FIRST, 24)], set()),
        ([text(FIRST, 0), text("ok", 1, sender="phone"), text(SECOND, 120)], {"a touch after a reply"}),
        ([text(FIRST, 0), text("STOP", 1, sender="phone"), text(FAREWELL, 1.01)], set()),
        ([text(FIRST, 0), text("STOP", 1, sender="phone")], {"an opt-out without a confirmation"}),
        (
            [text(FIRST, 0), text("STOP", 1, sender="phone"), text(FAREWELL, 1.01), text("Hello?", 2)],
            {"a text after STOP"},
        ),
        ([text(FIRST, 12)], {"a text at a wrong hour"}),
    ],
)
def test_each_wrong_text_is_found_and_no_right_one(messages: list[Message], found: set[str]) -> None:
    assert set(count(messages, [ADA], {})[1]) == found


def test_a_touch_after_a_visit_is_found() -> None:
    came = {PHONE: TUESDAY + timedelta(hours=48)}
    assert set(count([text(FIRST, 0)], [ADA], came)[1]) == set()
    assert set(count([text(FIRST, 0), text(SECOND, 120)], [ADA], came)[1]) == {
        "a touch after a visit or booking"
    }
