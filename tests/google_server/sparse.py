"""Answers with every optional field left out: what another implementation of the protocol may send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from google_server.store import Refused

_KEPT = ("id", "status", "start", "end")


def thinned(method: str, answer: Any, *, bounded: bool) -> Any:
    """The answer without what the document does not promise; lists bounded in time give no sync token."""
    if method == "events.list":
        thin = {name: answer[name] for name in ("nextPageToken", "nextSyncToken") if name in answer}
        if bounded:
            thin.pop("nextSyncToken", None)
        return thin | {"items": [_event(item) for item in answer["items"]]}
    if method in ("events.insert", "events.update", "events.patch"):
        return {"id": answer["id"]}
    if method == "events.get":
        if answer["status"] == "cancelled":
            raise Refused(404, "notFound", "Not Found")
        return _event(answer)
    if method == "freebusy.query":
        return {"calendars": {name: _busy(told) for name, told in answer["calendars"].items()}}
    return answer


def _event(item: dict[str, Any]) -> dict[str, Any]:
    if item["status"] == "cancelled":
        return {"id": item["id"], "status": "cancelled"}
    thin = {name: item[name] for name in _KEPT}
    for edge in ("start", "end"):
        if "dateTime" in item[edge]:
            utc = datetime.fromisoformat(item[edge]["dateTime"]).astimezone(UTC)
            thin[edge] = {"dateTime": utc.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    return thin


def _busy(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value}
