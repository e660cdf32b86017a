"""One calendar's events: written, deleted, expanded and listed as Google does."""

from __future__ import annotations

import copy
import re
import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

Item = dict[str, Any]
_ID = re.compile(r"[a-v0-9]{5,1024}")
_HORIZON = timedelta(days=730)


class Refused(Exception):
    """The calendar says no, with Google's status and reason."""

    def __init__(self, status: int, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.status, self.reason = status, reason


class CalendarStore:
    """The events of one calendar; `version` counts every write, for sync tokens."""

    def __init__(self, calendar_id: str, zone: str, summary: str = "Sample practice") -> None:
        self.id, self.zone, self.summary = calendar_id, zone, summary
        self.role = "writer"
        """What the account may do with it, as calendarList says."""
        self.version = 1
        self.oldest_token = 0
        self.items: dict[str, Item] = {}
        self.changed: dict[str, int] = {}
        self.before_last_write: dict[str, Item] = {}

    # what the API does

    def insert(self, body: Item) -> Item:
        event_id = body.get("id") or secrets.token_hex(13)
        if not _ID.fullmatch(event_id):
            raise Refused(400, "invalid", "Invalid resource id value.")
        if event_id in self.items:
            raise Refused(409, "duplicate", "The requested identifier already exists.")
        return self._write(event_id, body | {"id": event_id}, None)

    def get(self, event_id: str) -> Item:
        if event_id not in self.items:
            raise Refused(404, "notFound", "Not Found")
        return self.items[event_id]

    def update(self, event_id: str, body: Item) -> Item:
        return self._write(event_id, body | {"id": event_id}, self.get(event_id))

    def patch(self, event_id: str, body: Item) -> Item:
        old = self.get(event_id)
        return self._write(event_id, _merged(old, body), old)

    def delete(self, event_id: str) -> None:
        old = self.get(event_id)
        if old["status"] == "cancelled":
            raise Refused(410, "deleted", "Resource has been deleted")
        self._write(event_id, old | {"status": "cancelled"}, old)

    def _write(self, event_id: str, body: Item, old: Item | None) -> Item:
        start, end = self.moment(body.get("start")), self.moment(body.get("end"))
        if end < start or ("date" in body["start"]) != ("date" in body["end"]):
            raise Refused(400, "timeRangeEmpty", "The specified time range is empty.")
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        item: Item = {
            "kind": "calendar#event",
            "status": "confirmed",
            "created": old["created"] if old else now,
            "creator": {"email": "bookings@sample-project.iam.gserviceaccount.com"},
            "organizer": {"email": self.id, "self": True},
            "iCalUID": f"{event_id}@google.com",
            "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
            "reminders": {"useDefault": True},
            "eventType": "default",
        } | {name: value for name, value in copy.deepcopy(body).items() if value is not None}
        self.before_last_write = dict(self.items)
        self.version += 1
        item |= {
            "updated": now,
            "sequence": old.get("sequence", 0) + 1 if old else 0,
            "etag": f'"{self.version}"',
        }
        self.items[event_id] = item
        self.changed[event_id] = self.version
        return item

    # what people do in Google's own pages

    def add(self, start: str, end: str, **fields: Any) -> str:
        """Somebody adds an event; bare dates make it all-day. Returns its id."""
        edges = {"start": self._edge(start), "end": self._edge(end)}
        return str(self.insert({"summary": "Something else", **edges, **fields})["id"])

    def shift(self, event_id: str, start: str, end: str) -> None:
        """Somebody drags an event elsewhere."""
        old = self.get(event_id)
        self.update(event_id, old | {"start": self._edge(start), "end": self._edge(end)})

    def expire_tokens(self) -> None:
        """From now on every sync token given so far is answered with 410."""
        self.oldest_token = self.version + 1
        self.version += 1

    def _edge(self, text: str) -> Item:
        return {"date": text} if len(text) == 10 else {"dateTime": text, "timeZone": self.zone}

    # reading

    def moment(self, edge: Item | None) -> datetime:
        """A start or end in UTC; a bare date is midnight in the calendar's zone."""
        edge = edge or {}
        if bool(edge.get("date")) == bool(edge.get("dateTime")):
            raise Refused(400, "required", "Missing or ambiguous start or end time.")
        if edge.get("date"):
            return datetime.combine(date.fromisoformat(edge["date"]), time(), ZoneInfo(self.zone)).astimezone(
                UTC
            )
        found = datetime.fromisoformat(edge["dateTime"])
        if found.tzinfo is None:
            if not edge.get("timeZone"):
                raise Refused(400, "required", "Missing time zone definition for start time.")
            found = found.replace(tzinfo=ZoneInfo(edge["timeZone"]))
        return found.astimezone(UTC)

    def instances(self, items: dict[str, Item] | None = None, until: datetime | None = None) -> list[Item]:
        """Every event on its own: series unfolded, with the exceptions that were made to them."""
        items = self.items if items is None else items
        found = []
        for item in items.values():
            if item.get("recurrence"):
                found += [entry for entry in self._unfolded(item, until) if entry["id"] not in items]
            else:
                found.append(item)
        return found

    def _unfolded(self, item: Item, until: datetime | None) -> list[Item]:
        start, end = self.moment(item["start"]), self.moment(item["end"])
        all_day = "date" in item["start"]
        zone = ZoneInfo(self.zone if all_day else item["start"].get("timeZone", self.zone))
        first = start.astimezone(zone).replace(tzinfo=None)
        limit = (until or datetime.now(UTC) + _HORIZON).astimezone(zone).replace(tzinfo=None)
        found = []
        for begins in rrulestr("\n".join(item["recurrence"]), dtstart=first).between(first, limit, inc=True):
            own_start = begins.replace(tzinfo=zone)
            own_end = (begins + (end.astimezone(zone).replace(tzinfo=None) - first)).replace(tzinfo=zone)
            stamp = begins.strftime("%Y%m%d") if all_day else f"{own_start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
            edges = [
                {"date": edge.date().isoformat()}
                if all_day
                else {"dateTime": edge.isoformat(), "timeZone": zone.key}
                for edge in (own_start, own_end)
            ]
            own = {name: value for name, value in item.items() if name != "recurrence"}
            own |= {"id": f"{item['id']}_{stamp}", "recurringEventId": item["id"]}
            found.append(own | {"start": edges[0], "end": edges[1], "originalStartTime": edges[0]})
        return found

    def busy(self, start: datetime, end: datetime, *, stale: bool = False) -> list[tuple[datetime, datetime]]:
        """The merged busy times within [start, end), as freeBusy tells them."""
        merged: list[tuple[datetime, datetime]] = []
        items = self.instances(self.before_last_write if stale else self.items, end)
        spans = (
            (max(start, self.moment(i["start"])), min(end, self.moment(i["end"])))
            for i in items
            if _blocks(i)
        )
        for begins, ends in sorted(span for span in spans if span[0] < span[1]):
            if merged and begins <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
            else:
                merged.append((begins, ends))
        return merged


def _blocks(item: Item) -> bool:
    declined = any(g.get("self") and g.get("responseStatus") == "declined" for g in item.get("attendees", ()))
    return item["status"] != "cancelled" and item.get("transparency") != "transparent" and not declined


def _merged(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    merged = old | {name: _merged(old.get(name), value) for name, value in new.items()}
    return {name: value for name, value in merged.items() if value is not None}
