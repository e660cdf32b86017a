"""From a row's cells to an Entry, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from data.imports.basis import Basis, Facts, claim_of, find_basis
from data.imports.columns import FIELDS, Columns
from data.imports.entry import Entry, Trouble, Where, Who
from data.imports.fields import day_first_only, read_country, read_date, read_money, split_name, tidy
from data.imports.list_file import Record
from data.imports.numbers import BadNumber, NoNumber, read_number
from data.imports.words import folded, meanings
from data.whereabouts import zones_named

_MONTH_FIRST = frozenset({"US", "PR", "VI", "GU", "AS", "MP", "PH"})
"""Where 3/4 is the fourth of March (CLDR's short dates)."""

_DATES = ("last_visit", "booked_until", "basis_date")
_NAMELESS = frozenset({"", "n a", "na", "none", "null", "unknown", "no name"})


@dataclass(slots=True)
class Stop:
    """A row that says its number must be left alone."""

    phone: str | None
    trouble: Trouble
    evidence: str


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one list. `services` maps what a service may be called to its id."""

    columns: Columns
    filename: str
    home: str
    today: date
    services: Mapping[str, str] = field(default_factory=dict)
    day_first: bool = False
    _at: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        nowhere = len(self.columns.names)
        self._at = {name: self.columns.fields.get(name, nowhere) for name in (*FIELDS, "full_name")}

    def learn_dates(self, records: Iterable[Record]) -> None:
        """Tell 3/4 from 4/3 by the dates of the list that leave no doubt; else by the business's country."""
        self.day_first = self.home not in _MONTH_FIRST
        at = [self.columns.fields[name] for name in _DATES if name in self.columns.fields]
        seen = {
            order
            for record in islice(records, 5_000)
            for column in at
            if column < len(record.cells) and (order := day_first_only(record.cells[column])) is not None
        }
        if len(seen) == 1:
            self.day_first = seen.pop()

    def read(self, record: Record) -> Entry | Stop | Trouble:
        """An entry, with its basis or the lack of it; or the reason why the row cannot be one."""
        # short rows are filled up; the cell behind the last is that of every field without a column
        width = len(self.columns.names)
        cells = record.cells[:width] + [""] * (width + 1 - min(len(record.cells), width))
        get = self._cell
        named = read_country(get(cells, "country"))
        try:
            number = read_number(get(cells, "phone"), named or self.home)
        except NoNumber:
            return Trouble("no_phone", "there is no phone number in this row")
        except BadNumber as error:
            return Trouble("invalid_phone", str(error))
        if stop := self._stop(cells, number.e164, record.row):
            return stop
        if number.line_type:
            return Trouble("line_type", f"the number {number.e164} is {number.line_type}")
        country = named or number.country or self.home
        who, unread = self._who(cells)
        for at, cell in enumerate(record.cells[width:], start=width + 1):
            if cell.strip():
                who.extra[f"column {at}"] = cell
        if number.changed:
            who.extra[self.columns.name("phone")] = tidy(get(cells, "phone"))
        entry = Entry(record.row, number.e164, who, self._where(cells, who, named), country)
        basis = find_basis(
            Facts(
                country=country,
                claim=tidy(get(cells, "contact_basis")),
                relationship=who.relationship,
                last_visit=who.last_visit,
                last_service=who.last_service,
                basis_date=self._date(cells, "basis_date"),
                where=f"row {record.row} of {self.filename}",
                unread=unread,
            ),
            self.today,
            day_first=self.day_first,
        )
        if isinstance(basis, Basis):
            entry.basis = basis
        else:
            entry.trouble = Trouble(basis.reason, basis.detail)
            entry.denied = claim_of(tidy(get(cells, "contact_basis"))) == "none"
        if who.relationship is None:
            # a number without any trace of a visit was never a customer's, as far as this list shows
            traced = (
                who.last_visit or who.last_service or (entry.basis and entry.basis.kind == "relationship")
            )
            who.relationship = "customer" if traced else "lead"
        return entry

    def _stop(self, cells: list[str], phone: str, row: int) -> Stop | None:
        """Whether the row is marked as opted out; a mark that is not understood counts as one."""
        for at in self.columns.stops:
            cell = tidy(cells[at])
            column = self.columns.names[at]
            meaning = "no" if not folded(cell) else meanings("stop_words").get(folded(cell))
            if meaning is None and folded(cell).replace("0", "").replace(" ", "") == "":
                meaning = "no"
            if meaning == "no":
                continue
            listed = (
                meaning == "do_not_contact" or meanings("stop_words").get(folded(column)) == "do_not_contact"
            )
            reason = "do_not_contact" if listed else "opted_out"
            said = f"the column {column} says “{cell}”"
            detail = f"{said}: the number is left alone from now on, over every campaign"
            return Stop(phone, Trouble(reason, detail), f"{said}, row {row} of {self.filename}")
        cell = tidy(self._cell(cells, "contact_basis"))
        if cell and claim_of(cell) == "withdrawn":
            said = f"the column {self.columns.name('contact_basis')} says “{cell}”"
            detail = f"{said}: the number is left alone from now on, over every campaign"
            return Stop(phone, Trouble("opted_out", detail), f"{said}, row {row} of {self.filename}")
        return None

    def _who(self, cells: list[str]) -> tuple[Who, str]:
        get = self._cell
        first, last = tidy(get(cells, "first_name")), tidy(get(cells, "last_name"))
        if full := tidy(get(cells, "full_name")):
            given, family = split_name(full)
            first, last = first or given, last or family
        extra = {self.columns.names[at]: cells[at] for at in self.columns.others if cells[at].strip()}
        unread = ""
        for name in _DATES:
            cell = tidy(get(cells, name))
            day = self._date(cells, name)
            if cell and (day is None or (name == "last_visit" and day > self.today)):
                extra[self.columns.name(name)] = cell
                if name != "booked_until":
                    why = "lies in the future" if day else "cannot be read as a date"
                    unread += f"; “{cell}” in {self.columns.name(name)} {why}"
        visit = self._date(cells, "last_visit")
        money = tidy(get(cells, "value"))
        value = read_money(money) if money else None
        if money and value is None:
            extra[self.columns.name("value")] = money
        kind = tidy(get(cells, "relationship"))
        relationship = meanings("relationships").get(folded(kind)) if kind else None
        if kind and relationship is None:
            extra[self.columns.name("relationship")] = kind
        service = tidy(get(cells, "last_service"))
        return Who(
            first_name="" if folded(first) in _NAMELESS else first,
            last_name="" if folded(last) in _NAMELESS else last,
            email=tidy(get(cells, "email")) or None,
            crm_id=tidy(get(cells, "crm_id")) or None,
            relationship=relationship,
            last_visit=visit if visit and visit <= self.today else None,
            last_service=self.services.get(folded(service), service) or None,
            value=value,
            booked_until=self._date(cells, "booked_until"),
            extra=extra,
        ), unread

    def _where(self, cells: list[str], who: Who, country: str | None) -> Where:
        get = self._cell
        zone = tidy(get(cells, "timezone"))
        zones = zones_named(zone)
        if zone and not zones:
            who.extra[self.columns.name("timezone")] = zone
        return Where(
            timezone=zone if zones else None,
            state=tidy(get(cells, "state")) or None,
            postal_code=tidy(get(cells, "postal_code")) or None,
            country=country,
            preferred_time=tidy(get(cells, "preferred_time")) or None,
        )

    def _date(self, cells: list[str], name: str) -> date | None:
        return read_date(self._cell(cells, name), self.day_first)

    def _cell(self, cells: list[str], name: str) -> str:
        return cells[self._at[name]]
