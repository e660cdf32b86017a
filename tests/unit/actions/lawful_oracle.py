"""The lawful hours once more, told otherwise: seconds since 1970 and the rows of the CSV file as they stand.

Nothing of actions/lawful_hours.py or actions/lawful_table.py is used: a mistake there is not made twice.
"""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import holidays

from data.whereabouts import Whereabouts

DAY = 86_400

zone_named = lru_cache(maxsize=None)(ZoneInfo)


class Oracle:
    """Answers for one table, given as CSV text."""

    def __init__(self, text: str) -> None:
        self._rows: dict[tuple[str, str], list[tuple[int, int, int, int, bool]]] = {}
        for row in csv.DictReader(text.splitlines()):
            first, _, last = row["weekdays"].partition("-")
            self._rows.setdefault((row["country"], row["state"]), []).append(
                (int(first), int(last or first), _seconds(row["start"]), _seconds(row["end"]),
                 row["holidays"] == "yes")
            )  # fmt: skip

    def allows(self, moment: datetime, where: Whereabouts) -> bool:
        """Whether every row that applies allows the moment in every zone that the number might be in."""
        zones = where.zones or _all_of(where.country or "US")
        return all(self._in_zone(moment, zone, where) for zone in zones)

    def _in_zone(self, moment: datetime, zone: str, where: Whereabouts) -> bool:
        offset = moment.astimezone(zone_named(zone)).utcoffset() or timedelta(0)
        day, second = divmod(int(moment.timestamp() + offset.total_seconds()), DAY)
        weekday = (day + 3) % 7 + 1  # 1 January 1970 was a Thursday
        applying = [("*", "*")]
        if not where.zones:
            applying.append(("*", "unknown"))
        if where.country:
            applying.append((where.country, "*"))
            if not where.zones:
                applying.append((where.country, "unknown"))
            if where.state:
                applying.append((where.country, where.state))
        for place in applying:
            rows = self._rows.get(place)
            if rows is None:
                continue
            fitting = [row for row in rows if row[0] <= weekday <= row[1]]
            if not fitting:
                return False
            _, _, start, end, on_holidays = fitting[0]
            if not start <= second < end:
                return False
            if not on_holidays and _is_holiday(day, where.country or "", where.state or ""):
                return False
        return True


def _seconds(text: str) -> int:
    hour, minute = text.split(":")[:2]
    return int(hour) * 3600 + int(minute) * 60


@lru_cache(maxsize=10_000)
def _is_holiday(day: int, country: str, state: str) -> bool:
    return date(1970, 1, 1) + timedelta(days=day) in _kept(country, state)


@lru_cache(maxsize=100)
def _kept(country: str, state: str) -> holidays.HolidayBase | set[date]:
    for subdivision in (state or None, None):
        try:
            return holidays.country_holidays(country, subdiv=subdivision)
        except NotImplementedError:
            continue
    return set()


@lru_cache(maxsize=300)
def _all_of(country: str) -> tuple[str, ...]:
    """Every zone of a country, those that keep the same time too."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    return tuple(line.split("\t")[2] for line in table.splitlines() if line.startswith(f"{country}\t"))
