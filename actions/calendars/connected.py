"""The calendar behind a business's connection: local or Google, by its kind."""

from __future__ import annotations

from actions.calendars import Calendar
from actions.calendars.local import LocalCalendar
from data import settings


def connected(
    connection_id: int, kind: str, calendar_id: str, zone: str, token: bytes | None = None
) -> Calendar:
    """The calendar of a CalendarConnection. Raises CalendarDisconnected where Google lets nobody in.

    `token` is the consent that the connection keeps; without one the settings name the way in.
    """
    if kind == "local":
        return LocalCalendar(connection_id, zone)
    # heavy: only where they are used
    from actions.calendars.google import connect_google
    from actions.calendars.google_access import StoredConsent

    present = settings.get()
    access = StoredConsent.by(present, token) if token else None
    return connect_google(present, calendar_id, access=access)
