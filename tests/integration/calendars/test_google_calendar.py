"""A Google calendar: reading, writing, following changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from google_server.fixtures import ConnectedGoogle

from actions.calendars import CalendarDisconnected, CalendarEvent, EventGone, Span, event_id
from actions.calendars.google import GoogleCalendar

DAY = datetime(2026, 3, 9, tzinfo=UTC)  # a Monday; New York is at -04:00
EVENT = CalendarEvent(
    id=event_id("appointment", "1"),
    start=DAY + timedelta(hours=14),
    end=DAY + timedelta(hours=14, minutes=45),
    zone="America/New_York",
    title="Visit: Sample Contact",
    description="Booked by text",
    location="12 Sample Street",
)


@pytest.fixture
def calendar(google_server: ConnectedGoogle) -> GoogleCalendar:
    return google_server.connect()


def at(hour: int, minute: int = 0) -> datetime:
    return DAY + timedelta(hours=hour, minutes=minute)


def day_of(calendar: GoogleCalendar, **how: object) -> tuple[Span, ...]:
    return calendar.clashes(at(12), at(22), **how)  # type: ignore[arg-type]


def test_an_event_put_stands_as_it_was_meant(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    assert calendar.put(EVENT) == EVENT
    assert calendar.get(EVENT.id) == EVENT
    [stands] = google_server.events
    assert stands["summary"] == "Visit: Sample Contact"
    assert stands["start"] == {"dateTime": "2026-03-09T10:00:00-04:00", "timeZone": "America/New_York"}


def test_an_event_put_twice_stands_once(google_server: ConnectedGoogle, calendar: GoogleCalendar) -> None:
    calendar.put(EVENT)
    assert calendar.put(EVENT) == EVENT
    assert len(google_server.events) == 1


def test_a_deleted_event_that_is_put_again_is_revived(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    calendar.put(EVENT)
    google_server.calendar.delete(EVENT.id)
    later = replace(EVENT, start=at(15), end=at(16))
    assert calendar.put(later) == later
    assert [item["id"] for item in google_server.events] == [EVENT.id]


def test_putting_again_leaves_an_event_where_somebody_moved_it(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    calendar.put(EVENT)
    google_server.calendar.shift(EVENT.id, "2026-03-09T12:00:00", "2026-03-09T12:45:00")
    assert calendar.put(EVENT).start == at(16)


def test_a_moved_event_keeps_everything_but_its_times(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    calendar.put(EVENT)
    calendar.move(EVENT.id, at(18), at(18, 45))
    calendar.move(EVENT.id, at(18), at(18, 45))
    assert calendar.get(EVENT.id) == replace(EVENT, start=at(18), end=at(18, 45))
    assert google_server.called("events.patch") == 1


def test_an_event_that_became_a_whole_day_can_still_be_moved(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    calendar.put(EVENT)
    google_server.calendar.shift(EVENT.id, "2026-03-10", "2026-03-11")
    calendar.move(EVENT.id, at(18), at(18, 45))
    assert google_server.events[0]["start"] == {
        "dateTime": "2026-03-09T14:00:00-04:00",
        "timeZone": "America/New_York",
    }


def test_moving_a_deleted_event_says_that_it_is_gone(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    calendar.put(EVENT)
    google_server.calendar.delete(EVENT.id)
    with pytest.raises(EventGone):
        calendar.move(EVENT.id, at(18), at(19))
    with pytest.raises(EventGone):
        calendar.move(event_id("never", "put"), at(18), at(19))
    assert google_server.events == []


def test_removing_an_event_twice_is_fine(google_server: ConnectedGoogle, calendar: GoogleCalendar) -> None:
    calendar.put(EVENT)
    calendar.remove(EVENT.id)
    calendar.remove(EVENT.id)
    calendar.remove(event_id("never", "put"))
    assert google_server.events == []
    assert calendar.get(EVENT.id) is None


def test_an_event_that_is_emptied_keeps_its_time_and_loses_its_words(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    calendar.put(replace(EVENT, description="Sarah, +1 212 555 0123", location="12 Sample Street"))
    for _ in range(2):
        calendar.blank(EVENT.id, "Visit")
    (event,) = google_server.events
    assert (event["summary"], event.get("description", ""), event.get("location", "")) == ("Visit", "", "")
    assert calendar.get(EVENT.id) == replace(EVENT, title="Visit", description="", location="")
    calendar.remove(EVENT.id)
    calendar.blank(EVENT.id, "Visit")
    calendar.blank("neverputthere", "Visit")
    assert calendar.get(EVENT.id) is None


def test_a_calendar_no_longer_shared_does_not_look_like_deleted_events(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    calendar.put(EVENT)
    google_server.server.calendars.clear()
    for ask in (
        lambda: calendar.get(EVENT.id),
        lambda: calendar.move(EVENT.id, at(18), at(19)),
        lambda: calendar.remove(EVENT.id),
        lambda: calendar.put(EVENT),
        lambda: calendar.busy(at(0), at(24)),
        lambda: calendar.clashes(at(0), at(24)),
        lambda: calendar.changes(None),
    ):
        with pytest.raises(CalendarDisconnected):
            ask()


def test_free_busy_merges_what_overlaps_and_leaves_out_what_is_free(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    people = google_server.calendar
    people.add("2026-03-09T09:00:00", "2026-03-09T10:00:00")
    people.add("2026-03-09T09:30:00", "2026-03-09T11:00:00")
    people.add("2026-03-09T12:00:00", "2026-03-09T13:00:00", transparency="transparent")
    assert calendar.busy(at(0), at(24)) == (Span(at(13), at(15)),)


def test_free_busy_reaches_further_than_google_answers_at_once(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    google_server.calendar.add("2026-03-09T09:00:00", "2026-03-09T10:00:00")
    google_server.calendar.add("2026-08-20T09:00:00", "2026-08-20T10:00:00")
    found = calendar.busy(DAY, DAY + timedelta(days=180))
    assert [span.start for span in found] == [at(13), datetime(2026, 8, 20, 13, tzinfo=UTC)]


def test_the_fresh_look_counts_whole_days_tentative_events_and_instances_of_series(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    people = google_server.calendar
    people.add("2026-03-09", "2026-03-10", summary="Closed")
    people.add("2026-03-09T10:00:00", "2026-03-09T11:00:00", status="tentative")
    people.add("2026-03-02T15:00:00", "2026-03-02T16:00:00", recurrence=["RRULE:FREQ=WEEKLY"])
    assert day_of(calendar) == (Span(at(4), at(28)), Span(at(14), at(15)), Span(at(19), at(20)))


def test_the_fresh_look_passes_over_free_cancelled_and_declined_events_and_our_own(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    people = google_server.calendar
    people.add("2026-03-09T10:00:00", "2026-03-09T11:00:00", transparency="transparent")
    people.add(
        "2026-03-09T10:00:00",
        "2026-03-09T11:00:00",
        attendees=[{"email": "desk@example.com", "self": True, "responseStatus": "declined"}],
    )
    people.delete(people.add("2026-03-09T10:00:00", "2026-03-09T11:00:00"))
    calendar.put(EVENT)
    assert day_of(calendar, ignoring={EVENT.id}) == ()
    assert day_of(calendar) == (Span(EVENT.start, EVENT.end),)


def test_events_that_only_touch_do_not_clash(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    google_server.calendar.add("2026-03-09T09:00:00", "2026-03-09T10:00:00")
    google_server.calendar.add("2026-03-09T10:45:00", "2026-03-09T11:00:00")
    assert calendar.clashes(EVENT.start, EVENT.end) == ()


def test_the_fresh_look_reads_every_page(google_server: ConnectedGoogle, calendar: GoogleCalendar) -> None:
    for minute in range(60):
        for hour in range(9, 14):
            google_server.calendar.add(
                f"2026-03-09T{hour:02}:{minute:02}:00", f"2026-03-09T{hour:02}:{minute:02}:59"
            )
    assert len(day_of(calendar)) == 300
    assert google_server.called("events.list") == 2


def test_changes_name_what_was_added_moved_and_deleted_since(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    calendar.put(EVENT)
    first = calendar.changes(None)
    assert first.complete
    assert [change.id for change in first.events] == [EVENT.id]

    google_server.calendar.shift(EVENT.id, "2026-03-09T12:00:00", "2026-03-09T12:45:00")
    lunch = google_server.calendar.add("2026-03-09", "2026-03-10")
    second = calendar.changes(first.cursor)
    assert not second.complete
    assert {change.id: change.start for change in second.events} == {EVENT.id: at(16), lunch: at(4)}

    google_server.calendar.delete(EVENT.id)
    third = calendar.changes(second.cursor)
    assert [(change.id, change.cancelled) for change in third.events] == [(EVENT.id, True)]
    assert calendar.changes(third.cursor).events == ()


def test_an_expired_cursor_leads_to_everything_anew_and_says_so(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    cursor = calendar.changes(None).cursor
    google_server.calendar.expire_tokens()
    google_server.calendar.add("2026-01-09T12:00:00", "2026-01-09T13:00:00")
    calendar.put(EVENT)
    anew = calendar.changes(cursor, since=DAY)
    assert anew.complete
    assert [change.id for change in anew.events] == [EVENT.id]
    assert not calendar.changes(anew.cursor).complete
    assert calendar.changes("no cursor of anybody's").complete


def test_threads_share_a_calendar_but_neither_connection_nor_credentials(
    google_server: ConnectedGoogle, calendar: GoogleCalendar
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    events = [
        replace(EVENT, id=event_id("appointment", str(number)), start=at(14) + timedelta(hours=number))
        for number in range(24)
    ]
    events = [replace(event, end=event.start + timedelta(minutes=30)) for event in events]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(calendar.put, events)) == events
    assert len(google_server.events) == 24
