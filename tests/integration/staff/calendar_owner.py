"""An owner who connects a calendar: through our pages and the consent page of the tests' Google."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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

from actions.calendars import CalendarEvent, Span, event_id
from data import settings
from data.db import reading, writing
from data.models import Appointment, Business, CalendarConnection, Conversation
from scheduler.calendar_view import NoCalendar, calendar_of, clashes_anywhere
from scheduler.troubles import troubles

PAGE = "/staff/settings/calendar"
OWNER = "owner@example.com"
"""The account, and the id of its own calendar."""

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


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
    """Somebody has a visit ahead on this calendar."""
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
