"""From a row's cells to an Entry, or to the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import islice

from data.imports.basis import Basis, Facts, find_basis, state_of_number, stricter_states
from data.imports.claims import claim_of, outright_wish_of, wish_of
from data.imports.columns import FIELDS, Columns, phone_columns
from data.imports.date_order import is_day_first
from data.imports.entry import Entry, Trouble, Where, Who
from data.imports.fields import read_country, read_date, read_money, split_name, tidy
from data.imports.list_file import Record
from data.imports.numbers import BadNumber, NoNumber, Number, every_number, read_number
from data.imports.words import folded, meanings
from data.whereabouts import zones_named, zones_of

_DATES = ("last_visit", "booked_until", "basis_date", "quoted_on", "enquired_on", "due_on")
_PAST = ("last_visit", "quoted_on", "enquired_on")
"""What cannot lie in the future."""

_SHOWS_NOTHING = ("booked_until", "due_on")
"""Dates that are no evidence of a basis."""

_COUNT = re.compile(r"(\d{1,5})(?:[.,]0+)?")
_NAMELESS = frozenset({"", "n a", "na", "none", "null", "unknown", "no name"})


@dataclass(slots=True)
class Stop:
    """A row that says its numbers must be left alone: those of all its columns for numbers."""

    phones: list[str]
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
    _dated: tuple[str, ...] = field(init=False)
    _others: tuple[tuple[str, int], ...] = field(init=False)
    _phones: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        nowhere = len(self.columns.names)
        self._others = tuple((self.columns.names[at], at) for at in self.columns.others)
        self._phones = phone_columns(self.columns)
        self._dated = tuple(name for name in _DATES if name in self.columns.fields)
        self._at = {name: self.columns.fields.get(name, nowhere) for name in (*FIELDS, "full_name")}

    def learn_dates(self, records: Iterable[Record]) -> None:
        """Tell 3/4 from 4/3 by the dates of the list that leave no doubt; else by the business's country."""
        at = [self.columns.fields[name] for name in self._dated]
        cells = (
            record.cells[column]
            for record in islice(records, 5_000)
            for column in at
            if column < len(record.cells)
        )
        self.day_first = is_day_first(cells, self.home)

    def look(self, record: Record) -> Number | Stop | Trouble:
        """The number of a row that may be texted as far as number and marks go; else why not.

        Where the column that counts is blank, it is the first number of another column for numbers.
        """
        cells = self._cells(record)
        country = read_country(self._cell(cells, "country")) or self.home
        if stop := self._stop(cells, country, record.row):
            return stop
        number: Number | None = None
        for at in self._phones:
            try:
                number = read_number(cells[at], country)
            except NoNumber:
                continue
            except BadNumber as error:
                return Trouble("invalid_phone", str(error))
            break
        if number is None:
            return Trouble("no_phone", "there is no phone number in this row")
        if number.line_type:
            return Trouble("line_type", f"the number {number.e164} is {number.line_type}")
        return number

    def read(self, record: Record) -> Entry | Stop | Trouble:
        """An entry, with its basis or the lack of it; or the reason why the row cannot be one."""
        found = self.look(record)
        return self.entry(record, found) if isinstance(found, Number) else found

    def entry(self, record: Record, number: Number) -> Entry:
        """The row whose number has been read already, with its basis or the lack of it."""
        width = len(self.columns.names)
        cells = self._cells(record)
        get = self._cell
        named = read_country(get(cells, "country"))
        country = named or number.country or self.home
        who, unread = self._who(cells)
        for at, cell in enumerate(record.cells[width:], start=width + 1):
            if cell.strip():
                who.extra[f"column {at}"] = cell
        if number.changed and (cell := tidy(get(cells, "phone"))):
            who.extra[self.columns.name("phone")] = cell
        entry = Entry(record.row, number.e164, who, self._where(cells, who, named), country)
        claim = tidy(get(cells, "contact_basis"))
        where = f"row {record.row} of {self.filename}"
        basis = find_basis(
            Facts(
                country=country,
                claim=claim,
                relationship=who.relationship,
                last_visit=who.last_visit,
                last_service=who.last_service,
                basis_date=self._date(cells, "basis_date"),
                enquired_on=max(filter(None, (who.quoted_on, who.enquired_on)), default=None),
                state=self._strict_state(entry),
                where=where,
                unread=unread,
            ),
            self.today,
            day_first=self.day_first,
        )
        if isinstance(basis, Basis):
            entry.basis = basis
        else:
            entry.trouble = Trouble(basis.reason, basis.detail)
            ended = claim_of(claim) == "consent" and basis.reason == "basis_expired"
            if ended or claim_of(claim) == "none":
                entry.denied = f"“{claim}”, {where}"
        if who.relationship is None:
            # a number without any trace of a visit was never a customer's, as far as this list shows
            traced = who.last_visit or who.last_service or (entry.basis and claim_of(claim) == "purchase")
            who.relationship = "customer" if traced else "lead"
        return entry

    def _strict_state(self, entry: Entry) -> str | None:
        """The state, where rules of its own may count there; of an unknown one, that of the area code."""
        strict = stricter_states(entry.country)
        if not strict:
            return None
        state = entry.where.state
        if state in strict:
            return state
        return _state(state, entry.where.postal_code, entry.country) or state_of_number(entry.phone)

    def _stop(self, cells: list[str], country: str, row: int) -> Stop | None:
        """Whether the row is marked as opted out; a mark that is not understood counts as one.

        A row without any number that can be read has nobody to leave alone, and is judged by that.
        """
        if (said := self._mark(cells)) is None:
            return None
        at, wish = said
        phones = dict.fromkeys(phone for each in self._phones for phone in every_number(cells[each], country))
        if not phones:
            return None
        what = f"the column {self.columns.names[at]} says “{tidy(cells[at])}”"
        detail = f"{what}: the number is left alone from now on, over every campaign"
        return Stop(list(phones), Trouble(wish, detail), f"{what}, row {row} of {self.filename}")

    def _mark(self, cells: list[str]) -> tuple[int, str] | None:
        """The column that says that the row's number is to be left alone, and in which way."""
        for at in self.columns.stops:
            if not (cell := tidy(cells[at])):
                continue
            words = folded(cell)
            meaning = meanings("stop_words").get(words) if words else "no"
            if meaning == "no" or (meaning is None and not words.replace("0", "").replace(" ", "")):
                continue
            column = meanings("stop_words").get(folded(self.columns.names[at]))
            listed = "do_not_contact" in (meaning, column)
            return at, "do_not_contact" if listed else "opted_out"
        for name, wish_in in (("contact_basis", wish_of), ("relationship", outright_wish_of)):
            if (cell := tidy(self._cell(cells, name))) and (wish := wish_in(cell)):
                return self.columns.fields[name], wish
        return None

    def _who(self, cells: list[str]) -> tuple[Who, str]:
        get = self._cell
        first, last = tidy(get(cells, "first_name")), tidy(get(cells, "last_name"))
        if full := tidy(get(cells, "full_name")):
            given, family = split_name(full)
            first, last = first or given, last or family
        extra = {name: cells[at] for name, at in self._others if cells[at].strip()}
        days, unread = self._days(cells, extra)
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
            first_name="" if _is_nobody(first) else first,
            last_name="" if _is_nobody(last) else last,
            email=tidy(get(cells, "email")) or None,
            crm_id=tidy(get(cells, "crm_id")) or None,
            relationship=relationship,
            last_visit=days.get("last_visit"),
            last_service=self.services.get(folded(service), service) or None,
            value=value,
            booked_until=days.get("booked_until"),
            quoted_on=days.get("quoted_on"),
            enquired_on=days.get("enquired_on"),
            due_on=days.get("due_on"),
            visits=self._count(cells, extra),
            unhappy=self._unhappy(cells, extra),
            extra=extra,
        ), unread

    def _days(self, cells: list[str], extra: dict[str, str]) -> tuple[dict[str, date], str]:
        """The dates of a row by their fields, and what cannot be used of them (kept in `extra`)."""
        days: dict[str, date] = {}
        unread = ""
        for name in self._dated:
            if not (cell := tidy(self._cell(cells, name))):
                continue
            day = self._date(cells, name)
            if day is not None and not (name in _PAST and day > self.today):
                days[name] = day
                continue
            extra[self.columns.name(name)] = cell
            if name not in _SHOWS_NOTHING:
                why = "lies in the future" if day else "cannot be read as a date"
                unread += f"; “{cell}” in {self.columns.name(name)} {why}"
        return days, unread

    def _count(self, cells: list[str], extra: dict[str, str]) -> int | None:
        cell = tidy(self._cell(cells, "visits"))
        if not cell:
            return None
        if match := _COUNT.fullmatch(cell):
            return int(match[1])
        extra[self.columns.name("visits")] = cell
        return None

    def _unhappy(self, cells: list[str], extra: dict[str, str]) -> bool:
        """Whether the row says so; a remark that nobody understands counts, and is kept for whoever calls."""
        cell = tidy(self._cell(cells, "unhappy"))
        said = folded(cell)
        if not said or meanings("calm_words").get(said) or not said.replace("0", "").strip():
            return False
        extra[self.columns.name("unhappy")] = cell
        return True

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

    def _cells(self, record: Record) -> list[str]:
        """The cells, as many as there are columns, and a blank one for every field that has no column."""
        width = len(self.columns.names)
        return record.cells[:width] + [""] * (width + 1 - min(len(record.cells), width))

    def _cell(self, cells: list[str], name: str) -> str:
        return cells[self._at[name]]


def _is_nobody(name: str) -> bool:
    """Whether this is what stands where a name is missing."""
    return not name or ((name[0] in "nNuU" or not name[0].isalpha()) and folded(name) in _NAMELESS)


@lru_cache(maxsize=65536)
def _state(state: str | None, postal_code: str | None, country: str) -> str | None:
    """The code of a state that a row names, itself or by its postal code."""
    return zones_of("", state=state, postal_code=postal_code, country=country).state
