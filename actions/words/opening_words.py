"""One or two live openings in the few words that a text has room for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def in_words(openings: Sequence[datetime], zone: str, today: date) -> str:
    """ "Tue 3:30pm or Thu 9am", in the business's zone; from a week ahead on with the date; "" for none."""
    local = [opening.astimezone(ZoneInfo(zone)) for opening in openings]
    return " or ".join(f"{_day(moment.date(), today)} {_time(moment)}" for moment in local)


def _day(day: date, today: date) -> str:
    soon = today < day < today + timedelta(days=7)
    return f"{day:%a}" if soon else "today" if day == today else f"{day:%a %b} {day.day}"


def _time(moment: datetime) -> str:
    if (moment.hour, moment.minute) == (12, 0):
        return "noon"
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"
