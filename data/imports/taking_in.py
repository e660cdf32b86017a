"""Sorting the rows of a list and storing them, a portion to a transaction, so that others write in between.

Twice through the list: a first look (first_look.py), then portion by portion (portions.py). Each portion is
held against what the database knows, its refused rows go to the journal, and with its last statement the
batch says how far it has come (progress.py). An import that dies is taken up behind its last portion.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import business_file, clock
from data.among import planned_each_time
from data.db import reading, writing
from data.imports import progress as steps
from data.imports.contact_list import ContactList, Summary
from data.imports.entry import Entry
from data.imports.first_look import FirstLook
from data.imports.journal import Journal, begin
from data.imports.list_file import ListError, Record
from data.imports.merging import Places
from data.imports.portions import Portion, portions
from data.imports.progress import Progress
from data.imports.rows import RowReader, Stop
from data.imports.stops import LeaveAlone, suppress_all
from data.imports.store import Writer, known_numbers, rescue, suppressed_numbers, takes_back
from data.imports.triage import settle
from data.imports.withdrawing import Withdrawals
from data.imports.words import folded
from data.models import Business, ImportBatch
from data.profile import Profile


def take_in(
    given: ContactList,
    *,
    report: Path,
    dry_run: bool,
    attested_by: str,
    business_id: int | None,
    on_rows: Callable[[int, int], None] | None,
) -> Summary:
    """See data.imports.take_in."""
    with reading() as session:
        business, sample = business_of(session, business_id)
        running = None if sample else steps.unfinished(
            session, business.id, given.text.sha256, given.columns.mapping
        )  # fmt: skip
        progress = steps.taken_up(running) if running else Progress(_today(business), business.country)
        if dry_run:
            progress = replace(progress, batch_id=None)  # what is counted on top is not written to it
        reader = reader_of(given, business, progress)
    with _not_collecting():
        look = FirstLook(reader, below_header(given))
        work = _Work(given, reader, look, progress, attested_by.strip(), business_id, dry_run)
        _refuse_without_any_basis(work, business.id)
        journal, complete = begin(_where_it_began(running) or report, keep=progress.journal, dry_run=dry_run)
        over = False
        try:
            _store_all(work, journal, report, on_rows)
            summary = replace(
                _summary(work, report),
                sample_business=sample,
                taken_up=running is not None,
                report_complete=complete,
            )
            journal.report(report, given.columns.header)
            if not dry_run:
                with writing() as session:
                    _finish(session, work, summary, report)
            over = True
        finally:
            journal.close(over=over or progress.batch_id is None)
    return summary


def _where_it_began(running: ImportBatch | None) -> Path | None:
    """Whose journal goes on, as long as its folder is there (another machine, or an upload thrown away)."""
    began = Path(running.report) if running and running.report else None
    return began if began and began.parent.is_dir() else None


class _Work:
    """An import under way."""

    def __init__(
        self,
        given: ContactList,
        reader: RowReader,
        look: FirstLook,
        progress: Progress,
        attested_by: str,
        business_id: int | None,
        dry_run: bool,
    ) -> None:
        self.given = given
        self.reader = reader
        self.look = look
        self.progress = progress
        self.attested_by = attested_by
        self.business_id = business_id
        self.dry_run = dry_run
        self.places = Places(progress.home)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """For one step: a transaction, or in a dry run one in which nothing is written."""
        with reading() if self.dry_run else writing() as session, planned_each_time(session):
            yield session

    def batch(self, session: Session, business: Business, report: Path) -> ImportBatch:
        """The batch to write under."""
        fresh = ImportBatch(
            business_id=business.id,
            filename=self.given.path.name,
            sha256=self.given.text.sha256,
            state=steps.RUNNING,
            mapping=self.given.columns.mapping,
            attested_by=self.attested_by,
            attested_at=clock.now() if self.attested_by else None,
            report=str(report.resolve()),
        )
        return steps.batch_of(session, self.progress, fresh)


def _store_all(
    work: _Work,
    journal: Journal,
    report: Path,
    on_rows: Callable[[int, int], None] | None,
) -> None:
    stops = {phone: _left_alone(stop) for phone, stop in work.look.stops.items()}
    if not work.dry_run:
        with writing() as session:
            business, _ = business_of(session, work.business_id, lock=True)
            if suppress_all(session, business, stops):
                work.batch(session, business, report)
    seen = 0
    for number, portion in enumerate(portions(work.reader, work.look, below_header(work.given)), start=1):
        seen += len(portion.cells)
        if number > work.progress.portions:
            with work.session() as session:
                _store(session, work, portion, journal, report)
        if on_rows is not None:
            on_rows(seen, work.look.rows)


def _left_alone(stop: Stop) -> LeaveAlone:
    reason = "do_not_contact" if stop.trouble.reason == "do_not_contact" else "opt_out"
    return LeaveAlone(reason, stop.evidence)


def _store(session: Session, work: _Work, portion: Portion, journal: Journal, report: Path) -> None:
    """One portion: nothing of it is stored, or all of it and that it is."""
    progress = work.progress
    business, _ = business_of(session, work.business_id, lock=not work.dry_run)
    batch = steps.still_ours(session, progress) if progress.batch_id else None
    numbers = list(portion.households)
    known = known_numbers(session, business, numbers)
    troubled = [entry for entries in portion.households.values() for entry in entries if entry.trouble]
    rescue(troubled, known, progress.today)
    withdrawn = Withdrawals(session, portion.households, known, progress.today)
    suppressed = suppressed_numbers(session, business, numbers)
    households, refused = settle(portion.households, work.look.stops, suppressed)
    writer = Writer(session, business, known, progress.today, work.places)
    for phone, entries in households.items():
        writer.household(phone, entries)
    refused |= portion.refused | writer.done.refused
    if (writer.changes or withdrawn.changes) and not work.dry_run:
        batch = batch or work.batch(session, business, report)
        writer.write(batch)
        withdrawn.write()
    after = replace(
        progress,
        portions=progress.portions + 1,
        accepted=progress.accepted + writer.done.accepted,
        updated=progress.updated + writer.done.updated,
        by_reason=progress.by_reason + Counter(trouble.reason for trouble in refused.values()),
        journal=journal.add(dict(sorted(refused.items())), portion.cells),
    )
    if batch is not None:
        batch.counts = after.as_json()
        session.flush()
    work.progress = after


def _finish(session: Session, work: _Work, summary: Summary, report: Path) -> None:
    """The batch is done. Where the list brought nothing, there is none: no trace but what is attested now."""
    if work.progress.batch_id is not None:
        batch = steps.still_ours(session, work.progress)
        batch.counts, batch.state, batch.report = summary.counts(), steps.DONE, str(report.resolve())
        if work.attested_by and not batch.attested_by:
            batch.attested_by, batch.attested_at = work.attested_by, clock.now()
    if work.attested_by:
        business, _ = business_of(session, work.business_id)
        steps.attest_earlier(session, business.id, work.given.text.sha256, work.attested_by)


def _summary(work: _Work, report: Path) -> Summary:
    progress = work.progress
    return Summary(
        rows=work.look.rows,
        accepted=progress.accepted,
        updated=progress.updated,
        refused=progress.by_reason.total(),
        by_reason=dict(sorted(progress.by_reason.items())),
        report=report,
    )


def _refuse_without_any_basis(work: _Work, business_id: int) -> None:
    """A list that shows of nobody why they may be texted is no list of the business's own contacts."""
    look = work.look
    if look.stops or not look.any_number or work.progress.portions:
        return
    for portion in portions(work.reader, look, below_header(work.given)):
        entries = [entry for entries in portion.households.values() for entry in entries]
        if any(entry.trouble is None or entry.trouble.reason != "no_basis" for entry in entries):
            return
        if _on_record(entries, portion, business_id, work):
            return
    raise ListError(
        f"{work.given.path.name} shows of nobody why they may be texted, neither consent nor a visit nor a "
        "dated enquiry, and is refused as a whole; say which it is with --map contact_basis=COLUMN or --map "
        "last_visit=COLUMN if a column shows it"
    )


