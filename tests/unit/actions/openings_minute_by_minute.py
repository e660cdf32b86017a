"""A second, slow answer to `rekindle openings`, to hold the fast one against: it looks at every minute.

It shares nothing with actions/openings.py. Wall time is found by looking it up in a table of what the local
clock shows at each minute; every time in a case must be a whole minute.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

AROUND = 4 * 1440


class Clock:
    """What the clock of a zone shows at every minute around a stretch of time."""

    def __init__(self, zone: str, first: int, last: int) -> None:
        self.first = first
        tz = ZoneInfo(zone)
        self.shows = [local(minute, tz) for minute in range(first, last)]
        self.shown: dict[datetime, int] = {}
        for minute, wall in enumerate(self.shows, start=first):
            self.shown.setdefault(wall, minute)

    def minute_of(self, wall: datetime) -> int:
        """The first minute at which the clock shows `wall`; a skipped one is reckoned from before the gap."""
        back = 0
        while wall - timedelta(minutes=back) not in self.shown:
            back += 1
        return self.shown[wall - timedelta(minutes=back)] + back


def local(minute: int, tz: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, tz).replace(tzinfo=None, fold=0)


@lru_cache(maxsize=64)
def clock_around(zone: str, day: int) -> Clock:
    return Clock(zone, day * 1440 - 2 * AROUND, day * 1440 + 4 * AROUND)


def openings(case: dict) -> list[str]:
    """The answer to a case, as ISO times in UTC."""
    zone = case["timezone"]
    rough = datetime.fromisoformat(case["from"]).replace(tzinfo=UTC)
    clock = clock_around(zone, int(rough.timestamp()) // 86400)

    def minute(text: str, *, closing: bool = False) -> int:
        if len(text) == 10:
            day = datetime.fromisoformat(text)
            return clock.minute_of(day + timedelta(days=closing))
        moment = datetime.fromisoformat(text)
        return clock.minute_of(moment) if moment.tzinfo is None else int(moment.timestamp()) // 60

    low = max(minute(case["from"]), minute(case["now"]) + case.get("notice_min", 0))
    high = minute(case["to"])
    if "open" in case:
        opened = [(minute(span["start"]), minute(span["end"])) for span in case["open"]]
    else:
        opened = weekly(case, clock, date.fromisoformat(case["from"][:10]))
    open_at = {m for begin, end in opened for m in range(max(begin, low), min(end, high))}
    busy_at = {
        m
        for span in case.get("busy", [])
        for m in range(minute(span["start"]), minute(span["end"], closing=True))
    }
    before, after = case.get("buffer_before_min", 0), case.get("buffer_after_min", 0)
    near_busy = {m for b in busy_at for m in range(b - after, b + 1 + before)}
    free_at = open_at - near_busy

    duration, step = case["duration_min"], case["step_min"]
    grid = 60 if step % 60 == 0 else next((g for g in (30, 20, 15, 10, 5) if step % g == 0), None)
    found = []
    awaited: int | None = None
    for m in range(low, high):
        if m not in free_at:
            continue
        if m - 1 not in free_at:
            awaited = None
        if awaited is None and (grid is None or clock.shows[m - clock.first].minute % grid == 0):
            awaited = m
        if m == awaited:
            if all(each in free_at for each in range(m, m + duration)):
                assert not any(each in busy_at for each in range(m - before, m + duration + after))
                found.append(m)
            awaited += step
    return [datetime.fromtimestamp(m * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for m in found]


def weekly(case: dict, clock: Clock, first: date) -> list[tuple[int, int]]:
    found = []
    for offset in range(-3, 9):
        day = first + timedelta(days=offset)
        ranges = [rule for rule in case.get("hours", []) if day.isoweekday() in rule["days"]]
        for override in case.get("overrides", []):
            if override["date"] == day.isoformat():
                ranges = override["ranges"]
        for each in ranges:
            begin, end = wall(day, each["start"]), wall(day, each["end"])
            if end <= begin:
                end += timedelta(days=1)
            found.append((clock.minute_of(begin), clock.minute_of(end)))
    return found


def wall(day: date, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return datetime(day.year, day.month, day.day) + timedelta(hours=int(hours), minutes=int(minutes))
