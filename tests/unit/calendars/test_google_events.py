"""Google's events and ours."""

from datetime import UTC, datetime
from typing import Any

import pytest

from actions.calendars import CalendarEvent, CalendarUnavailable
from actions.calendars.google_events import body, change, event, local, moment, rfc3339, takes_time

NEW_YORK = "America/New_York"


def test_a_moment_is_told_to_google_in_utc_and_whole_seconds() -> None:
    assert rfc3339(datetime(2026, 3, 5, 15, 0, 0, 250, tzinfo=UTC)) == "2026-03-05T15:00:00Z"


def test_an_events_times_carry_the_offset_of_their_day() -> None:
    before = local(datetime(2026, 3, 7, 15, tzinfo=UTC), NEW_YORK)
    after = local(datetime(2026, 3, 9, 15, tzinfo=UTC), NEW_YORK)
    assert before == {"dateTime": "2026-03-07T10:00:00-05:00", "timeZone": NEW_YORK}
    assert after == {"dateTime": "2026-03-09T11:00:00-04:00", "timeZone": NEW_YORK}


def test_a_whole_day_begins_at_midnight_of_the_calendars_zone() -> None:
    assert moment({"date": "2026-03-09"}, NEW_YORK) == datetime(2026, 3, 9, 4, tzinfo=UTC)
    assert moment({"date": "2026-03-09"}, "Asia/Kolkata") == datetime(2026, 3, 8, 18, 30, tzinfo=UTC)


def test_a_time_without_offset_is_read_in_the_zone_named_beside_it() -> None:
    when = {"dateTime": "2026-03-09T09:00:00", "timeZone": "Europe/Berlin"}
    assert moment(when, NEW_YORK) == datetime(2026, 3, 9, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "when",
    [
        {"dateTime": "tomorrow"},
        {"date": "2026-13-01"},
        {"dateTime": "2026-03-09T09:00:00", "timeZone": "Mars"},
    ],
)
def test_a_time_that_cannot_be_read_is_never_taken_for_free(when: dict[str, str]) -> None:
    with pytest.raises(CalendarUnavailable):
        moment(when, NEW_YORK)


@pytest.mark.parametrize(
    ("item", "busy"),
    [
        ({}, True),
        ({"status": "confirmed"}, True),
        ({"status": "tentative"}, True),
        ({"status": "cancelled"}, False),
        ({"transparency": "transparent"}, False),
        ({"transparency": "opaque"}, True),
        ({"attendees": [{"self": True, "responseStatus": "declined"}]}, False),
        ({"attendees": [{"self": True, "responseStatus": "needsAction"}]}, True),
        ({"attendees": [{"self": False, "responseStatus": "declined"}]}, True),
        ({"eventType": "outOfOffice"}, True),
    ],
)
def test_only_cancelled_free_and_declined_events_take_no_time(item: dict[str, Any], busy: bool) -> None:
    assert takes_time(item) is busy


def test_an_event_survives_the_way_to_google_and_back() -> None:
    ours = CalendarEvent(
        id="abcde",
        start=datetime(2026, 3, 9, 14, tzinfo=UTC),
        end=datetime(2026, 3, 9, 14, 45, tzinfo=UTC),
        zone=NEW_YORK,
        title="Visit",
        description="Sample Contact",
        location="12 Sample Street",
    )
    assert event(body(ours), "UTC") == ours


def test_a_deleted_event_may_come_with_nothing_but_its_id() -> None:
    found = change({"id": "abcde", "status": "cancelled"}, NEW_YORK)
    assert (found.id, found.cancelled, found.busy, found.start) == ("abcde", True, False, None)
