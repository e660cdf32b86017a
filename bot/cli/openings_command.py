"""`rekindle openings`: the free openings of cases given as JSON lines (contracts.md)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from actions.openings import (
    Availability,
    DateOverride,
    DayRange,
    HoursRule,
    Stretch,
    find_openings,
    whole_days,
)

_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:00)?", re.ASCII)


class BadCaseError(ValueError):
    """The case cannot be read; trying it again cannot help. The message is a sentence for its author."""


@click.command()
@click.argument("source", type=click.File("r", encoding="utf-8"), default="-")
def command(source: Any) -> None:
    """List the free openings for cases given as JSON, one a line (from a file or standard input)."""
    failed = False
    for line in source:
        if not line.strip():
            continue
        answer = answer_to(line)
        failed = failed or "error" in answer
        click.echo(json.dumps(answer))
    sys.exit(1 if failed else 0)


def answer_to(line: str) -> dict[str, Any]:
    """The answer to one line: `{"openings": […]}`, or `{"error": sentence}` where it cannot be read."""
    try:
        case = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "not a line of JSON"}
    try:
        return {"openings": [_written(moment) for moment in _openings(case)]}
    except BadCaseError as bad:
        return {"error": str(bad)}
    except OverflowError:
        return {"error": "a date or a number is out of range"}


def _openings(case: Any) -> list[datetime]:
    if not isinstance(case, dict):
        raise BadCaseError("a case is a JSON object")
    zone = case.get("timezone") or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise BadCaseError(f"timezone: not an IANA zone: {zone!r}") from None
    start = _moment(case, "from" if case.get("from") is not None else "now", zone)
    now = _moment(case, "now", zone) if case.get("now") is not None else start
    opened = case.get("open")
    try:
        availability = Availability(
            zone=zone,
            hours=tuple(_rule(rule) for rule in _rows(case, "hours")),
            overrides=tuple(_override(row) for row in _rows(case, "overrides")),
            duration=_minutes(case, "duration_min"),
            step=_minutes(case, "step_min"),
            buffer_before=_minutes(case, "buffer_before_min"),
            buffer_after=_minutes(case, "buffer_after_min"),
            notice=_minutes(case, "notice_min"),
        )
    except BadCaseError:
        raise
    except ValueError as error:
        raise BadCaseError(str(error)) from None
    return find_openings(
        availability,
        now=now,
        start=start,
        end=_moment(case, "to", zone),
        busy=[_span(row, zone, "busy") for row in _list(case, "busy")],
        open_times=None if opened is None else [_span(row, zone, "open") for row in _list(case, "open")],
    )


def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"


def _list(case: Mapping[str, Any], key: str) -> list[Any]:
    value = case.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadCaseError(f"{key}: not a list")
    return value


def _rows(case: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = _list(case, key)
    if not all(isinstance(row, dict) for row in rows):
        raise BadCaseError(f"{key}: not a list of objects")
    return rows


def _minutes(case: Mapping[str, Any], key: str) -> int:
    value = case.get(key)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value != int(value):
        raise BadCaseError(f"{key}: not a whole number of minutes")
    return int(value)


def _rule(row: Mapping[str, Any]) -> HoursRule:
    days = _list(row, "days")
    if not all(type(day) is int and 1 <= day <= 7 for day in days):
        raise BadCaseError("hours: days are numbers from 1 (Monday) to 7")
    return HoursRule(frozenset(days), *_range(row, "hours"))


def _override(row: Mapping[str, Any]) -> DateOverride:
    day = _bare_date(row.get("date"))
    if day is None:
        raise BadCaseError(f"overrides: not a date: {row.get('date')!r}")
    return DateOverride(day, tuple(_range(each, "overrides") for each in _rows(row, "ranges")))


def _range(row: Mapping[str, Any], key: str) -> DayRange:
    start, end = row.get("start"), row.get("end")
    return _clock(start, key), time() if end == "24:00" else _clock(end, key)


def _clock(value: Any, key: str) -> time:
    """Wall time such as "09:00" or "9:00"."""
    if isinstance(value, str) and _CLOCK.fullmatch(value):
        hours, minutes = value.split(":")[:2]
        return time(int(hours), int(minutes))
    raise BadCaseError(f"{key}: not a time of day: {value!r}")


def _bare_date(value: Any) -> date | None:
    """The date where `value` is one without a time of day."""
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _moment(case: Mapping[str, Any], key: str, zone: str) -> datetime:
    """An aware moment; a naive one is local to `zone`."""
    value = case.get(key)
    if value is None:
        raise BadCaseError(f"{key} is missing")
    try:
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise BadCaseError(f"{key}: not an ISO time: {value!r}") from None
    return (moment.replace(tzinfo=ZoneInfo(zone)) if moment.tzinfo is None else moment).astimezone(UTC)


def _span(row: Any, zone: str, key: str) -> Stretch:
    """A stretch of absolute time. A bare date is that whole local day, so as an end it is included."""
    if not isinstance(row, dict):
        raise BadCaseError(f"{key}: not a list of objects")
    first = _bare_date(row.get("start"))
    last = _bare_date(row.get("end")) or (first if row.get("end") is None else None)
    start = whole_days(first, first, zone)[0] if first else _moment(row, "start", zone)
    end = whole_days(last, last, zone)[1] if last else _moment(row, "end", zone)
    if start <= end:
        return start, end
    if _is_ahead(row["start"], row["end"]):
        return start, start
    raise BadCaseError(f"{key}: {row['start']} is after {row['end']}")


def _is_ahead(start: str, end: str) -> bool:
    """Whether two wall times are in order as written, though a spring change turned them round."""
    written = datetime.fromisoformat(start), datetime.fromisoformat(end)
    return all(moment.tzinfo is None for moment in written) and written[0] <= written[1]
