"""Which column of a list of sales holds what: guessed from the header, or said by whoever brings it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path

from data.imports.list_file import ListError, Record, Text
from data.imports.words import folded

FIELDS = ("phone", "crm_id", "amount", "sold_on", "reference")
_TABLE = Path(__file__).parent / "tables" / "sale_columns.csv"
_WITHIN = 10
"""A title or two may stand above the header, not more."""


def find_header(text: Text, asked: Mapping[str, str]) -> tuple[Record, dict[str, int]]:
    """The header and, for each field, the column it stands in (from 0).

    Raises ListError for a field or column that there is not, and where there is no amount, no date, or
    nothing that says whose the sale is.
    """
    for field in asked:
        if field not in FIELDS:
            raise ListError(f"there is no field {field!r}; the fields are {', '.join(FIELDS)}")
    candidates = list(islice(text.records(), _WITHIN))
    if not candidates:
        raise ListError(f"{text.name} is empty")
    for record in candidates:
        found = _guess(record, asked)
        if _is_header(found) and not _missing(record, asked):
            return record, found
    nearest = next((one for one in candidates if _is_header(_guess(one, {}))), candidates[0])
    there = f"the columns are {', '.join(repr(cell) for cell in nearest.cells[:25])}"
    if missing := _missing(nearest, asked):
        raise ListError(f"{text.name} has no column {missing[0]!r}; {there}")
    raise ListError(
        f"{text.name} needs a column for the amount, one for the date, and one for the phone number or the "
        f"CRM's id; {there}; say which is which with --map amount=COLUMN"
    )


def _is_header(found: Mapping[str, int]) -> bool:
    return {"amount", "sold_on"} <= found.keys() and bool(found.keys() & {"phone", "crm_id"})


def _missing(record: Record, asked: Mapping[str, str]) -> list[str]:
    return [column for column in asked.values() if _position(record, column) is None]


def _position(record: Record, wanted: str) -> int | None:
    """The column of that name; by its exact name first, then however it is written."""
    if wanted in record.cells:
        return record.cells.index(wanted)
    keys = [folded(cell) for cell in record.cells]
    return keys.index(folded(wanted)) if folded(wanted) in keys else None


def _guess(record: Record, asked: Mapping[str, str]) -> dict[str, int]:
    keys = [folded(cell) for cell in record.cells]
    positions = {field: _position(record, column) for field, column in asked.items()}
    found = {field: at for field, at in positions.items() if at is not None}
    for field, name in _names():
        if field not in found and name in keys and (at := keys.index(name)) not in found.values():
            found[field] = at
    return found


@cache
def _names() -> tuple[tuple[str, str], ...]:
    return tuple(_read())


def _read() -> Iterator[tuple[str, str]]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in row["names"].split("|"):
                yield row["field"], folded(name)
                yield row["field"], folded(name.replace(" ", ""))
