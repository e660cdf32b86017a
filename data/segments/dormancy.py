"""How long somebody has been silent: since what, in which band, and from when a trade calls it dormant. Pure.

A visit, a quote or consultation, and an enquiry all count as engagement; the latest of those asked about is
when somebody was last active. Days are days of the business.
"""

from __future__ import annotations

import calendar
import csv
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from data.segments.facts import Facts

TABLES = Path(__file__).parent / "tables"

Trace = Literal["visit", "quote", "enquiry"]
TRACES: tuple[Trace, ...] = ("visit", "quote", "enquiry")
"""What counts as engagement."""

OLD_MONTHS = 18
"""Beyond it nobody is written to without consent (mission.md; 47 CFR 64.1200(f)(5))."""


@dataclass(frozen=True, slots=True)
class Band:
    """Months of silence from `from_months` on, before `to_months` (None: without end)."""

    name: str
    from_months: int
    to_months: int | None


BANDS = (
    Band("under 3 months", 0, 3),
    Band("3 to 12 months", 3, 12),
    Band("12 to 18 months", 12, 18),
    Band("18 to 36 months", 18, 36),
    Band("over 36 months", 36, None),
)
"""The bands in which lists are counted; the second is worked first by default."""

UNKNOWN = "no date known"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From how many months of silence on a trade's contacts count as dormant, up to when they are worked."""

    trade: str
    from_months: int
    to_months: int
    why: str


def last_active(facts: Facts, since: Collection[Trace] = TRACES) -> date | None:
    """The latest day on which they were engaged in one of these ways; None where none is known."""
    latest = None
    for trace, day in (
        ("visit", facts.last_visit),
        ("quote", facts.quoted_on),
        ("enquiry", facts.enquired_on),
    ):
        if day is not None and trace in since and (latest is None or day > latest):
            latest = day
    return latest


def months_silent(day: date, today: date) -> int:
    """Whole months from `day` to `today`; 0 where it is not past."""
    months = (today.year - day.year) * 12 + today.month - day.month
    return max(0, months - (day > months_before(today, months)))


@lru_cache(maxsize=4096)
def months_before(today: date, months: int) -> date:
    """The day that many months ago; the month's last where it has no such day."""
    years, month = divmod(today.month - 1 - months, 12)
    year = max(1, today.year + years)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def band_of(day: date | None, today: date) -> str:
    """The name of the band in which somebody last active on `day` is."""
    if day is None:
        return UNKNOWN
    months = months_silent(day, today)
    return next(
        band.name
        for band in BANDS
        if months >= band.from_months and (band.to_months is None or months < band.to_months)
    )


def is_dormant(facts: Facts, threshold: Threshold, today: date) -> bool:
    """Whether they are dormant by the usage of a trade; without any date nobody can tell, so they are not."""
    active = last_active(facts)
    return active is not None and active <= months_before(today, threshold.from_months)


def threshold_for(trade: str) -> Threshold:
    """The thresholds of a trade as the owner writes it ("dental", "Hair salon"); else those of no trade."""
    wanted = f" {' '.join(trade.casefold().replace('-', ' ').replace('_', ' ').split())} "
    for words, threshold in _trades():
        if any(f" {word} " in wanted for word in words):
            return threshold
    return _trades()[-1][1]


def trades() -> tuple[Threshold, ...]:
    """All of the table, the one for no trade last."""
    return tuple(threshold for _, threshold in _trades())


def rows_of(table: str) -> list[dict[str, str]]:
    """The rows of one of this package's tables."""
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _trades() -> tuple[tuple[tuple[str, ...], Threshold], ...]:
    return tuple(
        (
            tuple(word.replace("-", " ") for word in row["words"].split("|") if word),
            Threshold(row["trade"], int(row["from_months"]), int(row["to_months"]), row["why"]),
        )
        for row in rows_of("trades")
    )
