"""A calendar that is connected: tried, withdrawn, disconnected, chosen anew; and the hours beside it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from calendar_owner import NOW, OWNER, PAGE, Owner, lead_to, put, taken, visit_on
from click.testing import CliRunner
from google_server.server import CALENDAR_ID
from staff_desk import Desk

from bot.cli.calendar_command import command
from data import business_file, settings
from data.db import connect, reading, writing
from data.models import Business, CalendarConnection
from data.queries.calendars import active_calendar, only_looked_at
from scheduler.calendar_view import calendar_of, note_disconnected


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
    note_disconnected(owner.active().id, owner.active().token)

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


def test_a_refusal_of_the_old_access_does_not_mark_the_renewed_one(owner: Owner) -> None:
    old = owner.connect().token
    owner.google.server.oauth.withdraw()
    owner.consent()

    note_disconnected(owner.active().id, old)

    assert owner.active().disconnected_at is None
