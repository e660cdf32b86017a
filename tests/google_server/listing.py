"""events.list: filters, order, pages and sync tokens."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from google_server.store import CalendarStore, Item, Refused

_NOT_WITH_SYNC_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)


def list_events(store: CalendarStore, args: dict[str, str]) -> Item:
    """One page of events with the token for the next page, or on the last page the one for the next sync."""
    cursor = args.get("syncToken")
    if cursor:
        for name in _NOT_WITH_SYNC_TOKEN:
            if name in args:
                raise Refused(400, "invalid", f"Sync token cannot be used with {name}.")
        if args.get("showDeleted") == "false":
            raise Refused(400, "invalid", "Sync token cannot be used with showDeleted=false.")
    if args.get("orderBy") == "startTime" and args.get("singleEvents") != "true":
        raise Refused(400, "badRequest", "The requested ordering is not available for the particular query.")
    after = _since(store, cursor, args) if cursor else 0
    items = [
        item for item in _items(store, args) if _wanted(store, item, args, after=after, sync=bool(cursor))
    ]
    if args.get("orderBy"):
        items.sort(key=_order(store, args["orderBy"]))

    first = _unpack(args["pageToken"])["from"] if "pageToken" in args else 0
    size = min(int(args.get("maxResults", 250)), 2500)
    page = items[first : first + size]
    answer = {
        "kind": "calendar#events",
        "etag": f'"{store.version}"',
        "summary": store.summary,
        "updated": "2026-01-01T00:00:00.000Z",
        "timeZone": args.get("timeZone", store.zone),
        "accessRole": "writer",
        "defaultReminders": [],
        "items": [shown(store, item, args.get("timeZone")) for item in page],
    }
    if first + size < len(items):
        answer["nextPageToken"] = _pack({"from": first + size})
    else:
        answer["nextSyncToken"] = _pack({"version": store.version, "single": args.get("singleEvents")})
    return answer


def shown(store: CalendarStore, item: Item, zone: str | None) -> Item:
    """The event as it leaves: times in the zone asked for, else in the calendar's."""
    told = dict(item)
    for name in ("start", "end", "originalStartTime"):
        if "dateTime" in told.get(name, {}):
            local = store.moment(told[name]).astimezone(ZoneInfo(zone or store.zone))
            told[name] = told[name] | {"dateTime": local.isoformat()}
    return told


def _items(store: CalendarStore, args: dict[str, str]) -> list[Item]:
    if args.get("singleEvents") != "true":
        return list(store.items.values())
    until = datetime.fromisoformat(args["timeMax"]) if "timeMax" in args else None
    return store.instances(until=until)


def _since(store: CalendarStore, cursor: str, args: dict[str, str]) -> int:
    token = _unpack(cursor)
    if token.get("version", 0) < store.oldest_token:
        raise Refused(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    if token.get("single") != args.get("singleEvents"):
        raise Refused(400, "invalid", "The parameters differ from those of the initial synchronization.")
    return int(token["version"])


def _wanted(store: CalendarStore, item: Item, args: dict[str, str], *, after: int, sync: bool) -> bool:
    if sync:
        changed = store.changed.get(item["id"]) or store.changed.get(item.get("recurringEventId", ""), 0)
        return changed > after
    if item["status"] == "cancelled" and args.get("showDeleted") != "true" and "updatedMin" not in args:
        return False
    tests = {
        "timeMin": lambda bound: store.moment(item["end"]) > datetime.fromisoformat(bound),
        "timeMax": lambda bound: store.moment(item["start"]) < datetime.fromisoformat(bound),
        "updatedMin": lambda bound: datetime.fromisoformat(item["updated"]) >= datetime.fromisoformat(bound),
        "iCalUID": lambda uid: item["iCalUID"] == uid,
        "q": lambda words: words.lower() in f"{item.get('summary')} {item.get('description')}".lower(),
        "privateExtendedProperty": lambda pair: _has(item, "private", pair),
        "sharedExtendedProperty": lambda pair: _has(item, "shared", pair),
        "eventTypes": lambda kind: item["eventType"] == kind,
    }
    return all(test(args[name]) for name, test in tests.items() if name in args)


def _has(item: Item, kind: str, pair: str) -> bool:
    name, _, value = pair.partition("=")
    return bool(item.get("extendedProperties", {}).get(kind, {}).get(name) == value)


def _order(store: CalendarStore, by: str) -> Any:
    return (lambda item: store.moment(item["start"])) if by == "startTime" else lambda item: item["updated"]


def check_range(args: dict[str, str], longest: timedelta | None = None) -> None:
    """Refuse a range that is empty or too long, as Google does."""
    if "timeMin" in args and "timeMax" in args:
        start, end = (datetime.fromisoformat(args[name]) for name in ("timeMin", "timeMax"))
        if end <= start:
            raise Refused(400, "timeRangeEmpty", "The specified time range is empty.")
        if longest and end - start > longest:
            raise Refused(400, "timeRangeTooLong", "The requested time range is too long.")


def _pack(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _unpack(token: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(token))
        if isinstance(found, dict):
            return found
    except ValueError:
        pass
    raise Refused(400, "invalid", "Invalid sync or page token value.")
