"""Openings: from working hours and busy times to the moments at which an appointment may start.

Pure. What comes in is aware (any zone) or wall time of `Availability.zone`; what comes out is UTC. All
reckoning is done on whole microseconds since 1970, so that elapsed minutes stay elapsed minutes on the days
on which the clock is changed. Wall time that a spring change skips is read with the offset before the
change, wall time that an autumn change repeats means its first occurrence (RFC 5545, section 3.3.5).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
_DAY = timedelta(days=1)

_GRIDS = (60, 30, 20, 15, 10, 5)
"""Minutes of the local hour on which starts may lie: the largest that divides the step is used."""

_Piece = tuple[int, int]
"""The same as a Stretch, in microseconds since 1970."""


Stretch = tuple[datetime, datetime]
"""Absolute time from an aware moment to an aware one, the end exclusive."""

DayRange = tuple[time, time]
"""Wall time of one day; an end not after its start is on the next day, so that 00:00 as an end is 24:00."""


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Opening hours, in wall time, that come back every week on `days` (1 = Monday … 7 = Sunday)."""

    days: Collection[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class DateOverride:
    """The hours that begin on one date, in place of the weekly ones; no ranges = closed."""

    day: date
    ranges: tuple[DayRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Availability:
    """When appointments of one kind may lie. `zone` is an IANA name; all numbers are minutes.

    Of two overrides for one date the later counts. Hours of the evening before that run past midnight belong
    to the evening before: an override leaves them. `buffer_before` and `buffer_after` are kept free around an
    appointment, and may lie outside the opening hours. Raises ValueError for numbers that make no sense.
    """

    zone: str
    hours: tuple[HoursRule, ...] = ()
    overrides: tuple[DateOverride, ...] = ()
    duration: int = 30
    step: int = 30
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0

    def __post_init__(self) -> None:
        if self.duration <= 0 or self.step <= 0:
            raise ValueError("duration and step must be above 0 minutes")
        if self.buffer_before < 0 or self.buffer_after < 0 or self.notice < 0:
            raise ValueError("buffers and notice cannot be negative")


def find_openings(
    availability: Availability,
    *,
    now: datetime,
    start: datetime,
    end: datetime,
    busy: Iterable[Stretch] = (),
    open_times: Iterable[Stretch] | None = None,
) -> list[datetime]:
    """Every start of an appointment in [start, end], UTC, ascending, each once.

    `now`, `start` and `end` are aware. `open_times` takes the place of the weekly hours and overrides. The
    grid of starts begins anew in each stretch that is free, on the local clock (contracts.md, `rekindle
    openings`), and goes on in elapsed minutes; the whole appointment ends by the end of its stretch.
    """
    zone = ZoneInfo(availability.zone)
    earliest = max(_stamp(start), _stamp(now) + availability.notice * _MINUTE)
    latest = _stamp(end)
    opened = _opened(availability, zone, earliest, latest, open_times)
    free = _without(opened, _blocked(availability, busy))
    duration, step = availability.duration * _MINUTE, availability.step * _MINUTE
    grid = next((minutes for minutes in _GRIDS if availability.step % minutes == 0), None)
    found: list[datetime] = []
    for begin, finish in free:
        last = finish - duration
        if begin <= last:
            first = begin if grid is None else _on_grid(begin, grid, zone)
            found += [_moment(stamp) for stamp in range(first, last + 1, step)]
    return found


def is_free(
    availability: Availability,
    moment: datetime,
    *,
    now: datetime,
    busy: Iterable[Stretch] = (),
    open_times: Iterable[Stretch] | None = None,
) -> bool:
    """Whether an appointment may start at exactly `moment` (aware), on the grid or off it.

    For a time that the contact names, and for the fresh look before a booking.
    """
    zone = ZoneInfo(availability.zone)
    begin = _stamp(moment)
    finish = begin + availability.duration * _MINUTE
    if begin < _stamp(now) + availability.notice * _MINUTE:
        return False
    opened = _opened(availability, zone, begin, finish, open_times)
    return _without(opened, _blocked(availability, busy)) == [(begin, finish)]


def whole_days(first: date, last: date, zone: str) -> Stretch:
    """The local days from `first` to `last`, both included, 23 to 25 hours each."""
    tz = ZoneInfo(zone)
    return datetime.combine(first, time(), tz), datetime.combine(last + _DAY, time(), tz)


def _stamp(moment: datetime) -> int:
    """Microseconds since 1970. Raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a zone: {moment.isoformat()}")
    return (moment - _EPOCH) // _MICROSECOND


def _moment(stamp: int) -> datetime:
    return _EPOCH + timedelta(microseconds=stamp)


def _opened(
    availability: Availability,
    zone: ZoneInfo,
    earliest: int,
    latest: int,
    open_times: Iterable[Stretch] | None,
) -> list[_Piece]:
    """The open time within [earliest, latest]: merged, ascending."""
    if earliest >= latest:
        return []
    if open_times is None:
        stretches: Iterable[_Piece] = _weekly(availability, zone, earliest, latest)
    else:
        stretches = ((_stamp(begin), _stamp(finish)) for begin, finish in open_times)
    within = ((max(begin, earliest), min(finish, latest)) for begin, finish in stretches)
    return _merged(within)


def _weekly(availability: Availability, zone: ZoneInfo, earliest: int, latest: int) -> Iterator[_Piece]:
    """The weekly hours and overrides of every local date that can reach into [earliest, latest]."""
    by_weekday: dict[int, Sequence[DayRange]] = {
        day: [(rule.start, rule.end) for rule in availability.hours if day in rule.days]
        for day in range(1, 8)
    }
    by_date = {override.day: override.ranges for override in availability.overrides}
    # Hours may run a whole day past midnight, so the days before the first count too.
    day = _moment(earliest).astimezone(zone).date() - 2 * _DAY
    final = _moment(latest).astimezone(zone).date()
    while day <= final:
        for start, end in by_date.get(day, by_weekday[day.isoweekday()]):
            until = day if end > start else day + _DAY
            yield _stamp(datetime.combine(day, start, zone)), _stamp(datetime.combine(until, end, zone))
        day += _DAY


def _blocked(availability: Availability, busy: Iterable[Stretch]) -> list[_Piece]:
    """Busy times, each widened by the buffers that an appointment beside it must keep."""
    before, after = availability.buffer_after * _MINUTE, availability.buffer_before * _MINUTE
    return _merged((_stamp(begin) - before, _stamp(finish) + after) for begin, finish in busy)


def _merged(stretches: Iterable[_Piece]) -> list[_Piece]:
    """Sorted, with touching and overlapping ones made one, and empty ones left out."""
    merged: list[_Piece] = []
    for begin, finish in sorted(stretches):
        if begin >= finish:
            continue
        if merged and begin <= merged[-1][1]:
            if finish > merged[-1][1]:
                merged[-1] = (merged[-1][0], finish)
        else:
            merged.append((begin, finish))
    return merged


def _without(opened: list[_Piece], blocked: list[_Piece]) -> list[_Piece]:
    """What is left of `opened` outside `blocked`; both merged and ascending."""
    ends = [finish for _, finish in blocked]
    free: list[_Piece] = []
    for begin, finish in opened:
        index = bisect_left(ends, begin)
        while index < len(blocked) and blocked[index][0] < finish:
            if begin < blocked[index][0]:
                free.append((begin, blocked[index][0]))
            begin = max(begin, blocked[index][1])
            index += 1
        if begin < finish:
            free.append((begin, finish))
    return free


def _on_grid(stamp: int, grid: int, zone: ZoneInfo) -> int:
    """The first moment from `stamp` on at which the local clock shows a whole multiple of `grid` minutes."""
    local = _moment(stamp).astimezone(zone)
    past = ((local.minute % grid) * 60 + local.second) * 1_000_000 + local.microsecond
    if not past:
        return stamp
    reached = stamp + grid * _MINUTE - past
    offset = local.utcoffset()
    if _moment(reached).astimezone(zone).utcoffset() == offset:
        return reached
    # The clock is changed on the way, and not everywhere by whole hours (Lord Howe: 30 minutes). What was
    # reckoned holds up to the change; from there it is reckoned anew.
    before, changed = stamp, reached
    while changed - before > 1:
        middle = (before + changed) // 2
        if _moment(middle).astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            changed = middle
    return _on_grid(changed, grid, zone)
