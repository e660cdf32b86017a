"""The pytest fixture `google_server`: import it into a conftest.py of the tests that want it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from actions.calendars.google import GoogleCalendar, connect_google
from actions.calendars.google_client import Patience
from data import settings
from data.db import writing
from data.models import CalendarConnection
from google_server.server import CALENDAR_ID, GoogleServer
from google_server.store import CalendarStore, Item

QUICK = Patience(attempt=1.0, total=2.0, first_wait=0.01, longest_wait=0.05)
"""For tests of faults: no test waits for Google's pauses."""


class ConnectedGoogle:
    """A running server together with the files and settings that lead to it."""

    def __init__(self, server: GoogleServer, folder: Path) -> None:
        self.server = server
        self.url, self.token_uri, self.calendar_id = server.url, server.token_uri, CALENDAR_ID
        self.fail, self.called = server.fail, server.called
        self.service_account_file = folder / "service-account.json"
        self.token_file = folder / "token.json"
        self.service_account_file.write_text(json.dumps(server.oauth.service_account_info()))
        self.token_file.write_text(json.dumps(server.oauth.token_info()))

    @property
    def calendar(self) -> CalendarStore:
        """The calendar as people see it in Google: `add`, `shift`, `delete`, `expire_tokens`."""
        return self.server.calendars[self.calendar_id]

    @property
    def events(self) -> list[Item]:
        """The events that stand, in order of time; deleted ones are left out."""
        items = [item for item in self.calendar.items.values() if item["status"] != "cancelled"]
        return sorted(items, key=lambda item: self.calendar.moment(item["start"]))

    def empty(self) -> None:
        """Begin anew: no events, no faults, no calls remembered."""
        self.server.add_calendar(self.calendar_id, "America/New_York")
        self.server.faults.clear()
        self.server.calls.clear()

    def settings(self, **changed: Any) -> settings.Settings:
        """Settings that lead here through the service account, or as `changed`."""
        return settings.isolated(**(self._way_in() | changed))

    def book_here(self) -> None:
        """From now on the settings in force lead here, and every business's bookings do."""
        settings.use(settings.get().model_copy(update=self._way_in()))
        with writing() as session:
            session.execute(update(CalendarConnection).values(kind="google", calendar_id=self.calendar_id))

    def _way_in(self) -> dict[str, Any]:
        return {
            "google_api_base_url": self.url,
            "google_token_uri": self.token_uri,
            "google_service_account_file": self.service_account_file,
            "google_calendar_id": self.calendar_id,
        }

    def connect(self, patience: Patience = QUICK, **changed: Any) -> GoogleCalendar:
        """The connected calendar, quick to give up."""
        return connect_google(self.settings(**changed), patience=patience)


@pytest.fixture
def google_server(tmp_path: Path) -> Iterator[ConnectedGoogle]:
    """A Google of our own; at the end everything asked and answered must have been as Google describes it."""
    server = GoogleServer()
    try:
        yield ConnectedGoogle(server, tmp_path)
    finally:
        server.close()
    assert not server.problems, server.problems


@pytest.fixture(scope="module")
def one_google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedGoogle]:
    """As google_server, one for a whole module: `empty()` it between tests."""
    server = GoogleServer()
    try:
        yield ConnectedGoogle(server, tmp_path_factory.mktemp("google"))
    finally:
        server.close()
    assert not server.problems, server.problems
