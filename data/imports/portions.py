"""A list in portions: so many households each, with all rows of a number together, wherever they stand.

The same list gives the same portions every time, which is what lets an import that died be taken up again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from data.imports.entry import Entry, Trouble
from data.imports.first_look import FirstLook
from data.imports.list_file import Record
from data.imports.rows import RowReader, Stop
from data.imports.triage import Households

SIZE = 5_000
"""Rows after which a portion ends: what is stored in one transaction, a fraction of a second."""


@dataclass(slots=True)
class Portion:
    """`refused` are rows that can be no entry; `cells` are those of every row of the portion."""

    households: Households = field(default_factory=dict)
    refused: dict[int, Trouble] = field(default_factory=dict)
    cells: dict[int, list[str]] = field(default_factory=dict)


def portions(reader: RowReader, look: FirstLook, records: Iterator[Record]) -> Iterator[Portion]:
    """All portions in order; `records` are those of the first look. The first portion comes even if empty."""
    now = Portion()
    waiting: dict[str, list[tuple[Entry, list[str]]]] = {}
    for record, number in zip(records, look.numbers(), strict=True):
        if number is None:
            found = reader.look(record)
            assert isinstance(found, Stop | Trouble)
            now.refused[record.row] = found.trouble if isinstance(found, Stop) else found
            now.cells[record.row] = record.cells
        else:
            entry = reader.entry(record, number)
            if (often := look.repeated.get(entry.phone, 1)) == 1:
                now.households[entry.phone] = [entry]
                now.cells[record.row] = record.cells
            else:
                rows = waiting.setdefault(entry.phone, [])
                rows.append((entry, record.cells))
                if len(rows) == often:
                    now.households[entry.phone] = [entry for entry, _ in waiting.pop(entry.phone)]
                    now.cells.update((entry.row, cells) for entry, cells in rows)
        if len(now.cells) >= SIZE:
            yield _in_order(now)
            now = Portion()
    yield _in_order(now)


def _in_order(portion: Portion) -> Portion:
    """Its households in the order of their first rows; they came in that of their last ones."""
    portion.households = dict(sorted(portion.households.items(), key=lambda item: item[1][0].row))
    return portion
