"""Being let in: key files, stored tokens, refresh, revocation."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from google_server.fixtures import QUICK, ConnectedGoogle

from actions.calendars import CalendarDisconnected, CalendarUnavailable
from actions.calendars.google import connect_google
from actions.calendars.google_access import GoogleNotConfigured
from actions.calendars.google_client import Patience
from data import settings

START = datetime(2026, 3, 9, tzinfo=UTC)
END = START + timedelta(days=1)


def test_a_service_account_is_let_in_by_its_signed_assertion(google_server: ConnectedGoogle) -> None:
    assert google_server.connect().busy(START, END) == ()
    [grant] = [call for call in google_server.server.calls if call.method == "token"]
    assert grant.body["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"


def test_a_stored_token_is_refreshed_in_memory_and_the_file_left_alone(
    google_server: ConnectedGoogle,
) -> None:
    before = google_server.token_file.read_text()
    calendar = google_server.connect(
        google_service_account_file=None, google_token_file=google_server.token_file
    )
    assert calendar.busy(START, END) == ()
    assert calendar.clashes(START, END) == ()
    assert google_server.called("token") == 1
    assert google_server.token_file.read_text() == before


def test_a_stored_token_may_leave_the_client_to_the_settings(google_server: ConnectedGoogle) -> None:
    stored = json.loads(google_server.token_file.read_text())
    own = {name: stored.pop(name) for name in ("client_id", "client_secret")}
    for name in ("expiry", "token_uri", "universe_domain", "account", "scopes"):
        stored.pop(name)
    google_server.token_file.write_text(json.dumps(stored))
    calendar = google_server.connect(
        google_service_account_file=None,
        google_token_file=google_server.token_file,
        google_client_id=own["client_id"],
        google_client_secret=own["client_secret"],
    )
    assert calendar.busy(START, END) == ()


def test_the_token_address_in_the_settings_wins_over_the_files(google_server: ConnectedGoogle) -> None:
    key = json.loads(google_server.service_account_file.read_text())
    google_server.service_account_file.write_text(json.dumps(key | {"token_uri": "http://127.0.0.1:9/token"}))
    assert google_server.connect().busy(START, END) == ()
    with pytest.raises(CalendarUnavailable):
        google_server.connect(Patience(attempt=0.5, total=0.1), google_token_uri="").busy(START, END)


def test_an_access_token_that_ends_early_is_refreshed_once(google_server: ConnectedGoogle) -> None:
    calendar = google_server.connect()
    calendar.busy(START, END)
    google_server.server.oauth.forget_tokens()
    calendar.busy(START, END)
    assert google_server.called("token") == 2


def test_a_revoked_access_is_disconnected_and_the_reason_is_told(google_server: ConnectedGoogle) -> None:
    calendar = google_server.connect(
        google_service_account_file=None, google_token_file=google_server.token_file
    )
    calendar.busy(START, END)
    google_server.server.oauth.revoked = True
    google_server.server.oauth.forget_tokens()
    for ask in (calendar.busy, calendar.clashes):
        with pytest.raises(CalendarDisconnected, match="invalid_grant"):
            ask(START, END)


def test_a_stored_token_without_its_refresh_token_is_disconnected_when_it_ends(
    google_server: ConnectedGoogle,
) -> None:
    google_server.token_file.write_text(json.dumps({"token": "ended", "expiry": "2020-01-01T00:00:00Z"}))
    calendar = google_server.connect(
        google_service_account_file=None, google_token_file=google_server.token_file
    )
    with pytest.raises(CalendarDisconnected):
        calendar.busy(START, END)


def test_a_token_address_that_stumbles_is_asked_again(google_server: ConnectedGoogle) -> None:
    google_server.fail("dropped", "token")
    assert google_server.connect().busy(START, END) == ()


def test_a_key_of_somebody_else_is_not_let_in(google_server: ConnectedGoogle) -> None:
    key = json.loads(google_server.service_account_file.read_text())
    google_server.service_account_file.write_text(json.dumps(key | {"client_email": "x@example.com"}))
    with pytest.raises(CalendarDisconnected, match="invalid_grant"):
        google_server.connect().busy(START, END)


def test_a_replaced_key_file_is_taken_up_without_a_restart(google_server: ConnectedGoogle) -> None:
    good = google_server.service_account_file.read_text()
    google_server.service_account_file.write_text("{}")
    with pytest.raises(GoogleNotConfigured, match="GOOGLE_SERVICE_ACCOUNT_FILE"):
        google_server.connect()
    google_server.service_account_file.write_text(good)
    assert google_server.connect().busy(START, END) == ()


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_a_file_that_is_no_key_is_named_in_one_sentence(google_server: ConnectedGoogle, content: str) -> None:
    google_server.service_account_file.write_text(content)
    google_server.token_file.write_text(content)
    with pytest.raises(GoogleNotConfigured, match="GOOGLE_SERVICE_ACCOUNT_FILE"):
        google_server.connect()
    with pytest.raises(GoogleNotConfigured, match="GOOGLE_TOKEN_FILE"):
        google_server.connect(google_service_account_file=None, google_token_file=google_server.token_file)


def test_settings_without_a_way_in_say_what_is_missing(google_server: ConnectedGoogle) -> None:
    with pytest.raises(GoogleNotConfigured, match="GOOGLE_SERVICE_ACCOUNT_FILE or GOOGLE_TOKEN_FILE"):
        connect_google(settings.isolated(), patience=QUICK)
    with pytest.raises(GoogleNotConfigured, match="GOOGLE_CALENDAR_ID"):
        google_server.connect(google_calendar_id="")
    gone = google_server.service_account_file.with_name("gone.json")
    with pytest.raises(GoogleNotConfigured, match="cannot be read"):
        google_server.connect(google_service_account_file=gone)


def test_neither_secrets_nor_the_calendars_name_enter_errors_or_logs(
    google_server: ConnectedGoogle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    told = []
    for kind, on in (
        ("forbidden", "*"),
        ("bad_request", "*"),
        ("invalid_grant", "token"),
        ("not_json", "*"),
        ("too_many", "*"),
    ):
        google_server.server.oauth.forget_tokens()
        google_server.fail(kind, on, times=None)
        with pytest.raises(Exception) as caught:  # noqa: PT011 (its text is what matters)
            google_server.connect(Patience(attempt=1.0, total=0.1)).busy(START, END)
        told.append(str(caught.value))
        google_server.server.faults.clear()
    said = " ".join([*told, caplog.text])
    assert google_server.calendar_id not in said
    assert "PRIVATE KEY" not in said
    assert "ya29." not in said
