"""Connecting the calendar in the staff view: consent and refusals, to whom, and what is shown of it."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from calendar_owner import OWNER, PAGE, Owner, put
from google_server.oauth import ALL_SCOPES, CLIENT_ID
from google_server.server import CALENDAR_ID

from data import settings
from data.db import engine, reading, writing
from data.models import AuditEvent
from data.queries.calendars import only_looked_at
from scheduler.calendar_view import calendar_of


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
