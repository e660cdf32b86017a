"""Taking in a list of sales: the same list again changes nothing; refused rows go to a report, with why."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.db import reading, writing
from data.figures.sale_columns import find_header
from data.imports.date_order import is_day_first
from data.imports.entry import Trouble
from data.imports.fields import read_date, read_money
from data.imports.list_file import Record, Text, read
from data.imports.numbers import BadNumber, NoNumber, read_number
from data.imports.report import default_path, write_report
from data.models import Business, Contact, Person, Sale
from data.queries.sales import SaleRefused, refuse_unusable, today_of

PORTION = 1_000
T = TypeVar("T")


@dataclass(slots=True)
class Taken:
    """What became of a list of sales."""

    rows: int = 0
    entered: int = 0
    unchanged: int = 0
    """Sales that were there already, by their reference."""
    amount: float = 0.0
    """The sum of those entered."""
    by_reason: Counter[str] = field(default_factory=Counter)
    report: Path | None = None

    @property
    def refused(self) -> int:
        """The rows that were refused."""
        return self.by_reason.total()


@dataclass(slots=True)
class _Row:
    """A row that can be read; `phone` and `crm_id` say whose it is."""

    record: Record
    phone: str | None
    crm_id: str
    amount: float
    sold_on: date
    reference: str
    contact: int = 0


Refused = list[tuple[int, Trouble, list[str]]]


def take_in(
    path: Path,
    business_id: int,
    *,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    report: Path | None = None,
) -> Taken:
    """Read a CSV of sales and enter them; the columns are guessed (`mapping`: field -> column goes first).

    Without a reference of its own, a sale is known by its contact, day and amount, and by how many like it
    stand above it in the list. Raises ListError where the file cannot be read or the report not written.
    """
    text = read(path)
    header, columns = find_header(text, mapping or {})
    with reading() as session:
        business = session.get_one(Business, business_id)
    taken, refused = Taken(report=report or default_path(path)), Refused()
    rows = _rows(text, header, columns, business, taken, refused)
    like: Counter[tuple[int, date, float]] = Counter()
    seen: dict[str, _Row] = {}
    while portion := list(islice(rows, PORTION)):
        with reading() as session:
            known = list(_known(session, business, portion, refused))
            fresh = list(_fresh(session, business, known, like, seen, taken, refused))
        if not dry_run:
            _enter(business, fresh)
        taken.entered += len(fresh)
        taken.amount = round(taken.amount + sum(row.amount for row in fresh), 2)
    taken.by_reason.update(trouble.reason for _, trouble, _ in refused)
    assert taken.report is not None
    write_report(taken.report, header.cells, sorted(refused, key=lambda one: one[0]))
    return taken


def _rows(
    text: Text, header: Record, columns: dict[str, int], business: Business, taken: Taken, refused: Refused
) -> Iterator[_Row]:
    day_first = is_day_first(_dates(text, header, columns["sold_on"]), business.country)
    today = today_of(business)
    for record in text.records():
        if record.row <= header.row:
            continue
        taken.rows += 1
        try:
            yield _read(record, columns, business, day_first, today)
        except SaleRefused as error:
            refused.append((record.row, Trouble(error.reason, str(error)), record.cells))


def _read(record: Record, columns: dict[str, int], business: Business, day_first: bool, today: date) -> _Row:
    def cell(name: str) -> str:
        at = columns.get(name)
        text = record.cells[at].strip() if at is not None and at < len(record.cells) else ""
        return text.removeprefix("'")  # which our own files put before numbers (data/figures/csv_cells.py)

    amount, sold_on = read_money(cell("amount")), read_date(cell("sold_on"), day_first)
    if amount is None:
        raise SaleRefused("amount", f"“{cell('amount')}” cannot be read as an amount")
    if sold_on is None:
        raise SaleRefused("date", f"“{cell('sold_on')}” cannot be read as a date")
    refuse_unusable(amount, sold_on, today)
    phone, crm_id = None, cell("crm_id")
    try:
        phone = read_number(cell("phone"), business.country).e164
    except NoNumber:
        if not crm_id:
            raise SaleRefused("nobody", "neither a phone number nor a CRM id says whose sale it is") from None
    except BadNumber as error:
        if not crm_id:
            raise SaleRefused("invalid_phone", str(error)) from None
    return _Row(record, phone, crm_id, amount, sold_on, cell("reference"))


def _known(session: Session, business: Business, rows: list[_Row], refused: Refused) -> Iterator[_Row]:
    """Those whose contact is known: by the CRM's id where it is known, else by the number."""
    by_id: dict[str, set[int]] = {}
    ids = {row.crm_id for row in rows if row.crm_id}
    for crm_id, contact in session.execute(
        select(Person.crm_id, Contact.id)
        .join(Contact, Contact.id == Person.contact_id)
        .where(Contact.business_id == business.id, Person.crm_id.in_(ids))
    ):
        by_id.setdefault(crm_id or "", set()).add(contact)
    phones = {row.phone for row in rows if row.phone}
    by_phone = {
        found.phone: found.id
        for found in session.execute(
            select(Contact.phone, Contact.id).where(
                Contact.business_id == business.id, Contact.phone.in_(phones)
            )
        )
    }
    for row in rows:
        named = by_id.get(row.crm_id, set())
        called = by_phone.get(row.phone or "")
        if called is not None and (not named or called in named):
            row.contact = called
        elif len(named) == 1:
            (row.contact,) = named
        else:
            _refuse(refused, row, "no_contact", _why_nobody(row, bool(named)))
            continue
        yield row


