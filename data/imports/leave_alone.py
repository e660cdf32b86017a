"""A list of numbers that must not be contacted: every number in it goes onto the suppression list.

No row needs a name or a basis. With a header that names columns for phone numbers, the numbers of all these
columns count; without one, every number that stands in the file. Of several in one cell, each.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.db import reading, writing
from data.imports.columns import find_columns, phone_columns
from data.imports.entry import Trouble
from data.imports.journal import Journal, begin
from data.imports.list_file import ListError, Record, Text, read
from data.imports.numbers import every_number
from data.imports.report import default_path
from data.imports.stops import LeaveAlone, suppress_all
from data.imports.store import in_chunks
from data.imports.taking_in import business_of


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a do-not-contact list. `added` + `known` are its numbers, each counted once.

    `refused` rows have no number that can be read; they stand in `report`.
    """

    rows: int
    added: int
    known: int
    refused: int
    by_reason: dict[str, int]
    report: Path

    def counts(self) -> dict[str, Any]:
        """The figures, for one line of JSON."""
        return {
            "rows": self.rows,
            "added": self.added,
            "known": self.known,
            "refused": self.refused,
            "by_reason": self.by_reason,
        }


def take_in_do_not_contact(
    path: Path, *, dry_run: bool = False, report: Path | None = None, business_id: int | None = None
) -> Listed:
    """Put the numbers of a file onto the suppression list; repeating it changes nothing. Raises ListError."""
    report = report or default_path(path)
    if report.resolve() == path.resolve():
        raise ListError("the report would overwrite the list; name another file with --report")
    text = read(path)
    header, columns = _columns(text)
    with reading() as session:
        home = business_of(session, business_id)[0].country
    journal, _ = begin(report, dry_run=dry_run)
    try:
        rows, numbers, reasons = _numbers(text, path.name, home, header, columns, journal)
        if not numbers:
            raise ListError(f"there is no phone number in {path.name}")
        journal.report(report, header.cells if header else [])
    finally:
        journal.close(over=True)
    if dry_run:
        with reading() as session:
            business, _ = business_of(session, business_id)
            added = suppress_all(session, business, numbers, dry_run=True)
    else:
        added = 0
        for some in in_chunks(numbers):
            with writing() as session:
                business, _ = business_of(session, business_id, lock=True)
                added += suppress_all(session, business, {phone: numbers[phone] for phone in some})
    return Listed(rows, added, len(numbers) - added, reasons.total(), dict(sorted(reasons.items())), report)


def _columns(text: Text) -> tuple[Record | None, tuple[int, ...]]:
    """The header and its columns for phone numbers; none where the file has no such header."""
    try:
        found = find_columns(text)
    except ListError:
        return None, ()
    return Record(found.row, found.header), phone_columns(found)


def _numbers(
    text: Text,
    name: str,
    home: str,
    header: Record | None,
    columns: tuple[int, ...],
    journal: Journal,
) -> tuple[int, dict[str, LeaveAlone], Counter[str]]:
    numbers: dict[str, LeaveAlone] = {}
    refused: dict[int, Trouble] = {}
    cells: dict[int, list[str]] = {}
    rows = 0
    for record in text.records():
        if header is not None and record.row <= header.row:
            continue
        rows += 1
        wanted = [record.cells[at] for at in columns if at < len(record.cells)] if header else record.cells
        found = [phone for cell in wanted for phone in every_number(cell, home)]
        for phone in found:
            why = LeaveAlone("do_not_contact", f"do-not-contact list, row {record.row} of {name}")
            numbers.setdefault(phone, why)
        if not found:
            blank = not "".join(wanted).strip()
            trouble = (
                Trouble("no_phone", "there is no phone number in this row")
                if blank
                else Trouble("invalid_phone", "nothing in this row can be read as a phone number")
            )
            refused[record.row], cells[record.row] = trouble, record.cells
    journal.add(refused, cells)
    return rows, numbers, Counter(trouble.reason for trouble in refused.values())