def _on_record(entries: list[Entry], portion: Portion, business_id: int, work: _Work) -> bool:
    """Whether the database has a basis that any of these rows may go by, or takes back."""
    with reading() as session, planned_each_time(session):
        business = session.get(Business, business_id)
        if business is None:
            return False
        known = known_numbers(session, business, portion.households)
        rescue(entries, known, work.progress.today)
    return any(entry.trouble is None or takes_back(entry, known) for entry in entries)


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


def business_of(session: Session, business_id: int | None, *, lock: bool = False) -> tuple[Business, bool]:
    """The business (the first where none is named), and whether it is the sample that was loaded just now.

    Locked (where the database knows how), two imports do not add the same number; texts go on meanwhile.
    """
    query = select(Business).order_by(Business.id).limit(1)
    if business_id is not None:
        query = query.where(Business.id == business_id)
    if lock:
        query = query.with_for_update(key_share=True)
    business = session.scalar(query)
    if business is not None:
        return business, False
    return business_file.load(session, business_file.read_file(business_file.SAMPLE)), True


def reader_of(given: ContactList, business: Business, progress: Progress | None = None) -> RowReader:
    """What reads the rows for this business, on the day (in its zone) and for the country of the progress."""
    now = progress or Progress(_today(business), business.country)
    services = {
        folded(name): service.id
        for service in Profile.model_validate(business.profile).services
        for name in (*service.words, service.name, service.id)
    }
    reader = RowReader(given.columns, given.path.name, now.home, now.today, services)
    reader.learn_dates(below_header(given))
    return reader


def below_header(given: ContactList) -> Iterator[Record]:
    """The rows of contacts."""
    return (record for record in given.text.records() if record.row > given.columns.row)


def _today(business: Business) -> date:
    return clock.now().astimezone(ZoneInfo(business.timezone)).date()