def _why_nobody(row: _Row, several: bool) -> str:
    if several:
        return f"the CRM id {row.crm_id} belongs to several contacts; give the phone number as well"
    who = " and ".join(filter(None, (row.phone, row.crm_id and f"the CRM id {row.crm_id}")))
    return f"{who} is not among the contacts; import the contact first"


def _fresh(
    session: Session,
    business: Business,
    rows: list[_Row],
    like: Counter[tuple[int, date, float]],
    seen: dict[str, _Row],
    taken: Taken,
    refused: Refused,
) -> Iterator[_Row]:
    """Those that are not there yet."""
    for row in rows:
        if not row.reference:
            same = (row.contact, row.sold_on, row.amount)
            like[same] += 1
            row.reference = _own_reference(*same, like[same])
    there = {
        sale.reference: sale
        for sale in session.scalars(
            select(Sale).where(
                Sale.business_id == business.id, Sale.reference.in_({row.reference for row in rows})
            )
        )
    }
    for row in rows:
        other: Any = there.get(row.reference)
        before = seen.get(row.reference)
        if other is None and before is not None:
            other = before
        if other is None:
            seen[row.reference] = row
            yield row
            continue
        whose = other.contact if isinstance(other, _Row) else other.contact_id
        if (whose, other.sold_on, other.amount) == (row.contact, row.sold_on, row.amount):
            taken.unchanged += 1
        else:
            says = f"a sale with the reference {row.reference} is there already, and it is another one"
            _refuse(refused, row, "reference_differs", says)


def _own_reference(contact: int, sold_on: date, amount: float, nth: int) -> str:
    told = f"{contact}|{sold_on}|{amount:.2f}|{nth}"
    return f"list-{hashlib.sha256(told.encode()).hexdigest()[:20]}"


def _enter(business: Business, rows: Iterable[_Row]) -> None:
    values = [
        {
            "business_id": business.id,
            "contact_id": row.contact,
            "amount": row.amount,
            "sold_on": row.sold_on,
            "source": "import",
            "reference": row.reference,
        }
        for row in rows
    ]
    try:
        with writing() as session:
            if values:
                session.execute(insert(Sale), values)
    except IntegrityError:  # somebody enters the same sales at this moment: one by one then
        for each in values:
            try:
                with writing() as session:
                    session.execute(insert(Sale), [each])
            except IntegrityError:
                continue  # theirs was quicker


def _dates(text: Text, header: Record, at: int) -> Iterator[str]:
    """The cells of the column of dates."""
    for record in text.records():
        if record.row > header.row and at < len(record.cells):
            yield record.cells[at]


def _refuse(refused: Refused, row: _Row, reason: str, detail: str) -> None:
    refused.append((row.record.row, Trouble(reason, detail), row.record.cells))
