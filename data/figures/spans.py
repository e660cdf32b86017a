"""Moments and days in SQL, alike on both databases: so many days later, the local day of a moment."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Integer, Interval, String, case, cast, func, literal, type_coerce
from sqlalchemy.orm import Session

from data import clock
from data.models.base import Moment

_WEEK = 7 * 24 * 60
"""In minutes; no zone changes its clocks twice in that time."""


class Spans:
    """Writes such expressions for one session, in one zone; `since`: no moment asked about is earlier."""

    def __init__(self, session: Session, zone: str, since: datetime) -> None:
        self._lite = session.get_bind().dialect.name == "sqlite"
        self._zone = ZoneInfo(zone)
        self._since = since

    def later(self, moment: Any, days: int) -> ColumnElement[datetime]:
        """So many times 24 hours after a moment, to the microsecond."""
        if self._lite:
            # SQLite counts in milliseconds, so the fraction of the second is carried over as it stands
            text = type_coerce(moment, String)
            whole = func.datetime(func.substr(text, 1, 19), f"+{days} days", type_=String())
            return type_coerce(whole.concat(func.substr(text, 20)), Moment())
        # hours, since a day of an interval has 23 of them when the server's zone changes its clocks
        added = moment + func.make_interval(0, 0, 0, 0, 24 * days, type_=Interval())
        return type_coerce(added, Moment())

    def earlier_of(self, one: Any, other: Any) -> ColumnElement[datetime]:
        """The earlier of two moments; `one` may be NULL, and is then the later one."""
        return type_coerce(case((one < other, one), else_=other), Moment())

    def day(self, moment: Any) -> ColumnElement[date]:
        """The local day of a moment."""
        if not self._lite:
            return cast(func.timezone(self._zone.key, moment), Date)
        # without its fraction, which SQLite would round up into the next day
        whole = func.substr(type_coerce(moment, String), 1, 19)
        return type_coerce(func.date(whole, self._offset(moment)), Date())

    def day_later(self, day: Any, days: int) -> ColumnElement[date]:
        """So many calendar days after a day."""
        if self._lite:
            return type_coerce(func.date(type_coerce(day, String), f"+{days} days"), Date())
        return type_coerce(day + literal(days, Integer), Date())

    def _offset(self, moment: Any) -> ColumnElement[str]:
        """What SQLite adds to UTC, as "-18000 seconds": it knows no zones, so the changes are spelt out."""
        changes = list(_changes(self._zone, self._since, clock.now() + timedelta(days=366)))
        last = changes.pop()[1]
        branches = [(moment < literal(until, Moment()), f"{offset} seconds") for until, offset in changes]
        return case(*branches, else_=f"{last} seconds") if branches else literal(f"{last} seconds")


def _changes(zone: ZoneInfo, since: datetime, until: datetime) -> list[tuple[datetime, int]]:
    """Each offset from UTC in seconds, and the moment until which it holds; after the last one it stays."""

    def moment(minute: int) -> datetime:
        return datetime.fromtimestamp(minute * 60, UTC)

    def offset(minute: int) -> int:
        shift = moment(minute).astimezone(zone).utcoffset()
        return int(shift.total_seconds()) if shift else 0

    found, at, last = [], int(since.timestamp()) // 60, int(until.timestamp()) // 60
    while at < last:
        behind = min(at + _WEEK, last)
        present = offset(at)
        if offset(behind) != present:
            behind = at + bisect_left(range(at, behind), True, key=lambda m: offset(m) != present)
            found.append((moment(behind), present))
        at = behind
    return [*found, (moment(last), offset(last))]
