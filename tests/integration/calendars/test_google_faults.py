"""Each of Google's faults at each call: what passes is ridden out, what does not is named for what it is."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from google_server.fixtures import ConnectedGoogle

from actions.calendars import (
    CalendarDisconnected,
    CalendarError,
    CalendarEvent,
    CalendarUnavailable,
    Span,
    event_id,
)
from actions.calendars.google import GoogleCalendar
from actions.calendars.google_client import Patience
from actions.calendars.google_errors import GoogleRefused

START = datetime(2026, 3, 9, 14, tzinfo=UTC)
END = START + timedelta(minutes=45)
LATER = START + timedelta(hours=4)
LATER_END = LATER + timedelta(minutes=45)
EVENT = CalendarEvent(event_id("appointment", "1"), START, END, "America/New_York", "Visit")

HASTY = Patience(attempt=0.5, total=5.0, first_wait=0.01, longest_wait=0.02)
BRIEF = Patience(attempt=0.5, total=0.15, first_wait=0.005, longest_wait=0.01)
CALM = Patience(attempt=5.0, total=10.0, first_wait=0.01)

PASSING = (
    ("rate_limit", {}),
    ("user_rate_limit", {}),
    ("too_many", {}),
    ("server_error", {}),
    ("unavailable", {}),
    ("unauthorized", {}),
    ("not_json", {}),
    ("dropped", {}),
    ("hangs", {"seconds": 0.8}),
    ("slow", {"seconds": 0.1}),
)
CALLS: dict[str, tuple[Callable[[GoogleCalendar], object], list[tuple[datetime, datetime]]]] = {
    # method: what leads to it, and what stands on the calendar afterwards
    "events.insert": (lambda c: c.put(EVENT), [(START, END)]),
    "events.get": (lambda c: (c.put(EVENT), c.get(EVENT.id)), [(START, END)]),
    "events.patch": (lambda c: (c.put(EVENT), c.move(EVENT.id, LATER, LATER_END)), [(LATER, LATER_END)]),
    "events.update": (lambda c: (c.put(EVENT), c.remove(EVENT.id), c.put(EVENT)), [(START, END)]),
    "events.delete": (lambda c: (c.put(EVENT), c.remove(EVENT.id)), []),
    "events.list": (lambda c: (c.put(EVENT), c.clashes(START, END)), [(START, END)]),
    "freebusy.query": (lambda c: (c.put(EVENT), c.busy(START, END)), [(START, END)]),
}


def standing(google_server: ConnectedGoogle) -> list[tuple[datetime, datetime]]:
    moment = google_server.calendar.moment
    return [(moment(item["start"]), moment(item["end"])) for item in google_server.events]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("kind", "how"), PASSING, ids=[kind for kind, _ in PASSING])
def test_a_fault_that_passes_leaves_the_calendar_as_if_nothing_had_been(
    google_server: ConnectedGoogle, kind: str, how: dict[str, float], after: bool
) -> None:
    for method, (do, expected) in CALLS.items():
        google_server.empty()
        google_server.fail(kind, method, after=after, **how)
        do(google_server.connect(HASTY))
        assert standing(google_server) == expected, method
        assert google_server.called(method) >= 1


@pytest.mark.parametrize(
    "kind", ["rate_limit", "too_many", "server_error", "unavailable", "dropped", "not_json"]
)
def test_a_fault_that_stays_is_reported_as_passing_once_the_time_is_up(
    google_server: ConnectedGoogle, kind: str
) -> None:
    google_server.connect(BRIEF).busy(START, END)  # the way in is known, so that only the fault takes time
    for method, (do, _) in CALLS.items():
        google_server.empty()
        google_server.fail(kind, method, times=None)
        began = time.monotonic()
        with pytest.raises(CalendarUnavailable) as caught:
            do(google_server.connect(BRIEF))
        assert time.monotonic() - began < 5
        assert not caught.value.permanent
        assert google_server.called(method) > 1, method


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("bad_request", GoogleRefused),
        ("unauthorized", CalendarDisconnected),
        ("forbidden", CalendarDisconnected),
        ("quota", CalendarUnavailable),
    ],
)
def test_a_refusal_that_time_does_not_heal_is_not_asked_for_again(
    google_server: ConnectedGoogle, kind: str, error: type[CalendarError]
) -> None:
    for method, (do, _) in CALLS.items():
        google_server.empty()
        google_server.fail(kind, method, times=None)
        with pytest.raises(error):
            do(google_server.connect(CALM))
        after_one_refresh = 2 if kind == "unauthorized" else 1
        assert google_server.called(method) == after_one_refresh, method


def test_an_insert_whose_answer_is_lost_shows_as_a_repeat_and_is_a_success(
    google_server: ConnectedGoogle,
) -> None:
    google_server.fail("hangs", "events.insert", after=True, seconds=1)
    assert google_server.connect(HASTY).put(EVENT) == EVENT
    assert google_server.called("events.insert") >= 2
    assert standing(google_server) == [(START, END)]


def test_a_caller_who_gave_up_on_an_insert_may_simply_put_again(google_server: ConnectedGoogle) -> None:
    calendar = google_server.connect(Patience(attempt=0.5, total=0.5))
    calendar.busy(START, END)
    google_server.fail("hangs", "events.insert", after=True, seconds=1)
    with pytest.raises(CalendarUnavailable):
        calendar.put(EVENT)
    assert calendar.put(EVENT) == EVENT
    assert standing(google_server) == [(START, END)]


def test_a_conflict_that_shows_no_event_is_tried_again_but_not_for_ever(
    google_server: ConnectedGoogle,
) -> None:
    calendar = google_server.connect(CALM)
    google_server.fail("conflict", "events.insert")
    assert calendar.put(EVENT) == EVENT
    google_server.empty()
    google_server.fail("conflict", "events.insert", times=None)
    with pytest.raises(CalendarUnavailable):
        calendar.put(EVENT)
    assert google_server.called("events.insert") == 3


def test_a_pause_that_google_asks_for_is_kept_where_there_is_time_for_it(
    google_server: ConnectedGoogle,
) -> None:
    calendar = google_server.connect(CALM)
    calendar.busy(START, END)
    google_server.fail("too_many", "events.insert", retry_after="0.4")
    began = time.monotonic()
    calendar.put(EVENT)
    assert time.monotonic() - began >= 0.4
    google_server.fail("too_many", "events.list", retry_after="3600")
    began = time.monotonic()
    with pytest.raises(CalendarUnavailable):
        calendar.clashes(START, END)
    assert time.monotonic() - began < 5
    google_server.fail("too_many", "events.list", retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
    assert calendar.clashes(START, END) == (Span(START, END),)


def test_an_event_deleted_under_our_hands_is_reported_as_gone(google_server: ConnectedGoogle) -> None:
    calendar = google_server.connect(HASTY)
    calendar.put(EVENT)
    google_server.fail("gone", "events.delete")
    calendar.remove(EVENT.id)
    google_server.fail("gone", "events.get")
    assert calendar.get(EVENT.id) is None


def test_an_unreadable_calendar_is_never_free(google_server: ConnectedGoogle) -> None:
    calendar = google_server.connect(HASTY)
    google_server.fail("calendar_error", "freebusy.query", reason="internalError")
    with pytest.raises(CalendarUnavailable):
        calendar.busy(START, END)
    google_server.fail("calendar_error", "freebusy.query", reason="notFound")
    with pytest.raises(CalendarDisconnected):
        calendar.busy(START, END)


def test_the_fresh_look_sees_what_a_stale_free_busy_does_not(google_server: ConnectedGoogle) -> None:
    calendar = google_server.connect(HASTY)
    google_server.calendar.add("2026-03-09T10:00:00", "2026-03-09T11:00:00")
    google_server.fail("stale", "freebusy.query")
    assert calendar.busy(START, END) == ()
    assert calendar.clashes(START, END) == (Span(START, START + timedelta(hours=1)),)


def test_a_sync_token_that_expires_between_two_pages_starts_anew(google_server: ConnectedGoogle) -> None:
    calendar = google_server.connect(HASTY)
    cursor = calendar.changes(None).cursor
    calendar.put(EVENT)
    google_server.fail("gone", "events.list")
    found = calendar.changes(cursor)
    assert found.complete
    assert [change.id for change in found.events] == [EVENT.id]


def test_nobody_listening_is_reported_within_the_time(google_server: ConnectedGoogle) -> None:
    calendar = google_server.connect(BRIEF)
    google_server.server.close()
    with pytest.raises(CalendarUnavailable, match="cannot be reached"):
        calendar.put(EVENT)
