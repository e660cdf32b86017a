"""Following the calendar: what people change in Google is noticed, and told where that is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from google_server.fixtures import ConnectedGoogle, google_server
from sqlalchemy import select

from actions.calendars import google_client
from actions.state import State
from data import clock, settings
from data.db import reading, writing
from data.models import (
    Appointment,
    AuditEvent,
    Business,
    CalendarConnection,
    Callback,
    Contact,
    Enrollment,
    Handoff,
    Hold,
    Person,
)
from data.profile import Profile
from data.queries.messages import conversation_of
from scheduler.campaigns.enrolling import begin
from scheduler.follow import EVERY, JITTER, due_to_follow, follow
from scheduler.reminders import remind
from scheduler.run import run
from tests.world_fixtures import SARAH, STAFF_PHONE, Service

pytestmark = pytest.mark.database

__all__ = ["google_server"]

NEW_YORK = ZoneInfo("America/New_York")
FRIDAY_AT_TWO = datetime(2026, 3, 13, 14, 0, tzinfo=NEW_YORK)


@pytest.fixture
def google(
    service: Service, google_server: ConnectedGoogle, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ConnectedGoogle]:
    """The service's business books on the test's Google, and is quick to give up."""
    before = settings.get()
    quick = google_client.Patience(attempt=1.0, total=0.5, first_wait=0.01, longest_wait=0.05)
    monkeypatch.setattr(google_client, "USUAL", quick)
    google_server.book_here()
    yield google_server
    settings.use(before)


def look(service: Service) -> None:
    """The next look at the calendar, and what comes of it."""
    with writing() as session:
        connection = session.query(CalendarConnection).one()
        connection.followed_at = None
        number = connection.id
    jobs = follow(number)
    while jobs:
        jobs += run(jobs.pop(0))
        service.network.run_due()


def book(service: Service, at: datetime = FRIDAY_AT_TWO) -> Appointment:
    with writing() as session:
        conversation = conversation_of(session, session.query(Contact).one())
        conversation.state = State(asked="confirm_time", offered=(at,), service="cleaning").to_json()
    service.text("yes")
    service.clock.forward(timedelta(seconds=30))
    service.run_due()
    assert "You're booked" in service.arrived()[-1]
    look(service)
    return visit()


def visit() -> Appointment:
    with reading() as session:
        return session.scalars(select(Appointment)).one()


def connection() -> CalendarConnection:
    with reading() as session:
        return session.query(CalendarConnection).one()


def acts() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(AuditEvent.action).where(AuditEvent.conversation_id.is_not(None))))


def rung() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Handoff.reason).where(Handoff.closed_at.is_(None))))


def tell_contacts() -> None:
    with writing() as session:
        business = session.query(Business).one()
        business.profile = business.profile | {"tell_calendar_changes": True}


def test_the_echo_of_our_own_writing_changes_nothing(service: Service, google: ConnectedGoogle) -> None:
    before = book(service)
    for _ in range(3):
        look(service)
    after = visit()
    assert (after.version, after.state, after.clash_at) == (before.version, "booked", None)
    assert len(service.arrived()) == 1
    assert acts() == rung() == []


def test_an_event_that_is_dragged_takes_the_visit_its_hold_and_its_reminders_along(
    service: Service, google: ConnectedGoogle
) -> None:
    before = book(service)
    google.calendar.shift(before.event_id, "2026-03-16T10:00:00", "2026-03-16T10:30:00")
    look(service)
    after, new = visit(), datetime(2026, 3, 16, 10, 0, tzinfo=NEW_YORK)
    assert (after.start_at, after.end_at) == (new, new + timedelta(minutes=30))
    assert after.version == before.version + 1
    assert after.remind_at == new - timedelta(days=1)
    with reading() as session:
        kept = session.query(Hold).one()
    assert (kept.start_at, kept.expires_at) == (new, None)
    assert acts() == ["moved in the calendar"]
    assert len(service.arrived()) == 1  # told only where the owner wants that


def test_when_is_my_appointment_is_answered_by_what_stands_in_google(
    service: Service, google: ConnectedGoogle
) -> None:
    tell_contacts()
    before = book(service)
    google.calendar.shift(before.event_id, "2026-03-16T10:00:00", "2026-03-16T10:30:00")
    look(service)
    assert "moved your appointment: it is now on Monday, March 16 at 10:00 am" in service.arrived()[-1]
    assert "cleaning" not in service.arrived()[-1].lower()
    service.clock.until(datetime(2026, 3, 15, 10, 5, tzinfo=NEW_YORK))
    service.run_due()
    assert "Monday, March 16 at 10:00 am" in service.arrived()[-1]
    service.text("c")
    service.clock.forward(timedelta(seconds=30))
    service.run_due()
    assert "Monday, March 16" in service.arrived()[-1]
    assert visit().confirmed_at is not None


def test_a_deleted_event_calls_the_visit_off_and_frees_its_time(
    service: Service, google: ConnectedGoogle
) -> None:
    tell_contacts()
    google.calendar.delete(book(service).event_id)
    look(service)
    assert visit().state == "cancelled"
    assert visit().remind_at is None
    with reading() as session:
        assert session.query(Hold).count() == 0
    assert acts() == ["deleted in the calendar"]
    assert "had to call off your appointment on Friday, March 13 at 2:00 pm" in service.arrived()[-1]
    look(service)
    assert len(service.arrived()) == 2


def test_deleted_before_a_reminder_was_due_it_never_reminds(
    service: Service, google: ConnectedGoogle
) -> None:
    book(service)
    google.calendar.delete(visit().event_id)
    look(service)
    service.clock.until(FRIDAY_AT_TWO - timedelta(hours=2))
    remind(visit().id)
    service.run_due()
    assert len(service.arrived()) == 1


def test_something_else_at_the_time_of_a_visit_rings_staff_once_and_its_going_settles_that(
    service: Service, google: ConnectedGoogle
) -> None:
    book(service)
    other = google.calendar.add("2026-03-13T14:15:00", "2026-03-13T15:00:00")
    look(service)
    look(service)
    assert visit().clash_at is not None
    assert rung() == ["calendar_clash"]
    assert sum("something else takes" in text for text in service.arrived(STAFF_PHONE)) == 1
    google.calendar.shift(other, "2026-03-13T16:00:00", "2026-03-13T17:00:00")
    look(service)
    assert visit().clash_at is None
    assert rung() == []


def test_what_is_shown_as_free_or_only_touches_is_no_clash(service: Service, google: ConnectedGoogle) -> None:
    ours = book(service)
    end = ours.end_at.astimezone(NEW_YORK).replace(tzinfo=None).isoformat()
    google.calendar.add("2026-03-13T13:00:00", "2026-03-13T14:00:00")
    google.calendar.add(end, "2026-03-13T17:00:00")
    google.calendar.add("2026-03-13T14:00:00", "2026-03-13T15:00:00", transparency="transparent")
    look(service)
    assert visit().clash_at is None


def test_an_expired_cursor_loses_nothing_that_happened_meanwhile(
    service: Service, google: ConnectedGoogle
) -> None:
    google.calendar.delete(book(service).event_id)
    google.calendar.expire_tokens()
    look(service)
    assert visit().state == "cancelled"


def test_with_google_away_nothing_changes_and_the_next_look_notices(
    service: Service, google: ConnectedGoogle
) -> None:
    before = book(service)
    cursor = connection().cursor
    google.calendar.delete(before.event_id)
    google.fail("server_error", "events.list", times=None)
    look(service)
    assert (visit().state, connection().cursor) == ("booked", cursor)
    google.server.faults.clear()
    look(service)
    assert visit().state == "cancelled"


def test_a_calendar_that_lets_us_in_no_more_is_noted_and_no_visit_is_lost(
    service: Service, google: ConnectedGoogle
) -> None:
    book(service)
    del google.server.calendars[google.calendar_id]
    look(service)
    assert connection().disconnected_at is not None
    assert visit().state == "booked"


def test_a_visit_that_we_are_moving_ourselves_is_judged_at_the_next_look(
    service: Service, google: ConnectedGoogle
) -> None:
    before = book(service)
    with writing() as session:
        session.get_one(Appointment, before.id).state = "moving"
    cursor = connection().cursor
    google.calendar.shift(before.event_id, "2026-03-16T10:00:00", "2026-03-16T10:30:00")
    look(service)
    assert (visit().start_at, connection().cursor) == (before.start_at, cursor)


def test_an_event_made_a_whole_day_is_a_persons_to_read(service: Service, google: ConnectedGoogle) -> None:
    before = book(service)
    google.calendar.shift(before.event_id, "2026-03-16", "2026-03-17")
    look(service)
    assert visit().start_at == before.start_at
    assert rung() == ["calendar_unclear"]


def test_a_visit_dragged_onto_another_rings_and_both_stand(service: Service, google: ConnectedGoogle) -> None:
    first = book(service)
    with writing() as session:
        business = session.query(Business).one()
        other = Appointment(
            business_id=business.id, contact_id=first.contact_id, service="cleaning",
            calendar_connection_id=first.calendar_connection_id, timezone=business.timezone,
            start_at=FRIDAY_AT_TWO + timedelta(days=3), end_at=FRIDAY_AT_TWO + timedelta(days=3, minutes=30),
            event_id="aaaaa11111", state="booked",
        )  # fmt: skip
        session.add(other)
        session.flush()
        session.add(
            Hold(
                calendar_connection_id=other.calendar_connection_id, contact_id=other.contact_id,
                appointment_id=other.id, start_at=other.start_at, end_at=other.end_at,
            )
        )  # fmt: skip
    google.calendar.add("2026-03-16T14:00:00", "2026-03-16T14:30:00", id="aaaaa11111")
    google.calendar.shift(first.event_id, "2026-03-16T14:00:00", "2026-03-16T14:30:00")
    look(service)
    with reading() as session:
        both = session.scalars(select(Appointment)).all()
    assert {one.start_at for one in both} == {FRIDAY_AT_TWO + timedelta(days=3)}
    assert rung() == ["calendar_clash"]


def test_an_event_with_a_contacts_number_stops_asking_that_contact(
    service: Service, google: ConnectedGoogle
) -> None:
    with writing() as session:
        business = session.query(Business).one()
        begin(session, business, "sample", Profile.model_validate(business.profile).opener)
        contact = session.query(Contact).one()
        session.add(Callback(contact_id=contact.id, due_at=clock.now() + timedelta(days=2)))
    google.calendar.add(
        "2026-03-18T10:00:00", "2026-03-18T11:00:00", description="Sarah phoned, (212) 555-0123"
    )
    look(service)
    with reading() as session:
        enrollment, callback = session.query(Enrollment).one(), session.query(Callback).one()
        person = session.query(Person).one()
    assert (enrollment.state, enrollment.stopped_reason) == ("stopped", "booked_elsewhere")
    assert callback.state == "cancelled"
    assert str(person.booked_until) == "2026-03-18"
    assert acts() == ["booked by another road"]
    service.clock.forward(timedelta(days=3))
    service.run_due()
    assert service.arrived(SARAH) == []


def test_within_two_minutes_it_is_a_calendars_turn_and_two_workers_do_not_both_look(
    service: Service, google: ConnectedGoogle
) -> None:
    assert EVERY + timedelta(seconds=JITTER) < timedelta(seconds=100)
    number = connection().id
    follow(number)
    looked_at = connection().followed_at
    assert looked_at is not None
    calls = len(google.server.calls)
    follow(number)
    assert len(google.server.calls) == calls
    with reading() as session:
        assert due_to_follow(session, looked_at + timedelta(seconds=20)) == []
        [(turn, since)] = due_to_follow(session, looked_at + timedelta(seconds=60))
    assert turn == number
    assert since <= looked_at + timedelta(seconds=60)


def test_a_calendar_of_our_own_is_not_followed(service: Service) -> None:
    with reading() as session:
        assert due_to_follow(session, datetime.now(UTC)) == []
    follow(connection().id)
    assert connection().followed_at is None
