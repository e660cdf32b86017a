"""Cells of files that people open in a spreadsheet, where = + - @ at the beginning makes a formula.

An apostrophe in front says "this is text"; phone numbers get one too, since a spreadsheet would make a
number of +1 212 555 0123 and lose its plus sign. Our own imports take it off again.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TextIO
from zoneinfo import ZoneInfo

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def cell(value: object, zone: ZoneInfo | None = None) -> str | int | float:
    """A value as it stands in a file: numbers as numbers, moments in the zone, text never as a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return value
        case float():
            return round(value, 6)
        case datetime():
            return value.astimezone(zone).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case timedelta():
            return round(value.total_seconds() / 60, 1)
    return guarded(str(value))


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula, whatever stands before its first character."""
    bare = text.lstrip(" \"'\u00a0")
    return f"'{text}" if bare.startswith(_RISKY) or text.startswith(_RISKY) else text


def write_rows(
    file: TextIO,
    header: Sequence[str],
    rows: Iterable[Iterable[object]],
    zone: ZoneInfo | None = None,
    *,
    plain: Collection[str] = (),
) -> int:
    """Write a header and rows; how many rows there were.

    Columns that are `plain` hold numbers in E.164 for another program, and get no apostrophe.
    """
    writer, n = csv.writer(file), 0
    writer.writerow(header)
    bare = {header.index(name) for name in plain}
    for n, row in enumerate(rows, start=1):  # noqa: B007
        writer.writerow([value if at in bare else cell(value, zone) for at, value in enumerate(row)])
    return n
