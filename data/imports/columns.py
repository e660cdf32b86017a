"""Which column holds which field: guessed from the header's names, overridden by whoever imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from data.imports.list_file import ListError, Record, Text
from data.imports.words import folded, table

FIELDS = (
    "first_name", "last_name", "phone", "email", "timezone", "state", "postal_code", "country",
    "last_visit", "last_service", "value", "relationship", "contact_basis", "basis_date",
    "opted_out", "booked_until", "preferred_time", "crm_id",
    "quoted_on", "enquired_on", "due_on", "visits", "unhappy",
)  # fmt: skip
"""The fields of the contract, and those that segments and scores ask for (docs/lists.md).

`full_name` exists beside them and is split into first and last."""

_HEADER_WITHIN = 10
"""A title or two may stand above the header, not more."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a list and what its columns mean.

    `names` are unique and never blank; `fields` says in which column (from 0) a field stands; `stops` are
    all columns that can mark a row as opted out, since overlooking the second one would text somebody who
    asked not to be; `others` are the columns that are kept as they come.
    """

    header: list[str]
    row: int
    names: list[str]
    fields: dict[str, int]
    stops: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def mapping(self) -> dict[str, str]:
        """Field -> the name of its column, in the order of the columns; `full_name` may be among them."""
        return {field: self.names[at] for field, at in sorted(self.fields.items(), key=lambda item: item[1])}

    def name(self, field: str) -> str:
        """The header's own name for a field."""
        return self.names[self.fields[field]]


def find_columns(text: Text, asked: Mapping[str, str] | None = None) -> Columns:
    """Find the header and read it; `asked` (field -> column) goes before every guess.

    Raises ListError for an unknown field or column, and where no column holds phone numbers.
    """
    for field in asked or {}:
        if field not in FIELDS:
            raise ListError(f"there is no field {field!r}; the fields are {', '.join(FIELDS)}")
    candidates: list[Record] = []
    for record in text.records():
        candidates.append(record)
        if len(candidates) == _HEADER_WITHIN:
            break
    if not candidates:
        raise ListError(f"{text.name} is empty")
    for record in candidates:
        columns = _columns(record, asked or {})
        if "phone" in columns.fields and not _missing(columns, asked or {}):
            return columns
    first = _columns(candidates[0], asked or {})
    there = f"the columns are {_listed(first.names)}"
    if missing := _missing(first, asked or {}):
        raise ListError(f"{text.name} has no column {missing[0]!r}; {there}")
    if any(_looks_like_a_number(cell) for cell in candidates[0].cells):
        raise ListError(
            f"{text.name} has no header: its first line looks like a contact, and should name the columns"
        )
    raise ListError(
        f"{text.name} has no column for phone numbers; {there}; say which it is with --map phone=COLUMN"
    )


def phone_columns(columns: Columns) -> tuple[int, ...]:
    """Every column that may hold a phone number: the one that counts, then the likelier ones first."""
    names = [key for field, key in _preferences() if field == "phone"]
    rank = {key: number for number, key in reversed(list(enumerate(names)))}
    keys = [folded(name) for name in columns.header]  # of two columns of one name, both
    found = sorted((rank[key], at) for at, key in enumerate(keys) if key in rank)
    return tuple(dict.fromkeys((columns.fields["phone"], *(at for _, at in found))))


def _listed(names: Sequence[str]) -> str:
    shown = [name if len(name) <= 30 else name[:29] + "…" for name in names[:25]]
    return ", ".join(map(repr, shown)) + (f" and {len(names) - 25} more" if len(names) > 25 else "")


def _columns(record: Record, asked: Mapping[str, str]) -> Columns:
    header = [" ".join(cell.split()) for cell in record.cells]
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = cell or f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    positions = {field: _position(names, column) for field, column in asked.items()}
    fields = {field: at for field, at in positions.items() if at is not None}
    keys = [folded(name) for name in names]
    for field, key in _preferences():
        if field not in fields and key in keys and (at := keys.index(key)) not in fields.values():
            fields[field] = at
    if "first_name" in fields and "last_name" in fields:
        fields.pop("full_name", None)
    stop_names = {key for field, key in _preferences() if field == "opted_out"}
    taken = set(fields.values())
    stops = {at for at, key in enumerate(keys) if key in stop_names and at not in taken}
    if "opted_out" in fields:
        stops.add(fields["opted_out"])
    others = tuple(at for at in range(len(names)) if at not in taken)
    return Columns(header, record.row, names, fields, tuple(sorted(stops)), others)


def _missing(columns: Columns, asked: Mapping[str, str]) -> list[str]:
    return [column for column in asked.values() if _position(columns.names, column) is None]


def _position(names: Sequence[str], wanted: str) -> int | None:
    """The column of that name; by its exact name first, then however it is written."""
    if wanted in names:
        return names.index(wanted)
    keys = [folded(name) for name in names]
    return keys.index(folded(wanted)) if folded(wanted) in keys else None


def _looks_like_a_number(cell: str) -> bool:
    digits = sum(char.isdigit() for char in cell)
    return 7 <= digits <= 15 and digits > sum(char.isalpha() for char in cell)


@cache
def _preferences() -> tuple[tuple[str, str], ...]:
    """(field, folded name), the likelier name of a field first; `FirstName` and `first_name` count too."""
    found: list[tuple[str, str]] = []
    for row in table("column_names"):
        for name in row["names"].split("|"):
            key = folded(name)
            found += [(row["field"], key), (row["field"], key.replace(" ", ""))]
    return tuple(dict.fromkeys(found))
