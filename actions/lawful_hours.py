"""When a text that the business starts may leave, in every zone that the number might be in; and callbacks.

Pure. The hours come from a table (actions/lawful_table.py). Of a contact whose zone is unknown we take every
zone of the country at once, so that the text is in hours wherever the phone lies. Moments are aware, answers
UTC; wall time that a change of the clock skips or repeats is read as RFC 5545 says (section 3.3.5).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from actions.lawful_table import LawfulTable, shipped
from data.whereabouts import Whereabouts
from nlu.understanding import Window

_COUNTRY_OF_THE_UNKNOWN = "US"
"""Whose zones are taken for a number of no country: its hours are the narrowest that still leave a window."""

_zone = cache(ZoneInfo)
"""ZoneInfo itself keeps eight zones only, and reads the others from disk again and again."""

CALLBACK_CLOCK = time(10)
"""When a callback leaves on a day that was named without a time: contracts.md."""

_SEARCH = timedelta(days=30)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


class NoLawfulTimeError(Exception):
    """No moment within a month is lawful in all zones at once; trying again cannot help."""


def is_lawful(moment: datetime, where: Whereabouts, table: LawfulTable | None = None) -> bool:
    """Whether a proactive text may leave at `moment`, in every zone of `where`."""
    return closes_at(moment, where, table) is not None


def closes_at(moment: datetime, where: Whereabouts, table: LawfulTable | None = None) -> datetime | None:
    """When the window around `moment` closes, UTC, as `window_end`; None where `moment` is not lawful."""
    utc, table = _utc(moment), table or shipped()
    closes: datetime | None = None
    for zone in _zones(where):
        end = _hours_around(utc, zone, where, table)
        if end is None:
            return None
        closes = end if closes is None else min(closes, end)
    return closes


def next_lawful(moment: datetime, where: Whereabouts, table: LawfulTable | None = None) -> datetime:
    """`moment` itself where it is lawful, else the start of the next window, UTC.

    Raises NoLawfulTimeError where the zones leave no window in common, or ValueError for a naive moment.
    """
    zones, table = _zones(where), table or shipped()
    found, limit = _utc(moment), _utc(moment) + _SEARCH
    while found <= limit:
        # Each zone can only push the moment on: what none pushes any more is the first that suits all.
        pushed = found
        for zone in zones:
            pushed = _next_in(pushed, zone, where, table)
        if pushed == found:
            return found
        found = pushed
    raise NoLawfulTimeError(f"no hours in common: {', '.join(zones)}")


def window_end(moment: datetime, where: Whereabouts, table: LawfulTable | None = None) -> datetime:
    """When the window around `moment` closes, UTC: the first moment at which no text may leave any more.

    Raises ValueError where `moment` is not lawful.
    """
    closes = closes_at(moment, where, table)
    if closes is None:
        raise ValueError(f"not a lawful moment: {moment.isoformat()}")
    return closes


def callback_moment(
    window: Window | None,
    *,
    now: datetime,
    zone: str,
    where: Whereabouts,
    open_days: Collection[int],
    unnamed_days: int = 28,
    table: LawfulTable | None = None,
) -> datetime:
    """When to text a contact who put us off to `window` (local to `zone`, the contact's): UTC, never past.

    A named time is kept. Of a named period it is 10:00 on its first day on which the business is open
    (`open_days`, 1 = Monday; none = every day), and of one that has begun on the next such day from tomorrow.
    Of a part of a day that has no 10:00 it is the start; of a day or part of a day that has begun, half of
    what is left is waited for. None: after `unnamed_days`. Lawful hours can only push it on. Raises what
    next_lawful raises.
    """
    local = _utc(now).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if window is None:
        due = _open_morning(local.date() + unnamed_days * _DAY, open_days)
    elif window.grain in ("minute", "hour") and (not window.end or window.end - window.start <= _HOUR):
        due = _same_time_ahead(window.start, local)
    elif window.end is not None and window.end - window.start <= _DAY:
        due = _within_day(window.start, window.end, window.grain == "day", local, open_days)
    elif (due := max(_open_morning(window.start.date(), open_days), window.start)) <= local:
        due = _open_morning(local.date() + _DAY, open_days)
    return next_lawful(max(due.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), _utc(now)), where, table)


def _open_morning(day: date, open_days: Collection[int]) -> datetime:
    """10:00 of the first open day from `day` on."""
    while open_days and day.isoweekday() not in open_days:
        day += _DAY
    return datetime.combine(day, CALLBACK_CLOCK)


def _same_time_ahead(start: datetime, now: datetime) -> datetime:
    """A named time of day: where it is past already, that of the next day."""
    return start if start >= now else start + -((start - now) // _DAY) * _DAY


def _within_day(
    start: datetime, end: datetime, whole: bool, now: datetime, open_days: Collection[int]
) -> datetime:
    """10:00 of an open day; in a part of a day 10:00 too if it lies there, else its start.

    Of one that has begun, half of the rest.
    """
    ten = datetime.combine(start.date(), CALLBACK_CLOCK)
    due = _open_morning(start.date(), open_days) if whole else ten if start <= ten < end else start
    if due > now:
        return due
    if end > now and (not whole or not open_days or now.isoweekday() in open_days):
        half = now + (end - now) / 2
        return max(half.replace(minute=half.minute - half.minute % 15, second=0, microsecond=0), now)
    return _open_morning(now.date() + _DAY, open_days)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def _zones(where: Whereabouts) -> tuple[str, ...]:
    return where.zones or _zones_of_country(where.country or _COUNTRY_OF_THE_UNKNOWN)


def _wall(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, _zone(zone)).astimezone(UTC)


def _hours_around(utc: datetime, zone: str, where: Whereabouts, table: LawfulTable) -> datetime | None:
    """The end (UTC) of the hours in which a moment lies in one zone; None where it lies in none."""
    local = utc.astimezone(_zone(zone))
    hours = table.hours(where, local.date())
    if hours and hours[0] <= local.time() < hours[1]:
        return _wall(local.date(), hours[1], zone)
    return None


def _next_in(utc: datetime, zone: str, where: Whereabouts, table: LawfulTable) -> datetime:
    """The moment itself where it is lawful in one zone, else the start of that zone's next hours, UTC."""
    if _hours_around(utc, zone, where, table):
        return utc
    day = utc.astimezone(_zone(zone)).date()
    for _ in range(_SEARCH.days):
        hours = table.hours(where, day)
        if hours and (start := _wall(day, hours[0], zone)) > utc:
            return start
        day += _DAY
    raise NoLawfulTimeError(f"no hours at all in {zone}")


@cache
def _zones_of_country(country: str) -> tuple[str, ...]:
    """The zones of a country (tz database, zone.tab), of those that keep the same time only the first."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    named = [fields[2] for line in lines if (fields := line.split("\t"))[0] == country]
    moments = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=7 * week) for week in range(700)]
    alike: dict[tuple[timedelta | None, ...], str] = {}
    for name in named:
        alike.setdefault(tuple(moment.astimezone(ZoneInfo(name)).utcoffset() for moment in moments), name)
    return tuple(alike.values()) or _zones_of_country(_COUNTRY_OF_THE_UNKNOWN)
