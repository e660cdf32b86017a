"""What staff do with a visit in the view: moved, cancelled, missed; refused where it changed meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from staff_desk import Browser, Desk

from actions.calendars import CalendarEvent
from actions.calendars.local import LocalCalendar
from data import clock
from data.clock import HandClock
from data.db import reading, writing
from data.models import Appointment, Business, CalendarConnection, Conversation, Handoff, LocalEvent
from data.queries.holds import hold
from data.queries.suppressions import suppress
from scheduler.reminders import remind
from scheduler.visits import settle

pytestmark = pytest.mark.database

NEW_YORK = ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
FRIDAY_AT_TWO = datetime(2026, 3, 13, 14, 0, tzinfo=NEW_YORK)
MONDAY_AT_TEN = datetime(2026, 3, 16, 10, 0, tzinfo=NEW_YORK)


@pytest.fixture
def hands(desk: Desk) -> HandClock:
    made = HandClock(TUESDAY)
    clock.use(made)
    return made


def booked(desk: Desk, at: datetime = FRIDAY_AT_TWO) -> tuple[int, int]:
    """Sarah has a visit on the calendar; the ids of conversation and visit."""
    talk = desk.conversation("Sarah", "yes")
    with writing() as session:
        conversation = session.get_one(Conversation, talk)
        business = session.get_one(Business, conversation.business_id)
        connection = session.scalars(
            select(CalendarConnection).where(CalendarConnection.business_id == business.id)
        ).one()
        visit = Appointment(
            business_id=business.id, contact_id=conversation.contact_id, service="cleaning",
            calendar_connection_id=connection.id, timezone=business.timezone, start_at=at,
            end_at=at + timedelta(minutes=45), event_id=f"sample{talk}", state="booked", version=2,
        )  # fmt: skip
        session.add(visit)
        session.flush()
        hold(session, visit, visit.start_at, visit.end_at, until=clock.now()).expires_at = None
        session.add(
            LocalEvent(
                calendar_connection_id=connection.id, event_id=visit.event_id, start_at=visit.start_at,
                end_at=visit.end_at, title="Appointment: Sarah",
            )
        )  # fmt: skip
        return talk, visit.id


def row(visit: int) -> Appointment:
    with reading() as session:
        return session.get_one(Appointment, visit)


def act(kim: Browser, talk: int, visit: int, what: str, **fields: str):  # type: ignore[no-untyped-def]
    page = f"/staff/conversations/{talk}"
    given = {"version": str(row(visit).version)} | fields
    return kim.post(f"{page}/visits/{visit}/{what}", seen_on=page, **given)


def test_a_visit_is_moved_to_an_opening_and_the_contact_is_told_in_neutral_words(
    desk: Desk, hands: HandClock
) -> None:
    talk, visit = booked(desk)
    kim = desk.kim()
    choice = kim.get(f"/staff/conversations/{talk}/visits/{visit}/move").text
    assert "Monday, March 16, 10:00 am" in choice
    assert "Friday, March 13 at 2:00 pm" in choice
    answer = act(kim, talk, visit, "move", start=MONDAY_AT_TEN.astimezone(UTC).isoformat())
    assert answer.status_code == 303
    assert row(visit).state == "moving"
    settle(visit)
    assert (row(visit).state, row(visit).start_at) == ("booked", MONDAY_AT_TEN)
    assert row(visit).remind_at is not None
    [text] = desk.sent(talk)
    assert "moved your appointment: it is now on Monday, March 16 at 10:00 am" in text.body
    assert "cleaning" not in text.body.lower()
    shown = kim.get(f"/staff/conversations/{talk}").text
    assert "Kim moved the appointment from Friday, March 13 at 2:00 pm to Monday, March 16" in shown
    assert "moved the appointment of" in kim.get("/staff/record").text


def test_a_visit_is_cancelled_and_a_no_to_another_time_is_no_no_to_the_business(
    desk: Desk, hands: HandClock
) -> None:
    talk, visit = booked(desk)
    assert act(desk.kim(), talk, visit, "cancel").status_code == 303
    settle(visit)
    assert row(visit).state == "cancelled"
    [text] = desk.sent(talk)
    assert "had to call off your appointment on Friday, March 13 at 2:00 pm" in text.body
    assert desk.row(talk).state["called_off"] is True
    assert desk.row(talk).outcome == "cancelled"
    with reading() as session:
        assert session.scalars(select(LocalEvent)).one().removed_at is not None


@pytest.mark.parametrize("what", ["cancel", "move", "no-show", "came"])
def test_what_changed_meanwhile_is_refused_and_nothing_happens(
    desk: Desk, hands: HandClock, what: str
) -> None:
    talk, visit = booked(desk)
    start = {"start": MONDAY_AT_TEN.astimezone(UTC).isoformat()} if what == "move" else {}
    answer = act(desk.kim(), talk, visit, what, version="1", **start)
    assert answer.status_code == 409
    assert "changed in the meantime" in answer.text
    assert (row(visit).state, row(visit).version) == ("booked", 2)


def test_a_time_that_is_not_open_is_no_choice(desk: Desk, hands: HandClock) -> None:
    talk, visit = booked(desk)
    night = MONDAY_AT_TEN.replace(hour=3).astimezone(UTC).isoformat()
    answer = act(desk.kim(), talk, visit, "move", start=night)
    assert answer.status_code == 409
    assert "just gone" in answer.text
    for nonsense in ("", "soon", "2026-03-16"):
        assert act(desk.kim(), talk, visit, "move", start=nonsense).status_code in (400, 409)
    assert row(visit).state == "booked"


def test_a_move_that_the_calendar_does_not_allow_rings_staff_and_not_the_contact(
    desk: Desk, hands: HandClock
) -> None:
    talk, visit = booked(desk)
    act(desk.kim(), talk, visit, "move", start=MONDAY_AT_TEN.astimezone(UTC).isoformat())
    LocalCalendar(row(visit).calendar_connection_id, "America/New_York").put(
        CalendarEvent("somebody", MONDAY_AT_TEN, MONDAY_AT_TEN + timedelta(hours=1), "UTC", "Taken")
    )
    settle(visit)
    settle(visit)
    assert (row(visit).state, row(visit).start_at) == ("booked", FRIDAY_AT_TWO)
    assert desk.sent(talk) == []
    with reading() as session:
        assert session.scalars(select(Handoff)).one().reason == "move_failed"


def test_nobody_came_is_noted_after_the_start_alone(desk: Desk, hands: HandClock) -> None:
    talk, visit = booked(desk)
    assert "Nobody came</button>" not in desk.kim().get(f"/staff/conversations/{talk}").text
    assert act(desk.kim(), talk, visit, "no-show").status_code == 409
    hands.until(FRIDAY_AT_TWO + timedelta(minutes=20))
    assert "Nobody came</button>" in desk.kim().get(f"/staff/conversations/{talk}").text
    assert act(desk.kim(), talk, visit, "no-show").status_code == 303
    assert row(visit).no_show_at is not None
    assert "nobody came" in desk.kim().get(f"/staff/conversations/{talk}").text


def missed(desk: Desk, hands: HandClock) -> tuple[int, int]:
    talk, visit = booked(desk)
    hands.until(FRIDAY_AT_TWO + timedelta(minutes=20))
    act(desk.kim(), talk, visit, "no-show")
    return talk, visit


def test_a_no_show_gets_one_kind_text_hours_later_in_lawful_hours(desk: Desk, hands: HandClock) -> None:
    talk, visit = missed(desk, hands)
    remind(visit)
    assert desk.sent(talk) == []
    for _ in range(48):
        hands.forward(timedelta(hours=1))
        remind(visit)
    [text] = desk.sent(talk)
    assert text.kind == "follow_up"
    assert "we missed you on Friday, March 13" in text.body
    assert "Reply STOP to opt out" in text.body
    assert 8 <= text.created_at.astimezone(NEW_YORK).hour < 21
    assert desk.row(talk).state["asked"] == "offer_to_book"


def test_who_came_after_all_gets_no_text(desk: Desk, hands: HandClock) -> None:
    talk, visit = missed(desk, hands)
    act(desk.kim(), talk, visit, "came")
    assert row(visit).no_show_at is None
    hands.forward(timedelta(hours=30))
    remind(visit)
    assert desk.sent(talk) == []


def test_a_no_show_who_opted_out_or_whose_owner_wants_none_is_left_alone(
    desk: Desk, hands: HandClock
) -> None:
    talk, visit = missed(desk, hands)
    with writing() as session:
        conversation = session.get_one(Conversation, talk)
        business = session.get_one(Business, conversation.business_id)
        suppress(session, business, "+12125550001", reason="opt_out", source="text")
    hands.forward(timedelta(hours=4))
    remind(visit)
    assert [text.state for text in desk.sent(talk)] == ["cancelled"]
    with writing() as session:
        business = session.get_one(Business, business.id)
        business.profile = business.profile | {"no_show_follow_up": False}
    act(desk.kim(), talk, visit, "came")
    act(desk.kim(), talk, visit, "no-show")
    assert row(visit).remind_at is None


def test_while_staff_have_it_the_contact_is_not_told_by_the_assistant(desk: Desk, hands: HandClock) -> None:
    talk, visit = booked(desk)
    kim = desk.kim()
    kim.post(f"/staff/conversations/{talk}/take-over", seen_on=f"/staff/conversations/{talk}")
    act(kim, talk, visit, "cancel")
    settle(visit)
    assert row(visit).state == "cancelled"
    assert desk.sent(talk) == []


def test_a_visit_of_another_business_or_contact_is_out_of_reach(desk: Desk, hands: HandClock) -> None:
    talk, visit = booked(desk)
    other = desk.conversation("Tom", "hi")
    assert act(desk.kim(), other, visit, "cancel").status_code == 409
    assert desk.kim().get(f"/staff/conversations/{other}/visits/{visit}/move").status_code == 404
    bo = desk.logged_in("Bo")
    assert bo.get(f"/staff/conversations/{talk}/visits/{visit}/move").status_code == 404
    mine = desk.conversation("Ann", "hi", business="Other Dental")
    page = f"/staff/conversations/{mine}"
    answer = bo.post(f"/staff/conversations/{talk}/visits/{visit}/cancel", seen_on=page, version="2")
    assert answer.status_code == 404
    assert row(visit).state == "booked"


def test_without_a_token_nothing_happens(desk: Desk, hands: HandClock) -> None:
    talk, visit = booked(desk)
    kim = desk.kim()
    answer = kim.client.post(f"/staff/conversations/{talk}/visits/{visit}/cancel", data={"version": "2"})
    assert answer.status_code == 400
    assert row(visit).state == "booked"
