"""The first rows of a list with what would become of each: for whoever looks before taking it in.

Each row is judged by itself, and by whether its number is to be left alone; repeats are found only when the
whole list is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from data.imports.entry import Entry
from data.imports.list_file import Record
from data.imports.rows import RowReader, Stop
from data.imports.store import suppressed_numbers
from data.imports.triage import why_left_alone
from data.models import Business


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row as it would be taken in. `reason` and `detail` are empty where nothing stands in the way.

    `read` says field by field what the row was understood to say (E.164 number, ISO dates), with the basis
    under `contact_basis`.
    """

    row: int
    cells: list[str]
    read: dict[str, str]
    reason: str = ""
    detail: str = ""


def verdicts(
    session: Session, business: Business, reader: RowReader, records: Iterable[Record]
) -> list[Verdict]:
    """What would become of these rows."""
    rows = [(record, reader.read(record)) for record in records]
    phones = [read.phone for _, read in rows if isinstance(read, Entry)]
    suppressed = suppressed_numbers(session, business, phones)
    found = []
    for record, read in rows:
        if isinstance(read, Entry):
            trouble = why_left_alone(suppressed.get(read.phone, "")) or read.trouble
            understood = _understood(read)
        else:
            trouble = read.trouble if isinstance(read, Stop) else read
            understood = {"phone": ", ".join(read.phones)} if isinstance(read, Stop) else {}
        found.append(
            Verdict(
                record.row,
                record.cells,
                understood,
                trouble.reason if trouble else "",
                trouble.detail if trouble else "",
            )
        )
    return found


def _understood(entry: Entry) -> dict[str, str]:
    values: dict[str, object] = {"phone": entry.phone, "country": entry.country}
    for part in (entry.who, entry.where):
        for name in part.__slots__:
            value = getattr(part, name)
            if name not in ("extra", "country") and value not in (None, "", False):
                values[name] = value
    if entry.basis is not None:
        values["contact_basis"] = entry.basis.evidence
    return {name: str(value) for name, value in values.items()}
