"""Translates between Google's events and ours, without asking anybody.

Fields: https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from actions.calendars import CalendarEvent, CalendarUnavailable, Change


def rfc3339(moment: datetime) -> str:
    """A moment as Google wants it in queries: UTC, whole seconds, with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(moment: datetime, zone: str) -> dict[str, str]:
    """A start or end as Google wants it in events: with its offset, and the zone in which it is shown."""
    shown = moment.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    return {"dateTime": shown.isoformat(), "timeZone": zone}


def body(event: CalendarEvent) -> dict[str, Any]:
    """An event of ours as Google takes it: it takes time, stands firm, and invites nobody."""
    told = {"description": event.description, "location": event.location}
    return {
        "id": event.id,
        "status": "confirmed",
        "transparency": "opaque",
        "summary": event.title,
        "start": local(event.start, event.zone),
        "end": local(event.end, event.zone),
    } | {field: text for field, text in told.items() if text}


def is_cancelled(item: dict[str, Any]) -> bool:
    """Whether it is deleted, or an instance taken out of its series."""
    return item.get("status") == "cancelled"


def takes_time(item: dict[str, Any]) -> bool:
    """Whether it makes its calendar's owner busy: not cancelled, shown as free, or declined by the owner."""
    if is_cancelled(item) or item.get("transparency") == "transparent":
        return False
    return not any(
        guest.get("self") and guest.get("responseStatus") == "declined"
        for guest in item.get("attendees") or ()
    )


def moment(when: dict[str, Any] | None, zone: str) -> datetime | None:
    """A start or end in UTC, None where there is none; a bare date is its midnight in the calendar's `zone`.

    Raises CalendarUnavailable for what is neither: an event that cannot be read is not free time.
    """
    if not when:
        return None
    try:
        if when.get("dateTime"):
            found = datetime.fromisoformat(when["dateTime"])
            if found.tzinfo is None:  # allowed where the zone is named beside it
                found = found.replace(tzinfo=ZoneInfo(when.get("timeZone") or zone))
            return found.astimezone(UTC)
        if when.get("date"):
            day = date.fromisoformat(when["date"])
            return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, KeyError, TypeError):
        raise CalendarUnavailable("an event's time cannot be read") from None
    return None


def change(item: dict[str, Any], zone: str) -> Change:
    """One entry of an incremental list."""
    return Change(
        id=str(item.get("id", "")),
        cancelled=is_cancelled(item),
        busy=takes_time(item),
        start=moment(item.get("start"), zone),
        end=moment(item.get("end"), zone),
        says=f"{item.get('summary') or ''}\n{item.get('description') or ''}".strip(),
    )


def event(item: dict[str, Any], zone: str) -> CalendarEvent:
    """One event as it stands. Raises CalendarUnavailable where it lacks its times."""
    start, end = moment(item.get("start"), zone), moment(item.get("end"), zone)
    if start is None or end is None:
        raise CalendarUnavailable("an event has no times")
    return CalendarEvent(
        id=str(item.get("id", "")),
        start=start,
        end=end,
        zone=item["start"].get("timeZone") or zone,
        title=item.get("summary") or "",
        description=item.get("description") or "",
        location=item.get("location") or "",
    )
