"""When what the business starts may leave: in lawful hours, and where wished while it is open itself.

Pure. Both must allow a moment, each in its own zone: the contact's for the law (actions/lawful_hours.py), the
business's for its opening hours. Moments are aware, answers UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from actions.lawful_hours import NoLawfulTimeError, closes_at, next_lawful
from actions.lawful_table import LawfulTable
from actions.opening_hours import ranges_on
from data.profile import Profile
from data.whereabouts import Whereabouts

_DAY = timedelta(days=1)
_SEARCH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class OpenTimes:
    """When a business is open: its profile's hours in its zone, holidays of its country closed."""

    profile: Profile
    country: str
    zone: str


def next_allowed(
    moment: datetime,
    where: Whereabouts,
    table: LawfulTable | None = None,
    open_times: OpenTimes | None = None,
) -> datetime:
    """`moment` itself where it is allowed, else the first one behind it that is, UTC.

    Raises NoLawfulTimeError where nothing within a month is, ValueError for a naive moment.
    """
    found = next_lawful(moment, where, table)
    if open_times is None:
        return found
    limit = found + _SEARCH
    while found <= limit:
        opens = _next_open(found, open_times)
        pushed = next_lawful(opens, where, table)
        if pushed == found:
            return found
        found = pushed
    raise NoLawfulTimeError("the hours of the business and those of the contact do not meet")


def allowed_until(
    moment: datetime,
    where: Whereabouts,
    table: LawfulTable | None = None,
    open_times: OpenTimes | None = None,
) -> datetime | None:
    """The first moment behind `moment` that is no longer allowed, UTC; None where `moment` itself is not."""
    closes = closes_at(moment, where, table)
    if closes is None or open_times is None:
        return closes
    utc = moment.astimezone(UTC)
    return next(
        (min(closes, end) for start, end in _open_around(utc, open_times) if start <= utc < end), None
    )


def _next_open(moment: datetime, open_times: OpenTimes) -> datetime:
    day = moment
    while day <= moment + _SEARCH:
        for start, end in _open_around(day, open_times):
            if end > moment:
                return max(start, moment)
        day += _DAY
    raise NoLawfulTimeError("the business is not open within a month")


def _open_around(moment: datetime, open_times: OpenTimes) -> Iterator[tuple[datetime, datetime]]:
    """The open hours that begin on the day of a moment or the day before (UTC), joined, in order."""
    day = moment.astimezone(ZoneInfo(open_times.zone)).date()
    ranges = sorted(
        span
        for each in (day - _DAY, day)
        for start, end in ranges_on(open_times.profile, open_times.country, each)
        if (span := _span(each, start, end, open_times.zone))[0] < span[1]
    )
    joined: tuple[datetime, datetime] | None = None
    for start, end in ranges:
        if joined and start <= joined[1]:
            joined = joined[0], max(joined[1], end)
        else:
            if joined:
                yield joined
            joined = start, end
    if joined:
        yield joined


def _span(day: date, start: time, end: time, zone: str) -> tuple[datetime, datetime]:
    """A range as moments; an end that is not after its start is tomorrow's."""
    last = day if end > start else day + _DAY
    return _wall(day, start, zone), _wall(last, end, zone)


def _wall(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
