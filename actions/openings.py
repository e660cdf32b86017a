"""Openings: from working hours and busy times to the moments at which an appointment may start.

Pure. What comes in is aware (any zone) or wall time of `Availability.zone`; what comes out is UTC. All
reckoning is done on whole microseconds since 1970, so that elapsed minutes stay elapsed minutes on the days
on which the clock is changed. Wall time that a spring change skips is read with the offset before the
change, wall time that an autumn change repeats means its first occurrence (RFC 5545, section 3.3.5).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from actions.calendars import Span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
_DAY = timedelta(days=1)

_GRIDS = (60, 30, 20, 15, 10, 5)
"""Minutes of the local hour on which starts may lie: the largest that divides the step is used."""

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DayRange:
    """Opening hours of one day, in minutes after local midnight. An `end` not after `start` is on the next
    day; 1440 is `24:00`."""

    start: int
    end: int

    @classmethod
    def at(cls, start: str, end: str) -> DayRange:
        """From wall time such as "09:00" and "24:00". Raises ValueError for anything else."""
        return cls(clock_minutes(start), clock_minutes(end))


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Opening hours that come back every week on `days` (1 = Monday … 7 = Sunday)."""

    days: frozenset[int]
    hours: DayRange


@dataclass(frozen=True, slots=True)
class Availability:
    """When appointments of one kind may lie. `zone` is an IANA name; all numbers are minutes.

    `overrides` replaces the hours that begin on a date; an empty tuple closes it. Hours of the evening
    before that run past midnight belong to the evening before and stay. `buffer_before` and `buffer_after`
    are kept free around an appointment, and may lie outside the opening hours.
    """

    zone: str
    hours: tuple[HoursRule, ...] = ()
    overrides: Mapping[date, tuple[DayRange, ...]] = field(default_factory=dict)
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


def clock_minutes(text: str) -> int:
    """Minutes after midnight of a wall time "HH:MM", up to "24:00". Raises ValueError for anything else."""
    hours, colon, minutes = text.partition(":")
    if colon and hours.isdecimal() and minutes.isdecimal() and len(hours) <= 2 and len(minutes) == 2:
        total = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and total <= 1440:
            return total
    raise ValueError(f"not a time of day: {text!r}")


def find_openings(
    availability: Availability,
    *,
    now: datetime,
    start: datetime,
    end: datetime,
    busy: Iterable[Span] = (),
    open_times: Iterable[Span] | None = None,
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
    busy: Iterable[Span] = (),
    open_times: Iterable[Span] | None = None,
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


def whole_days(first: date, last: date, zone: str) -> Span:
    """The local days from `first` to `last`, both included, 23 to 25 hours each."""
    tz = ZoneInfo(zone)
    return Span(_wall(first, 0, tz), _wall(last + _DAY, 0, tz))


def _stamp(moment: datetime) -> int:
    """Microseconds since 1970. Raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a zone: {moment.isoformat()}")
    return (moment - _EPOCH) // _MICROSECOND


def _moment(stamp: int) -> datetime:
    return _EPOCH + timedelta(microseconds=stamp)


def _wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Wall time `minutes` after the midnight with which `day` begins; fold 0."""
    days, rest = divmod(minutes, 1440)
    return datetime.combine(day + days * _DAY, time(rest // 60, rest % 60), zone)


def _opened(
    availability: Availability,
    zone: ZoneInfo,
    earliest: int,
    latest: int,
    open_times: Iterable[Span] | None,
) -> list[Stretch]:
    """The open time within [earliest, latest]: merged, ascending."""
    if earliest >= latest:
        return []
    if open_times is None:
        stretches: Iterable[Stretch] = _weekly(availability, zone, earliest, latest)
    else:
        stretches = ((_stamp(span.start), _stamp(span.end)) for span in open_times)
    within = ((max(begin, earliest), min(finish, latest)) for begin, finish in stretches)
    return _merged(within)


def _weekly(availability: Availability, zone: ZoneInfo, earliest: int, latest: int) -> Iterator[Stretch]:
    """The weekly hours and overrides of every local date that can reach into [earliest, latest]."""
    by_weekday: dict[int, Sequence[DayRange]] = {
        day: [rule.hours for rule in availability.hours if day in rule.days] for day in range(1, 8)
    }
    # Hours may run a whole day past midnight, so the day before the first counts too.
    day = _moment(earliest).astimezone(zone).date() - 2 * _DAY
    final = _moment(latest).astimezone(zone).date()
    while day <= final:
        replaced = availability.overrides.get(day)
        for hours in by_weekday[day.isoweekday()] if replaced is None else replaced:
            end = hours.end if hours.end > hours.start else hours.end + 1440
            yield _stamp(_wall(day, hours.start, zone)), _stamp(_wall(day, end, zone))
        day += _DAY


def _blocked(availability: Availability, busy: Iterable[Span]) -> list[Stretch]:
    """Busy times, each widened by the buffers that an appointment beside it must keep."""
    before, after = availability.buffer_after * _MINUTE, availability.buffer_before * _MINUTE
    return _merged((_stamp(span.start) - before, _stamp(span.end) + after) for span in busy)


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Sorted, with touching and overlapping ones made one, and empty ones left out."""
    merged: list[Stretch] = []
    for begin, finish in sorted(stretches):
        if begin >= finish:
            continue
        if merged and begin <= merged[-1][1]:
            if finish > merged[-1][1]:
                merged[-1] = (merged[-1][0], finish)
        else:
            merged.append((begin, finish))
    return merged


def _without(opened: list[Stretch], blocked: list[Stretch]) -> list[Stretch]:
    """What is left of `opened` outside `blocked`; both merged and ascending."""
    ends = [finish for _, finish in blocked]
    free: list[Stretch] = []
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
