"""The consent itself, without our pages: what is asked, stored and refused, and other servers' ways."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from google_server.fixtures import QUICK, ConnectedGoogle
from google_server.oauth import ALL_SCOPES, CLIENT_ID
from pydantic import SecretStr

from actions.calendars import CalendarDisconnected
from actions.calendars.google import connect_google
from actions.calendars.google_access import StoredConsent
from actions.calendars.google_consent import (
    ConsentNotConfigured,
    ConsentRefused,
    account_of,
    begin,
    calendars,
    redeem,
)
from data.settings import Settings

HERE = "https://texts.example.com/staff/settings/calendar/callback"


def client(google: ConnectedGoogle, **changed: Any) -> Settings:
    given = {
        "google_service_account_file": None,
        "google_auth_uri": google.server.auth_uri,
        "google_client_id": CLIENT_ID,
        "google_client_secret": SecretStr(google.server.oauth.client_secret),
    }
    return google.settings(**(given | changed))


def code(google: ConnectedGoogle, address: str) -> str:
    """What the owner brings back."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return google.server.oauth.consent(asked, ALL_SCOPES.split())


def consented(google: ConnectedGoogle, **changed: Any) -> bytes:
    present = client(google, **changed)
    begun = begin(present, HERE)
    return redeem(present, HERE, code(google, begun.address), begun.verifier)


def test_what_is_stored_is_what_google_auth_writes_and_lasts(google_server: ConnectedGoogle) -> None:
    stored = consented(google_server)

    assert {"refresh_token", "client_id", "token_uri", "expiry"} <= json.loads(stored).keys()
    google_server.server.oauth.forget_tokens()
    present = client(google_server)
    access = StoredConsent.by(present, stored)
    calendar = connect_google(present, google_server.calendar_id, access=access, patience=QUICK)
    assert calendar.get("nothing00") is None
    assert json.loads(stored)["refresh_token"] not in repr(access)


def test_every_consent_has_a_state_and_a_verifier_of_its_own(google_server: ConnectedGoogle) -> None:
    begun = [begin(client(google_server), HERE) for _ in range(3)]
    assert len({one.state for one in begun}) == len({one.verifier for one in begun}) == 3
    assert all(len(one.verifier) >= 43 and one.verifier not in one.address for one in begun)


def test_a_code_is_worth_nothing_with_another_verifier_or_another_way_back(
    google_server: ConnectedGoogle,
) -> None:
    present = client(google_server)
    begun = begin(present, HERE)
    for redirect, verifier in ((HERE, "x" * 64), (HERE + "/", begun.verifier)):
        with pytest.raises(ConsentRefused):
            redeem(present, redirect, code(google_server, begun.address), verifier)


def test_without_a_client_nothing_is_begun(google_server: ConnectedGoogle) -> None:
    for missing in ({"google_client_id": ""}, {"google_client_secret": SecretStr("")}):
        with pytest.raises(ConsentNotConfigured, match="GOOGLE_CLIENT_SECRET"):
            begin(client(google_server, **missing), HERE)


def test_a_wrong_client_secret_is_named(google_server: ConnectedGoogle) -> None:
    with pytest.raises(ConsentRefused, match="GOOGLE_CLIENT_SECRET"):
        consented(google_server, google_client_secret=SecretStr("wrong"))


@pytest.mark.parametrize(
    "scope",
    [
        None,
        f"{ALL_SCOPES} https://www.googleapis.com/auth/userinfo.email openid",
        " ".join(reversed(ALL_SCOPES.split())),
        "https://www.googleapis.com/auth/calendar",
        "names-of-its-own",
    ],
)
def test_whatever_a_server_calls_what_it_granted_is_taken(
    google_server: ConnectedGoogle, scope: str | None
) -> None:
    google_server.server.oauth.answer_to_code = {"scope": scope}
    assert consented(google_server)


@pytest.mark.parametrize("scope", ALL_SCOPES.split())
def test_half_of_what_was_asked_for_is_refused(google_server: ConnectedGoogle, scope: str) -> None:
    google_server.server.oauth.answer_to_code = {"scope": f"{scope} openid"}
    with pytest.raises(ConsentRefused, match="both boxes"):
        consented(google_server)


def test_access_that_does_not_last_is_refused(google_server: ConnectedGoogle) -> None:
    google_server.server.oauth.answer_to_code = {"refresh_token": None}
    with pytest.raises(ConsentRefused, match="for an hour only"):
        consented(google_server)


def test_a_server_that_tells_no_age_is_asked_for_a_fresh_token_first(google_server: ConnectedGoogle) -> None:
    google_server.server.oauth.answer_to_code = {"expires_in": None}
    assert calendars(client(google_server), consented(google_server))
    assert google_server.called("token") == 2


def test_an_answer_without_a_token_is_refused(google_server: ConnectedGoogle) -> None:
    google_server.server.oauth.answer_to_code = {"access_token": None}
    with pytest.raises(ConsentRefused):
        consented(google_server)


def test_all_pages_of_the_calendars_are_read_the_own_one_first(google_server: ConnectedGoogle) -> None:
    google_server.server.calendars_at_once = 2
    for number in range(4):
        google_server.server.add_calendar(
            f"c{number}@group.calendar.google.com", "Europe/Berlin", f"Room {number}"
        )
    google_server.server.calendars["c0@group.calendar.google.com"].role = "freeBusyReader"
    google_server.server.add_calendar("owner@example.com", "America/New_York", "Zoe Sample")

    listed = calendars(client(google_server), consented(google_server))

    assert [one.name for one in listed] == [
        "Zoe Sample", "Room 1", "Room 2", "Room 3", "Sample practice", "Room 0",
    ]  # fmt: skip
    assert [one.writable for one in listed] == [True] * 5 + [False]
    assert account_of(listed) == "owner@example.com"
    assert listed[1].zone == "Europe/Berlin"


def test_a_withdrawn_consent_is_disconnected(google_server: ConnectedGoogle) -> None:
    stored = consented(google_server)
    google_server.server.oauth.withdraw()
    with pytest.raises(CalendarDisconnected, match="invalid_grant"):
        calendars(client(google_server), stored)


@pytest.mark.parametrize("stored", [b"", b"[]", b"{}", b"not json"])
def test_what_is_no_consent_is_disconnected_and_no_error(
    google_server: ConnectedGoogle, stored: bytes
) -> None:
    with pytest.raises(CalendarDisconnected, match="connect the calendar again"):
        calendars(client(google_server), stored)
