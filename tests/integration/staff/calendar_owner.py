"""An owner who connects a calendar: through our pages and the consent page of the tests' Google."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests
from google_server.consent import NEEDED
from google_server.fixtures import ConnectedGoogle
from google_server.oauth import ALL_SCOPES, CLIENT_ID
from google_server.server import CALENDAR_ID
from pydantic import SecretStr
from sqlalchemy import select
from staff_desk import Browser, Desk
from werkzeug.test import TestResponse

from data import settings
from data.db import reading
from data.models import Business, CalendarConnection
from scheduler.troubles import troubles

PAGE = "/staff/settings/calendar"
OWNER = "owner@example.com"
"""The account, and the id of its own calendar."""


@dataclass
class Owner:
    """A logged-in browser, the desk behind it, and Google."""

    desk: Desk
    google: ConnectedGoogle
    browser: Browser

    def begin(self) -> str:
        """Click Connect; the address at Google."""
        page = self.browser.post(f"{PAGE}/connect", seen_on=PAGE)
        assert page.status_code == 200
        found = re.search(r'class="button main" href="([^"]+)"', page.text)
        assert found
        return html.unescape(found[1])

    def answer(self, address: str, *, allow: bool = True, scopes: str = ALL_SCOPES) -> str:
        """Decide on the consent page; our path that Google sends the browser to."""
        asked = parse_qs(urlsplit(address).query)
        assert {name: asked[name] for name in NEEDED} == {name: [value] for name, value in NEEDED.items()}
        assert requests.get(address, timeout=5).status_code == 200
        form = {"answer": "yes" if allow else "no", "scope": scopes.split()}
        back = requests.post(address, data=form, allow_redirects=False, timeout=5).headers["Location"]
        assert back.startswith(f"http://127.0.0.1:8000{PAGE}/callback?")
        return back.removeprefix("http://127.0.0.1:8000")

    def consent(self) -> TestResponse:
        """Connect, allow, come back."""
        return self.browser.get(self.answer(self.begin()))

    def choose(self, bookings: str = CALENDAR_ID, *busy: str) -> TestResponse:
        """Choose the calendars."""
        where = f"{PAGE}/choose"
        return self.browser.post(where, seen_on=where, bookings=bookings, busy=list(busy))  # type: ignore[arg-type]

    def connect(self) -> CalendarConnection:
        """All of it."""
        assert self.consent().location == f"{PAGE}/choose"
        assert self.choose().location == PAGE
        return self.active()

    def active(self) -> CalendarConnection:
        """The connection that bookings go to."""
        [found] = [one for one in self.connections() if one.active and one.role == "bookings"]
        return found

    def connections(self) -> list[CalendarConnection]:
        with reading() as session:
            wanted = select(CalendarConnection).order_by(CalendarConnection.id)
            return list(session.scalars(wanted.where(CalendarConnection.business_id == self.business())))

    def business(self) -> int:
        with reading() as session:
            return session.scalars(select(Business.id).where(Business.name == "Example Dental")).one()

    def troubles(self) -> list[str]:
        with reading() as session:
            return [trouble.kind for trouble in troubles(session, self.business())]


def lead_to(google: ConnectedGoogle) -> settings.Settings:
    """The settings in force, with the addresses of the tests' Google and our client there."""
    return settings.get().model_copy(
        update={
            "google_api_base_url": google.url,
            "google_auth_uri": google.server.auth_uri,
            "google_token_uri": google.token_uri,
            "google_client_id": CLIENT_ID,
            "google_client_secret": SecretStr(google.server.oauth.client_secret),
        }
    )
