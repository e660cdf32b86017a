"""Taking in a list of contacts: what `rekindle import` does.

`open_list` reads and checks the file without a database; `take_in` sorts its rows and stores them in one
transaction. The steps, in order: list_file, columns, rows (numbers, fields, basis), triage, store, report.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import business_file, clock
from data.db import reading, writing
from data.imports.columns import Columns, find_columns
from data.imports.list_file import ListError, Record, Text, read
from data.imports.preview import Verdict, verdicts
from data.imports.report import default_path, write_report
from data.imports.rows import RowReader
from data.imports.store import Writer, known_numbers, rescue, suppressed_numbers, write_stops
from data.imports.triage import Sorted
from data.imports.words import folded
from data.models import Business, ImportBatch
from data.profile import Profile

__all__ = ["ContactList", "ListError", "Summary", "Verdict", "open_list", "preview", "run", "take_in"]

_AS_GUESSED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a list; `rows` = `accepted` + `updated` + `refused`.

    `report` is where the refused rows stand. `sample_business`: there was no business, so that the sample
    business was loaded.
    """

    rows: int
    accepted: int
    updated: int
    refused: int
    by_reason: dict[str, int]
    report: Path
    sample_business: bool = False

    def counts(self) -> dict[str, Any]:
        """The figures of the contract, in its order."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name in ("rows", "accepted", "updated", "refused", "by_reason")
        }


@dataclass(frozen=True, slots=True)
class ContactList:
    """A list that can be read: its text and what its columns mean."""

    path: Path
    text: Text
    columns: Columns


def open_list(path: Path, mapping: Mapping[str, str] = _AS_GUESSED) -> ContactList:
    """Read a list; `mapping` (field -> column) overrides what the header's names suggest.

    Raises ListError, with one clear sentence, where the file or the mapping cannot be used.
    """
    text = read(path)
    return ContactList(path, text, find_columns(text, mapping))


def run(
    path: Path,
    *,
    dry_run: bool = False,
    mapping: Mapping[str, str] = _AS_GUESSED,
    report: Path | None = None,
    attested_by: str = "",
) -> Summary:
    """Read a list and take it in. The database is connected and migrated. Raises ListError."""
    return take_in(open_list(path, mapping), dry_run=dry_run, report=report, attested_by=attested_by)


def preview(given: ContactList, rows: int = 20, *, business_id: int | None = None) -> list[Verdict]:
    """The first rows of a list with what would become of each; nothing is stored."""
    with reading() as session:
        business, _ = _business(session, business_id)
        reader = _reader(given, business)
        return verdicts(session, business, reader, islice(_below_header(given), rows))


def take_in(
    given: ContactList,
    *,
    dry_run: bool = False,
    report: Path | None = None,
    attested_by: str = "",
    business_id: int | None = None,
) -> Summary:
    """Sort the rows of a list and store them: all of them or, where anything fails, none.

    A dry run counts and writes the report all the same, and changes nothing in the database. Where no
    business is loaded, the sample business is. Raises ListError.
    """
    report = report or default_path(given.path)
    if report.resolve() == given.path.resolve():
        raise ListError("the report would overwrite the list; name another file with --report")
    with _not_collecting():
        # the longest part comes first, while webhooks can still write: SQLite has one writer at a time
        rows, today = _read_rows(given, business_id)
        with reading() if dry_run else writing() as session:
            business, sample = _business(session, business_id)
            writer = _settle(session, business, rows, today)
            refused = rows.refused | writer.done.refused
            reasons = Counter(trouble.reason for trouble in refused.values())
            summary = Summary(
                rows=rows.rows,
                accepted=writer.done.accepted,
                updated=writer.done.updated,
                refused=len(refused),
                by_reason=dict(sorted(reasons.items())),
                report=report,
                sample_business=sample,
            )
            write_report(report, given.columns.header, _below_header(given), refused)
            if not dry_run:
                _write(session, business, given, rows, writer, summary, attested_by)
    return summary


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Rows by the hundred thousand hold no cycles; looking for some takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_rows(given: ContactList, business_id: int | None) -> tuple[Sorted, date]:
    """The rows as they were read, and the day (in the business's zone) for which that holds."""
    with reading() as session:
        reader = _reader(given, _business(session, business_id)[0])
    rows = Sorted()
    for record in _below_header(given):
        rows.add(record.row, reader.read(record))
    return rows, reader.today


def _reader(given: ContactList, business: Business) -> RowReader:
    """What reads the rows, today in the business's zone."""
    today = clock.now().astimezone(ZoneInfo(business.timezone)).date()
    reader = RowReader(given.columns, given.path.name, business.country, today, _services(business))
    reader.learn_dates(_below_header(given))
    return reader


def _business(session: Session, business_id: int | None) -> tuple[Business, bool]:
    """The business (the first where none is named), and whether it is the sample that was loaded just now.

    Its row is locked (where the database knows how), so that two imports do not add the same number.
    """
    query = select(Business).order_by(Business.id).limit(1).with_for_update(key_share=True)
    if business_id is not None:
        query = query.where(Business.id == business_id)
    business = session.scalar(query)
    if business is not None:
        return business, False
    return business_file.load(session, business_file.read_file(business_file.SAMPLE)), True


def _services(business: Business) -> dict[str, str]:
    """What a service may be called -> its id."""
    return {
        folded(name): service.id
        for service in Profile.model_validate(business.profile).services
        for name in (*service.words, service.name, service.id)
    }


def _below_header(given: ContactList) -> Iterator[Record]:
    return (record for record in given.text.records() if record.row > given.columns.row)


def _settle(session: Session, business: Business, rows: Sorted, today: date) -> Writer:
    """Hold the rows against what the database knows; what there is to write waits in the Writer."""
    troubled = [entry for entries in rows.households.values() for entry in entries if entry.trouble]
    rescue(troubled, known_numbers(session, business, {entry.phone for entry in troubled}), today)
    rows.settle(suppressed_numbers(session, business, rows.households))
    writer = Writer(session, business, known_numbers(session, business, rows.households))
    for phone, entries in rows.households.items():
        writer.household(phone, entries)
    return writer


def _write(
    session: Session,
    business: Business,
    given: ContactList,
    rows: Sorted,
    writer: Writer,
    summary: Summary,
    attested_by: str,
) -> None:
    """Write what there is to write; a repeated import leaves no trace at all."""
    stopped = write_stops(session, business, rows.stops)
    if not (stopped or writer.changes):
        return
    batch = ImportBatch(
        business_id=business.id,
        filename=given.path.name,
        sha256=given.text.sha256,
        counts=summary.counts(),
        mapping=given.columns.mapping,
        attested_by=attested_by,
        attested_at=clock.now() if attested_by else None,
        report=str(summary.report.resolve()),
    )
    session.add(batch)
    session.flush()
    writer.write(batch)
