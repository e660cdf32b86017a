"""Connecting the calendar in the staff view: consent, refusals, choice, test, disconnect, reconnect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from calendar_owner import OWNER, PAGE, Owner, lead_to
from click.testing import CliRunner
from google_server.fixtures import ConnectedGoogle, google_server  # noqa: F401 (a fixture)
from google_server.oauth import ALL_SCOPES, CLIENT_ID
from google_server.server import CALENDAR_ID
from staff_desk import Desk

from actions.calendars import CalendarEvent, Span, event_id
from bot.cli.calendar_command import command
from data import business_file, settings
from data.db import connect, engine, reading, writing
from data.models import Appointment, AuditEvent, Business, CalendarConnection, Conversation
from data.queries.calendars import active_calendar, only_looked_at
from scheduler.calendar_view import NoCalendar, calendar_of, clashes_anywhere, note_disconnected

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture
def owner(desk: Desk, google_server: ConnectedGoogle) -> Iterator[Owner]:  # noqa: F811
    google_server.server.add_calendar(OWNER, "America/New_York", "Dr. Sample")
    before = settings.get()
    settings.use(lead_to(google_server))
    yield Owner(desk, google_server, desk.kim())
    settings.use(before)


def put(connection: CalendarConnection, name: str = "visit") -> None:
    """An event as a booking puts it."""
    start = NOW + timedelta(days=2)
    calendar_of(connection.id).put(
        CalendarEvent(event_id(name), start, start + timedelta(hours=1), "America/New_York", "Appointment")
    )


def taken(owner: Owner) -> tuple[Span, ...] | None:
    """What a booking would run into within a week; None where nothing can be offered or booked."""
    try:
        return clashes_anywhere(owner.active().id, NOW, NOW + timedelta(days=7))
    except NoCalendar:
        return None


def visit_on(owner: Owner, connection: CalendarConnection) -> None:
    talk = owner.desk.conversation("Sarah")
    with writing() as session:
        contact = session.get_one(Conversation, talk).contact_id
        session.add(
            Appointment(
                business_id=owner.business(), contact_id=contact, calendar_connection_id=connection.id,
                service="cleaning", start_at=datetime.now(UTC) + timedelta(days=1),
                end_at=datetime.now(UTC) + timedelta(days=1, hours=1), timezone="America/New_York",
                event_id=event_id("standing"), state="booked",
            )
        )  # fmt: skip


def test_from_connect_to_an_event_on_the_chosen_calendar(owner: Owner) -> None:
    assert "Connect Google Calendar" in owner.browser.get(PAGE).text
    assert owner.consent().location == f"{PAGE}/choose"
    page = owner.browser.get(f"{PAGE}/choose").text
    assert OWNER in page
    assert "Dr. Sample" in page
    assert "Sample practice" in page
    owner.choose(CALENDAR_ID, OWNER)

    connection = owner.active()
    assert (connection.kind, connection.calendar_id, connection.name, connection.account) == (
        "google", CALENDAR_ID, "Sample practice", OWNER,
    )  # fmt: skip
    put(connection)
    assert [event["summary"] for event in owner.google.events] == ["Appointment"]
    with reading() as session:
        assert [one.calendar_id for one in only_looked_at(session, owner.business())] == [OWNER]
    shown = owner.browser.get(PAGE).text
    assert "Connected" in shown
    assert "by Kim" in shown
    assert "Dr. Sample: what stands there is taken" in shown
    assert owner.desk.audits()[-1] == "connected a calendar"


def test_the_address_at_google_carries_what_the_protocol_wants_and_no_secret(owner: Owner) -> None:
    asked = parse_qs(urlsplit(owner.begin()).query)

    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000{PAGE}/callback"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) >= 30
    assert asked["scope"] == [ALL_SCOPES]
    assert not asked.keys() & {"client_secret", "code_verifier"}


def test_the_token_is_encrypted_in_the_database_and_shown_nowhere(owner: Owner) -> None:
    connection = owner.connect()
    assert connection.token is not None
    refresh = json.loads(connection.token)["refresh_token"]
    with engine().connect() as raw:
        stored = bytes(raw.exec_driver_sql("SELECT token FROM calendar_connection WHERE active").scalar())  # type: ignore[arg-type]
        details = raw.exec_driver_sql("SELECT detail FROM audit_event").scalars().all()
    assert refresh.encode() not in stored
    assert refresh not in str(details)
    assert refresh not in owner.browser.get(PAGE).text
    assert refresh not in repr(calendar_of(connection.id).__dict__)


@pytest.mark.parametrize("spoilt", ["", "state=wrong&code=x"])
def test_a_way_back_without_our_state_is_refused_and_spoils_nothing(owner: Owner, spoilt: str) -> None:
    address = owner.begin()

    answer = owner.browser.get(f"{PAGE}/callback?{spoilt}")

    assert answer.status_code == 400
    assert "does not belong to a connection that you began" in answer.text
    assert owner.google.called("token") == 0
    assert owner.browser.get(owner.answer(address)).location == f"{PAGE}/choose"


def test_the_state_of_one_session_is_worth_nothing_in_another(owner: Owner) -> None:
    back = owner.answer(owner.begin())

    assert owner.desk.logged_in("Ana").get(back).status_code == 400
    assert owner.desk.browser().get(back).status_code == 302
    assert owner.browser.get(back).status_code == 303


def test_a_code_that_comes_twice_is_refused(owner: Owner) -> None:
    back = owner.answer(owner.begin())
    assert owner.browser.get(back).status_code == 303

    assert owner.browser.get(back).status_code == 400
    state = parse_qs(urlsplit(owner.begin()).query)["state"][0]
    replayed = owner.browser.get(re.sub("state=[^&]+", f"state={state}", back))
    assert replayed.status_code == 400
    assert "used already" in replayed.text


def test_a_no_at_google_changes_nothing_and_is_said_plainly(owner: Owner) -> None:
    answer = owner.browser.get(owner.answer(owner.begin(), allow=False))

    assert answer.status_code == 400
    assert "was not allowed to let us in" in answer.text
    assert [one.kind for one in owner.connections()] == ["local"]
    assert owner.google.called("token") == 0


def test_half_a_consent_is_not_enough(owner: Owner) -> None:
    answer = owner.browser.get(owner.answer(owner.begin(), scopes=ALL_SCOPES.split()[0]))

    assert answer.status_code == 400
    assert "leave both boxes ticked" in answer.text
    assert [one.kind for one in owner.connections()] == ["local"]


@pytest.mark.parametrize("fault", ["dropped", "not_json", "invalid_grant"])
def test_a_token_address_that_fails_is_a_page_and_no_error(owner: Owner, fault: str) -> None:
    back = owner.answer(owner.begin())
    owner.google.fail(fault, "token")

    answer = owner.browser.get(back)

    assert answer.status_code == 400
    assert "The calendar is not connected" in answer.text
    assert owner.consent().location == f"{PAGE}/choose"


def test_without_a_client_the_page_says_what_to_set(owner: Owner) -> None:
    settings.use(settings.get().model_copy(update={"google_client_id": ""}))

    page = owner.browser.get(PAGE).text

    assert "GOOGLE_CLIENT_ID" in page
    assert f"http://127.0.0.1:8000{PAGE}/callback" in page
    assert "Connect Google Calendar" not in page
    assert owner.browser.post(f"{PAGE}/connect", seen_on=PAGE).location == PAGE


def test_calendars_that_cannot_be_listed_are_tried_again(owner: Owner) -> None:
    owner.google.fail("forbidden", "calendarList.list", times=2)

    assert owner.consent().location == f"{PAGE}/choose"
    assert "cannot be listed just now" in owner.browser.get(f"{PAGE}/choose").text
    owner.choose()
    assert owner.active().account == OWNER


def test_what_cannot_be_written_is_looked_at_only(owner: Owner) -> None:
    owner.google.server.calendars[OWNER].role = "reader"
    owner.consent()

    page = owner.browser.get(f"{PAGE}/choose").text

    assert f'name="bookings" value="{OWNER}"' not in page
    assert f'name="busy" value="{OWNER}"' in page
    assert owner.choose(OWNER).status_code == 400
    assert owner.choose("somebody@example.com").status_code == 400
    assert owner.choose(CALENDAR_ID).status_code == 303


def test_the_test_shows_each_step_and_leaves_no_trace(owner: Owner) -> None:
    owner.connect()

    page = owner.browser.post(f"{PAGE}/test", seen_on=PAGE).text

    assert "All of it works" in page
    assert page.count('tone-good">works') == 7
    assert owner.google.events == []
    assert owner.desk.audits()[-1] == "tested the calendar"


def test_a_withdrawn_access_is_told_on_every_page_and_a_new_consent_ends_it(owner: Owner) -> None:
    before = owner.connect()
    owner.google.server.oauth.withdraw()

    assert taken(owner) is None
    assert owner.active().disconnected_at is not None
    assert owner.troubles() == ["calendar"]
    for address in ("/staff", "/staff/answers", "/staff/unknown", "/staff/record", PAGE):
        page = owner.browser.get(address).text
        assert "The calendar refuses us, so no times are offered" in page, address
        assert f'href="http://127.0.0.1:8000{PAGE}">Reconnect' in page, address

    assert owner.consent().location == PAGE
    after = owner.active()
    assert (after.id, after.disconnected_at) == (before.id, None)
    assert after.token != before.token
    assert taken(owner) == ()
    assert owner.troubles() == []
    assert owner.desk.audits()[-1] == "connected the calendar again"


def test_the_test_finds_a_withdrawn_access_too(owner: Owner) -> None:
    owner.connect()
    owner.google.server.oauth.withdraw()

    page = owner.browser.post(f"{PAGE}/test", seen_on=PAGE).text

    assert "The test found something" in page
    assert "invalid_grant" in page
    assert owner.active().disconnected_at is not None


def test_a_disconnected_calendar_offers_nothing_and_keeps_no_token(owner: Owner) -> None:
    connection = owner.connect()
    visit_on(owner, connection)
    page = owner.browser.get(PAGE).text
    assert "1 booked visit stays on the calendar" in " ".join(page.split())

    owner.browser.post(f"{PAGE}/disconnect", seen_on=PAGE)

    assert [one.token for one in owner.connections()] == [None, None]
    assert taken(owner) is None
    page = owner.browser.get(PAGE).text
    assert "The calendar was disconnected here" in page
    assert ">Test<" not in page
    assert owner.desk.audits()[-1] == "disconnected the calendar"
    assert owner.consent().location == PAGE
    assert owner.active().id == connection.id
    assert taken(owner) == ()


def test_a_calendar_with_visits_ahead_is_looked_at_after_another_is_chosen(owner: Owner) -> None:
    first = owner.connect()
    visit_on(owner, first)
    put(first)

    owner.choose(OWNER)

    assert owner.active().calendar_id == OWNER
    with reading() as session:
        assert [one.id for one in only_looked_at(session, owner.business())] == [first.id]
    assert len(taken(owner) or ()) == 1
    put(owner.active(), "another")
    owner.choose(CALENDAR_ID)
    assert owner.active().id == first.id


def test_there_is_one_calendar_for_bookings_whatever_is_chosen(owner: Owner) -> None:
    owner.connect()
    for wanted in (OWNER, CALENDAR_ID, OWNER, CALENDAR_ID):
        owner.choose(wanted)
        assert owner.active().calendar_id == wanted
    assert len(owner.connections()) == 3


def test_a_consent_that_nobody_chose_with_is_replaced_by_the_next(owner: Owner) -> None:
    owner.consent()
    owner.consent()
    assert [(one.kind, one.active) for one in owner.connections()] == [("local", True), ("google", False)]


def test_loading_the_business_file_anew_leaves_the_connected_calendar(owner: Owner) -> None:
    connection = owner.connect()
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
    assert owner.active().id == connection.id


def test_the_settings_key_file_still_lets_in_a_connection_without_a_token(owner: Owner) -> None:
    key = owner.google.service_account_file
    settings.use(settings.get().model_copy(update={"google_service_account_file": key}))
    with writing() as session:
        business = session.get_one(Business, owner.business())
        local = active_calendar(session, business.id)
        assert local is not None
        local.active = False
        session.add(CalendarConnection(business_id=business.id, kind="google", calendar_id=CALENDAR_ID))
    note_disconnected(owner.active().id)

    page = owner.browser.post(f"{PAGE}/test", seen_on=PAGE).text

    assert "All of it works" in page
    assert "the key or token file" in page
    assert owner.active().disconnected_at is None


def test_a_renewed_client_secret_in_the_settings_is_used(owner: Owner) -> None:
    connection = owner.connect()
    owner.google.server.oauth.client_secret = "renewed"
    owner.google.server.oauth.forget_tokens()
    settings.use(lead_to(owner.google))
    assert calendar_of(connection.id).busy(NOW, NOW + timedelta(days=1)) == ()


def test_nobody_connects_or_sees_the_calendar_of_another_business(owner: Owner) -> None:
    owner.connect()
    bo = owner.desk.logged_in("Bo")

    assert OWNER not in bo.get(PAGE).text
    assert bo.get(f"{PAGE}/choose").location == PAGE
    bo.post(f"{PAGE}/disconnect", seen_on=PAGE)
    assert owner.active().token is not None


def test_no_act_is_done_without_its_token(owner: Owner) -> None:
    owner.connect()
    for act in ("connect", "choose", "test", "disconnect", "hours"):
        assert owner.browser.client.post(f"{PAGE}/{act}").status_code == 400, act
    assert owner.active().token is not None


def test_a_session_remembers_one_consent_and_not_for_ever(owner: Owner) -> None:
    back = owner.answer(owner.begin())
    with writing() as session:
        row = session.query(AuditEvent).filter_by(action="logged in").one()
        assert CLIENT_ID not in str(row.detail)
        row.detail = {"consent": row.detail["consent"] | {"until": 0}}
    assert owner.browser.get(back).status_code == 400


def test_new_hours_are_kept_and_nothing_else_of_the_profile_changes(desk: Desk) -> None:
    kim = desk.kim()
    fields = dict(re.findall(r'name="((?:start|end)-\d-\d)" value="([^"]*)"', kim.get(PAGE).text))
    assert fields["start-1-0"] == "09:00"
    with reading() as session:
        before = session.query(Business).filter_by(name="Example Dental").one().profile

    kim.post(f"{PAGE}/hours", seen_on=PAGE, **fields)
    assert "changed the working hours" not in desk.audits()
    kim.post(f"{PAGE}/hours", seen_on=PAGE, **(fields | {"end-5-1": "16:30"}))

    with reading() as session:
        after = session.query(Business).filter_by(name="Example Dental").one().profile
    assert {"days": [5], "start": "13:00", "end": "16:30"} in after["hours"]
    assert {name: after[name] for name in before if name != "hours"} == {
        name: before[name] for name in before if name != "hours"
    }
    assert desk.audits().count("changed the working hours") == 1
    refused = kim.post(f"{PAGE}/hours", seen_on=PAGE, **(fields | {"end-5-1": "06:30"}))
    assert refused.status_code == 400
    assert "Friday: 06:30 is not after 13:00" in refused.text
    assert 'value="06:30"' in refused.text


def test_the_selftest_command_finds_what_was_connected_in_the_staff_view(owner: Owner) -> None:
    owner.connect()

    done = CliRunner().invoke(command, ["selftest"])
    connect()

    assert done.exit_code == 0, done.output
    assert [json.loads(line)["ok"] for line in done.output.splitlines()] == [True] * 7
    assert owner.google.events == []


def test_reconnecting_brings_back_the_calendars_that_were_only_looked_at(owner: Owner) -> None:
    owner.consent()
    owner.choose(CALENDAR_ID, OWNER)
    owner.browser.post(f"{PAGE}/disconnect", seen_on=PAGE)
    assert taken(owner) is None

    assert owner.consent().location == PAGE

    with reading() as session:
        assert [one.calendar_id for one in only_looked_at(session, owner.business())] == [OWNER]
    owner.google.server.calendars[OWNER].add("2026-03-12T10:00:00-04:00", "2026-03-12T11:00:00-04:00")
    assert len(taken(owner) or ()) == 1


def test_a_looked_at_calendar_that_is_gone_stops_offers_and_is_named_until_another_choice(
    owner: Owner,
) -> None:
    other = "other@group.calendar.google.com"
    owner.google.server.add_calendar(other, "America/New_York", "Hygiene room")
    owner.consent()
    owner.choose(CALENDAR_ID, other)
    del owner.google.server.calendars[other]

    assert taken(owner) is None
    page = owner.browser.get(PAGE).text
    assert "The calendar “Hygiene room” refuses us, so no times are offered" in page
    assert owner.consent().location == f"{PAGE}/choose"
    owner.choose(CALENDAR_ID)
    assert taken(owner) == ()
    assert owner.troubles() == []


def test_a_server_without_lists_of_calendars_offers_the_accounts_own(owner: Owner) -> None:
    owner.google.fail("not_found", "calendarList.list", times=None)

    owner.consent()
    owner.choose("primary")

    assert owner.active().account == "a Google account"
    put(owner.active())
    assert owner.consent().location == f"{PAGE}/choose"
    owner.choose("primary")
    owner.browser.post(f"{PAGE}/disconnect", seen_on=PAGE)
    assert "The calendar was disconnected here" in owner.browser.get(PAGE).text


def test_a_refusal_of_the_old_access_does_not_mark_the_renewed_one(owner: Owner) -> None:
    old = owner.connect().token
    owner.google.server.oauth.withdraw()
    owner.consent()

    note_disconnected(owner.active().id, old)

    assert owner.active().disconnected_at is None
