"""What the pages of a list show: its columns and first rows with their verdict, and what came of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from bot.staff import lists_uploads, lists_work, outreach_words
from bot.staff.lists_uploads import CONTACTS, DO_NOT_CONTACT, Upload
from bot.staff.outreach_bars import Bar, bars
from data.imports import (
    Listed,
    ListError,
    Summary,
    list_file,
    open_list,
    preview,
    take_in,
    take_in_do_not_contact,
)
from data.models import ImportBatch
from scheduler.list_audit import audit_of

FIRST, WIDEST, PAGE = 8, 8, 50
"""Rows shown before it is taken in, columns of them, and refused rows on a page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list: its own cells, and why it is refused (empty: it is taken)."""

    number: int
    cells: tuple[str, ...]
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Before:
    """A list that waits. `chosen`: field -> its column; `wrong`: why it cannot be read as it is."""

    wrong: str
    interrupted: bool
    names: list[str]
    chosen: dict[str, str]
    counts: dict[str, Any]
    reasons: list[Bar]
    rows: list[Row]
    more_columns: int
    audit: dict[str, Any]

    @property
    def usable(self) -> int:
        """How many rows, or numbers to leave alone, would be taken in."""
        return sum(int(self.counts.get(name, 0)) for name in ("accepted", "updated", "added"))


@dataclass(frozen=True, slots=True)
class After:
    """What became of a list that was taken in."""

    wrong: str
    counts: dict[str, Any]
    reasons: list[Bar]
    reason: str
    rows: list[Row]
    page: int
    more: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class Past:
    """A list that was taken in, and the name of its upload while that is kept (else empty)."""

    batch: ImportBatch
    token: str


def look_through(upload: Upload, business_id: int) -> None:
    """Count what would come of it, without changing anything."""
    lists_work.start(upload, lists_work.LOOKED, partial(_look, upload, business_id))


def store(upload: Upload, business_id: int) -> None:
    """Take it in; the list itself is then thrown away, its refused rows stay."""
    lists_work.start(upload, lists_work.TAKEN, partial(_store, upload, business_id))


def map_columns(upload: Upload, mapping: dict[str, str]) -> None:
    """Use these columns (field -> column); what was counted with others is forgotten."""
    if not lists_work.under_way(upload):
        lists_uploads.write(replace(upload, mapping=mapping))
        (upload.folder / lists_work.LOOKED).unlink(missing_ok=True)


def before(upload: Upload) -> Before:
    """What is known of a list that waits. Its cells are read from itself: nothing keeps a second copy."""
    looked: Any = lists_uploads.saved(upload, lists_work.LOOKED) or {}
    counts = looked.get("counts") or {}
    wrong, names, chosen, rows = looked.get("wrong", ""), [], dict(upload.mapping or {}), []
    if upload.kind == CONTACTS:
        try:
            given = open_list(upload.file, upload.mapping or {})
            names, chosen = given.columns.names, given.columns.mapping
            first = preview(given, FIRST, business_id=upload.business_id)
            rows = [Row(one.row, tuple(one.cells[:WIDEST]), one.reason, one.detail) for one in first]
        except ListError as error:
            wrong, names = f"{plain(error, upload)}.", _header(upload)
    return Before(
        wrong=wrong[:1].upper() + wrong[1:],
        interrupted=lists_work.interrupted(upload, lists_work.TAKEN),
        names=names,
        chosen=chosen,
        counts=counts,
        reasons=_reasons(counts),
        rows=rows,
        more_columns=max(0, len(names) - WIDEST),
        audit=looked.get("audit") or {},
    )


def after(upload: Upload, reason: str, page: int) -> After:
    """What came of it, and a page of the refused rows, of one reason alone where one is named."""
    taken: Any = lists_uploads.saved(upload, lists_work.TAKEN) or {}
    counts = taken.get("counts") or {}
    reason = reason if reason in (counts.get("by_reason") or {}) else ""
    wanted = (row for row in _refused(upload.refused) if not reason or row.reason == reason)
    found = list(islice(wanted, (page - 1) * PAGE, page * PAGE + 1))
    return After(
        wrong=taken.get("wrong", ""),
        counts=counts,
        reasons=_reasons(counts),
        reason=reason,
        rows=found[:PAGE],
        page=page,
        more=len(found) > PAGE,
        kept=upload.refused.exists(),
    )


def plain(error: ListError, upload: Upload) -> str:
    """What is wrong with a list, without our folder's name."""
    said = str(error).replace(str(upload.file), upload.filename)
    return said.partition("; say which it is with --map")[0].rstrip(".")


def _look(upload: Upload, business_id: int) -> dict[str, Any]:
    scratch = upload.folder / "would_refuse.csv"
    if upload.kind == DO_NOT_CONTACT:
        listed = take_in_do_not_contact(upload.file, dry_run=True, report=scratch, business_id=business_id)
        scratch.unlink(missing_ok=True)
        return {"counts": listed.counts()}
    given, rows = open_list(upload.file, upload.mapping or {}), lists_work.note_rows(upload)
    audit = audit_of(given, business_id=business_id).as_json()
    try:
        done = take_in(given, dry_run=True, report=scratch, business_id=business_id, on_rows=rows)
    except ListError as error:
        return {"audit": audit, "wrong": f"{plain(error, upload)}."}
    finally:
        scratch.unlink(missing_ok=True)
    return {"audit": audit, "counts": done.counts()}


def _store(upload: Upload, business_id: int) -> dict[str, Any]:
    done: Summary | Listed
    if upload.kind == DO_NOT_CONTACT:
        done = take_in_do_not_contact(upload.file, report=upload.refused, business_id=business_id)
    else:
        done = take_in(
            open_list(upload.file, upload.mapping or {}),
            report=upload.refused,
            attested_by=upload.attested_by,
            business_id=business_id,
            on_rows=lists_work.note_rows(upload),
        )
    upload.file.unlink()
    return {"counts": done.counts()}


def _header(upload: Upload) -> list[str]:
    """The names in the first line, for a list whose columns were not understood."""
    try:
        first = next(list_file.read(upload.file).records())
    except (ListError, StopIteration):
        return []
    return [" ".join(cell.split()) or f"column {at}" for at, cell in enumerate(first.cells, start=1)]


def _refused(path: Path) -> Iterator[Row]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines, None)
        for number, reason, detail, *cells in lines:
            yield Row(int(number), tuple(cells), reason, detail)


def _reasons(counts: dict[str, Any]) -> list[Bar]:
    by_reason = counts.get("by_reason") or {}
    return bars((reason, outreach_words.refused(reason), many) for reason, many in by_reason.items())


def past(batch: ImportBatch, business_id: int) -> Past:
    """An import of the past. Of one from the command line, or long ago, no rows are left to be shown."""
    token = Path(batch.report).parent.name if batch.report else ""
    upload = lists_uploads.find(token, business_id)
    return Past(batch, token if upload is not None else "")
