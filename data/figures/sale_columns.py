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

    Raises ListError where there is no amount, no date, or nothing that says whose the sale is.
    """
    for field in asked:
        if field not in FIELDS:
            raise ListError(f"there is no field {field!r}; the fields are {', '.join(FIELDS)}")
    first: Record | None = None
    for record in islice(text.records(), _WITHIN):
        first = first or record
        found = _guess(record, asked)
        if {"amount", "sold_on"} <= found.keys() and found.keys() & {"phone", "crm_id"}:
            return record, found
    if first is None:
        raise ListError(f"{text.name} is empty")
    there = ", ".join(repr(cell) for cell in first.cells[:25])
    raise ListError(
        f"{text.name} needs a column for the amount, one for the date, and one for the phone number or the "
        f"CRM's id; the columns are {there}; say which is which with --map amount=COLUMN"
    )


def _guess(record: Record, asked: Mapping[str, str]) -> dict[str, int]:
    keys = [folded(cell) for cell in record.cells]
    found = {field: keys.index(folded(column)) for field, column in asked.items() if folded(column) in keys}
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
