"""The table of lawful hours: who may be texted on which weekdays between which hours, row by row with source.

Rows of the same country and state belong together; whatever applies to a contact (every country's rows, its
country's, its state's) must all allow a moment, so that the narrower always wins. The table shipped is
actions/tables/lawful_hours.csv; a business may have its own (docs/lawful-hours.md),
which can only be narrower than the federal hours. Not legal advice.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache, cached_property, lru_cache
from io import StringIO
from pathlib import Path

from actions.public_holidays import kept_in
from data.whereabouts import Whereabouts

ANY = "*"
UNKNOWN = "unknown"
"""In place of a state: these rows count for contacts of whom no zone is known."""

COLUMNS = ("country", "state", "weekdays", "start", "end", "holidays", "source")

CEILING = (time(8), time(21))
"""The federal hours, 47 CFR 64.1200(c)(1). The rows for every country keep within them, and so all do."""

SHIPPED = Path(__file__).parent / "tables" / "lawful_hours.csv"

Hours = tuple[time, time]
"""Local wall time, the end exclusive."""


class LawfulTableError(ValueError):
    """The table cannot be used; the message names the row. Trying again cannot help."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: texts may leave on `weekdays` (1 = Monday) from `start` to `end`, local, end exclusive.

    `holidays`: on public holidays too. `source` says where the rule comes from. `line`: in its file.
    """

    country: str
    state: str
    weekdays: frozenset[int]
    start: time
    end: time
    holidays: bool
    source: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class LawfulTable:
    """The rules in force. Raises LawfulTableError where they are not one clear table within the ceiling."""

    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        seen: set[tuple[str, str, int]] = set()
        for rule in self.rules:
            days = {(rule.country, rule.state, day) for day in rule.weekdays}
            if days & seen:
                raise LawfulTableError(
                    f"line {rule.line}: a weekday of {rule.country} {rule.state} stands in two rows"
                )
            if rule.country == ANY and not CEILING[0] <= rule.start < rule.end <= CEILING[1]:
                raise LawfulTableError(
                    f"line {rule.line}: the hours for every country lie within {CEILING[0]:%H:%M} and "
                    f"{CEILING[1]:%H:%M}, the federal hours; they may be narrower, not wider"
                )
            seen |= days
        if not all((ANY, state, day) in seen for state in (ANY, UNKNOWN) for day in range(1, 6)):
            raise LawfulTableError("rows for every country are missing: * * and * unknown, Monday to Friday")

    @cached_property
    def _groups(self) -> Mapping[tuple[str, str], Mapping[int, Rule]]:
        groups: dict[tuple[str, str], dict[int, Rule]] = {}
        for rule in self.rules:
            groups.setdefault((rule.country, rule.state), {}).update(dict.fromkeys(rule.weekdays, rule))
        return groups

    @cached_property
    def _weeks(self) -> dict[tuple[str | None, str | None, bool], tuple[tuple[Hours, bool] | None, ...]]:
        return {}

    def hours(self, where: Whereabouts, day: date) -> Hours | None:
        """The hours of a local day on which a contact may be texted; None where there are none."""
        place = (where.country, where.state, bool(where.zones))
        week = self._weeks.get(place)
        if week is None:
            week = self._weeks[place] = self._week(*place)
        found = week[day.weekday()]
        if found is None:
            return None
        hours, on_holidays = found
        if not on_holidays and day in _holidays(where.country or "", where.state or "", day.year):
            return None
        return hours

    def _week(
        self, country: str | None, state: str | None, zone_known: bool
    ) -> tuple[tuple[Hours, bool] | None, ...]:
        """For each weekday what all rows that apply allow, and whether on holidays too."""
        keys = _keys(country, state, zone_known)
        groups = [group for key in keys if (group := self._groups.get(key))]
        return tuple(_together([group.get(weekday) for group in groups]) for weekday in range(1, 8))


def _together(rules: list[Rule | None]) -> tuple[Hours, bool] | None:
    allowing = [rule for rule in rules if rule is not None]
    if len(allowing) < len(rules):
        return None
    start, end = max(rule.start for rule in allowing), min(rule.end for rule in allowing)
    if start >= end:
        return None
    return (start, end), all(rule.holidays for rule in allowing)


def _keys(country: str | None, state: str | None, zone_known: bool) -> Iterable[tuple[str, str]]:
    """The groups of rows that apply, the widest first."""
    yield ANY, ANY
    if not zone_known:
        yield ANY, UNKNOWN
    if country:
        yield country, ANY
        if not zone_known:
            yield country, UNKNOWN
        if state:
            yield country, state


def _holidays(country: str, state: str, year: int) -> Mapping[date, str]:
    """What the state keeps, or the whole country where its states are not known."""
    return kept_in(country, state, year) or kept_in(country, "", year)


@cache
def shipped() -> LawfulTable:
    """The table that comes with the service."""
    return read(SHIPPED)


@lru_cache(maxsize=256)
def table_of(text: str | None) -> LawfulTable:
    """The table in force for a business: its own, as kept in Business.lawful_table, else the shipped one.

    Read once for each content. Raises LawfulTableError for one that cannot be used: nothing may leave then.
    """
    return shipped() if text is None else parse(text)


def read(path: Path) -> LawfulTable:
    """A table from a CSV file with the columns of the shipped one. Raises LawfulTableError, OSError."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise LawfulTableError("this is no text in UTF-8") from None


def parse(text: str) -> LawfulTable:
    """A table from CSV text. Raises LawfulTableError, which names the line."""
    rows = csv.DictReader(StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise LawfulTableError(f"line 1: the columns are {','.join(COLUMNS)}; {missing[0]} is missing")
    try:
        rules = [_rule(rows.line_num, row) for row in rows]
    except csv.Error as error:
        raise LawfulTableError(f"line {rows.line_num}: {error}") from None
    return LawfulTable(tuple(rules))


def _rule(number: int, row: dict[str, str | None]) -> Rule:
    cell = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if empty := [name for name, value in cell.items() if not value]:
        raise LawfulTableError(f"line {number}: {empty[0]} is missing")
    if not re.fullmatch(r"\*|[A-Z]{2}", cell["country"], re.ASCII):
        raise LawfulTableError(f"line {number}: country is * or two capital letters, such as US")
    if cell["country"] == ANY and cell["state"] not in (ANY, UNKNOWN):
        raise LawfulTableError(f"line {number}: a state needs its country")
    if cell["holidays"] not in ("yes", "no"):
        raise LawfulTableError(f"line {number}: holidays is yes or no")
    try:
        start, end = time.fromisoformat(cell["start"]), time.fromisoformat(cell["end"])
    except ValueError as error:
        raise LawfulTableError(f"line {number}: {error}") from None
    if start.tzinfo or end.tzinfo:
        raise LawfulTableError(f"line {number}: the hours are local, without a zone")
    if start >= end:
        raise LawfulTableError(f"line {number}: start is not before end")
    return Rule(
        country=cell["country"],
        state=cell["state"],
        weekdays=_weekdays(number, cell["weekdays"]),
        start=start,
        end=end,
        holidays=cell["holidays"] == "yes",
        source=cell["source"],
        line=number,
    )


def _weekdays(number: int, text: str) -> frozenset[int]:
    """Weekdays written like "1-5" or "6"."""
    match = re.fullmatch(r"([1-7])(?:-([1-7]))?", text, re.ASCII)
    days = frozenset(range(int(match[1]), int(match[2] or match[1]) + 1)) if match else frozenset()
    if not days:
        raise LawfulTableError(f"line {number}: weekdays are numbers from 1 (Monday) to 7, like 1-5")
    return days
