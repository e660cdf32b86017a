"""The calendar behind a business's connection: local or Google, by its kind."""

from __future__ import annotations

from actions.calendars import Calendar
from actions.calendars.local import LocalCalendar
from data import settings


def connected(connection_id: int, kind: str, calendar_id: str, zone: str) -> Calendar:
    """The calendar of a CalendarConnection. Raises CalendarDisconnected where Google lets nobody in."""
    if kind == "local":
        return LocalCalendar(connection_id, zone)
    from actions.calendars.google import connect_google  # heavy: only where it is used

    return connect_google(settings.get(), calendar_id)
