"""Writing what a list brings: contacts, persons, bases, suppressions; many rows with few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from data import clock, crypto
from data.among import among
from data.imports.basis import Basis
from data.imports.bulk import Bulk
from data.imports.entry import Entry, Trouble, Who
from data.imports.merging import Place, Places, adds, in_force, merged
from data.imports.signals import Signal, end_sequences, signal_of
from data.models import Business, Contact, ContactBasis, ImportBatch, Person, Suppression

T = TypeVar("T")

PLACE, WHO, BASIS = (tuple(cls.__slots__) for cls in (Place, Who, Basis))
"""Their attributes are named after the columns."""

_place, _who, _basis = attrgetter(*PLACE), attrgetter(*WHO), attrgetter(*BASIS)

_CHUNK = 2_000
"""Numbers looked up, or rows written, with one statement."""


@dataclass(slots=True)
class Known:
    """What the database knows of a number."""

    contact: int
    place: Place
    persons: list[tuple[int, Who]] = field(default_factory=list)
    bases: list[Basis] = field(default_factory=list)

    def has(self, who: Who) -> bool:
        """Whether this is somebody who is known at the number."""
        return any(each.is_same(who) for _, each in self.persons)


@dataclass(slots=True)
class Stored:
    """What became of the entries."""

    accepted: int = 0
    updated: int = 0
    refused: dict[int, Trouble] = field(default_factory=dict)
    changed: bool = False


def suppressed_numbers(session: Session, business: Business, phones: Iterable[str]) -> dict[str, str]:
    """Number -> why it gets nothing on any channel, of those numbers that do not."""
    mine = (
        Suppression.business_id == business.id,
        Suppression.channel == "all",
        Suppression.lifted_at.is_(None),
    )
    if not session.scalar(select(exists().where(*mine))):
        return {}
    found: dict[str, str] = {}
    for some in in_chunks(phones):
        hashes = {crypto.keyed_hash(business.hash_key, phone): phone for phone in some}
        rows = select(Suppression.phone_hash, Suppression.reason).where(
            *mine, among(session, Suppression.phone_hash, hashes)
        )
        found |= {hashes[row.phone_hash]: row.reason for row in session.execute(rows)}
    return found


def known_numbers(session: Session, business: Business, phones: Iterable[str]) -> dict[str, Known]:
    """What the database knows of these numbers."""
    known: dict[str, Known] = {}
    for some in in_chunks(phones):
        of_these = (Contact.business_id == business.id, among(session, Contact.phone, some))
        contacts = session.execute(
            select(
                Contact.phone, Contact.id, Contact.country, Contact.state, Contact.postal_code,
                Contact.timezone, Contact.zones, Contact.zones_source, Contact.preferred_time,
            ).where(*of_these)
        )  # fmt: skip
        here = {phone: Known(number, Place(*place)) for phone, number, *place in contacts}
        if not here:
            continue
        by_id = {each.contact: each for each in here.values()}
        persons = session.execute(
            select(
                Person.contact_id, Person.id, Person.first_name, Person.last_name, Person.email,
                Person.crm_id, Person.relationship, Person.last_visit, Person.last_service, Person.value,
                Person.booked_until, Person.quoted_on, Person.enquired_on, Person.due_on, Person.visits,
                Person.unhappy, Person.extra,
            ).where(among(session, Person.contact_id, by_id)).order_by(Person.id)
        )  # fmt: skip
        for contact, number, *who in persons:
            by_id[contact].persons.append((number, Who(*who)))
        bases = session.execute(
            select(
                ContactBasis.contact_id, ContactBasis.kind, ContactBasis.evidence, ContactBasis.given_on,
                ContactBasis.expires_on,
            ).where(among(session, ContactBasis.contact_id, by_id)).order_by(ContactBasis.id)
        )  # fmt: skip
        for contact, kind, evidence, given_on, expires_on in bases:
            by_id[contact].bases.append(Basis(kind, evidence, given_on, expires_on))
        known |= here
    return known


def rescue(entries: Iterable[Entry], known: dict[str, Known], today: date) -> None:
    """A row without a basis is no trouble where a basis for the same person is on record and in force.

    An explicit no in the row is not overruled: the claim of the newest list counts, and where it is that of
    somebody on record, what is on record for their number carries no other row either (withdrawing.py).
    """
    troubled = [entry for entry in entries if entry.trouble and entry.phone in known]
    said_no = {entry.phone for entry in troubled if takes_back(entry, known)}
    for entry in troubled:
        here = known[entry.phone]
        if entry.denied or entry.phone in said_no or not in_force(here.bases, today):
            continue
        if here.has(entry.who):
            entry.trouble = None


def takes_back(entry: Entry, known: dict[str, Known]) -> bool:
    """Whether a row says no of somebody who is on record at its number."""
    return bool(entry.denied) and entry.phone in known and known[entry.phone].has(entry.who)


class Writer:
    """Collects what has to be written and writes it at the end."""

    def __init__(
        self, session: Session, business: Business, known: dict[str, Known], today: date, places: Places
    ) -> None:
        self._session = session
        self._business = business
        self._known = known
        self._places = places
        self._contacts: dict[str, Place] = {}
        self._persons: list[tuple[str, Who]] = []
        self._bases: list[tuple[str, Basis]] = []
        self._moved: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []
        self._today = today
        self._signals: dict[int, list[Signal]] = {}
        self.done = Stored()

    def household(self, phone: str, entries: Sequence[Entry]) -> None:
        """Take in the people at one number."""
        known = self._known.get(phone)
        rows = [entry.where for entry in entries]
        place = self._places.of(phone, rows, known.place if known else None)
        for entry in entries:
            if entry.where.state and place.state is None:  # no state that the tables know: kept as it came
                entry.who.extra["state"] = entry.where.state
        if known is None:
            self._contacts[phone] = place
            bases: list[Basis] = []
            for entry in entries:
                self._new_person(phone, entry)
                self._new_basis(phone, entry, bases)
            return
        moved = place != known.place
        if moved:
            self._moved.append({"id": known.contact, **_columns(place)})
        for entry in entries:
            based = self._new_basis(phone, entry, known.bases)
            same = next((each for each in known.persons if each[1].is_same(entry.who)), None)
            self._heed(known.contact, same[1] if same else None, entry.who)
            if same is None:
                self._new_person(phone, entry)
                known.persons.append((0, entry.who))
                continue
            after = merged(same[1], entry.who)
            if after != same[1]:
                self._changed.append({"id": same[0], **_columns(after)})
            if after != same[1] or based or moved:
                self.done.updated += 1
                moved = False
            else:
                detail = "this person is in the database already, and the row brings nothing new"
                self.done.refused[entry.row] = Trouble("duplicate_existing", detail)

    def _heed(self, contact: int, before: Who | None, row: Who) -> None:
        if signal := signal_of(before, row, self._today):
            self._signals.setdefault(contact, []).append(signal)

    def _new_person(self, phone: str, entry: Entry) -> None:
        self._persons.append((phone, entry.who))
        self.done.accepted += 1

    def _new_basis(self, phone: str, entry: Entry, bases: list[Basis]) -> bool:
        if entry.basis is None or not adds(entry.basis, bases):
            return False
        bases.append(entry.basis)
        self._bases.append((phone, entry.basis))
        return True

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._contacts or self._persons or self._bases or self._moved or self._changed)

    def write(self, batch: ImportBatch) -> None:
        """Write everything collected, as part of `batch` (which has its id)."""
        session, stamp = self._session, {"created_at": clock.now()}
        owner = stamp | {"business_id": self._business.id, "import_batch_id": batch.id}
        self._bulk(Contact, ("phone", *PLACE), owner).insert(
            (phone, *_place(place)) for phone, place in self._contacts.items()
        )
        ids = {phone: each.contact for phone, each in self._known.items()}
        for some in in_chunks(self._contacts):
            fresh = select(Contact.phone, Contact.id).where(
                Contact.business_id == self._business.id, among(session, Contact.phone, some)
            )
            ids.update((row.phone, row.id) for row in session.execute(fresh))
        self._bulk(Person, ("contact_id", *WHO), stamp).insert(
            (ids[phone], *_who(who)) for phone, who in self._persons
        )
        self._bulk(ContactBasis, ("contact_id", *BASIS), stamp).insert(
            (ids[phone], *_basis(basis)) for phone, basis in self._bases
        )
        for table, rows in ((Contact, self._moved), (Person, self._changed)):
            for changed in in_chunks(rows):
                session.execute(update(table), changed)
        end_sequences(session, self._signals)

    def _bulk(self, table: type[Any], columns: tuple[str, ...], always: dict[str, Any]) -> Bulk:
        return Bulk(self._session, table.__table__, columns, always)


def _columns(value: Place | Who | Basis) -> dict[str, Any]:
    """Column -> value."""
    return {name: getattr(value, name) for name in value.__slots__}


def in_chunks(items: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(items)
    while some := list(islice(waiting, _CHUNK)):
        yield some
