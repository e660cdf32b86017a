"""Counting a list: whom it holds, who may be texted or why not, how long they have been silent. Pure.

People are counted by person, everything that is sent or billed by number: a household gets one text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from data.imports.entry import Entry
from data.imports.first_look import FirstLook
from data.imports.list_file import Record
from data.imports.merging import Place, Places
from data.imports.portions import portions
from data.imports.rows import RowReader
from data.imports.triage import Households, settle
from data.segments.dormancy import is_dormant, last_active, months_silent, threshold_for
from data.segments.facts import Facts
from data.segments.presets import presets
from data.segments.rule import Rule, matches, why_not

BANDS = (("0 to 3 months", 3), ("3 to 6 months", 6), ("6 to 12 months", 12), ("12 to 18 months", 18))
"""(name, months of silence before which somebody is in it), the youngest first."""

OLDEST, UNDATED = "over 18 months", "no date known"

OnRecord = Callable[[Households], Mapping[str, str]]
"""Asks the database about a portion: number -> the reason of its suppression. Rows that a basis on record
carries lose their trouble (data.imports.store.rescue)."""


@dataclass(slots=True)
class Findings:
    """`contactable` numbers may be texted; `worth_texting` are those whom a first campaign would text.

    `people` and `reachable_people` are counted by band of silence, `segments` are contactable numbers by
    preset, `not_now` says why a contactable number is not worth a text at present.
    """

    rows: int = 0
    numbers: int = 0
    contactable: int = 0
    worth_texting: int = 0
    by_reason: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    reachable_people: Counter[str] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)
    not_now: Counter[str] = field(default_factory=Counter)
    places: Counter[tuple[tuple[str, ...], str, str | None, str]] = field(default_factory=Counter)
    """(zones, their source, state, country) of those worth texting."""
    values: int = 0
    value_sum: float = 0.0
    """How many contactable people have a value above zero, and their sum."""


def find(
    reader: RowReader, records: Callable[[], Iterable[Record]], trade: str, on_record: OnRecord | None
) -> Findings:
    """Go through a list; `records` gives its rows anew each time."""
    look = FirstLook(reader, records())
    found = Findings(rows=look.rows)
    judge = _Judge(found, reader.today, trade, Places(reader.home))
    for portion in portions(reader, look, iter(records())):
        found.by_reason.update(trouble.reason for trouble in portion.refused.values())
        suppressed = on_record(portion.households) if on_record else {}
        kept, refused = settle(portion.households, look.stops, suppressed)
        found.by_reason.update(trouble.reason for trouble in refused.values())
        for phone, entries in portion.households.items():
            found.numbers += 1
            for entry in entries:
                trouble = refused.get(entry.row)
                if trouble is None or trouble.reason != "duplicate_in_file":
                    found.people[_band(_facts(entry, None), reader.today)] += 1
            if phone in kept:
                judge.household(phone, kept[phone])
    return found


class _Judge:
    """What of those who may be texted."""

    def __init__(self, found: Findings, today: date, trade: str, places: Places) -> None:
        self.found = found
        self.today = today
        self.threshold = threshold_for(trade)
        self.rules = [(preset.key, preset.rule_for(trade)) for preset in presets()]
        self.places = places

    def household(self, phone: str, entries: list[Entry]) -> None:
        found = self.found
        found.contactable += 1
        place = self.places.of(phone, [entry.where for entry in entries])
        people = [_facts(entry, place) for entry in entries]
        for facts in people:
            found.reachable_people[_band(facts, self.today)] += 1
            if facts.value and facts.value > 0:
                found.values += 1
                found.value_sum += facts.value
        found.segments.update(
            key for key, rule in self.rules if any(matches(rule, facts, self.today) for facts in people)
        )
        if reason := self._not_now(entries, people):
            found.not_now[reason] += 1
            return
        found.worth_texting += 1
        found.places[(tuple(place.zones), place.zones_source, place.state, place.country)] += 1

    def _not_now(self, entries: list[Entry], people: list[Facts]) -> str | None:
        if any(entry.who.unhappy for entry in entries):
            return "unhappy"
        if any(entry.who.booked_until and entry.who.booked_until >= self.today for entry in entries):
            return "booked"
        refused = [why_not(Rule(), facts, self.today) for facts in people]
        if all(refused):
            return refused[0]
        meant = [facts for facts, why in zip(people, refused, strict=True) if why is None]
        if any(is_dormant(facts, self.threshold, self.today) for facts in meant):
            return None
        return "not_dormant" if any(last_active(facts) for facts in meant) else "undated"


def _facts(entry: Entry, place: Place | None) -> Facts:
    who = entry.who
    return Facts(
        relationship=who.relationship or "customer",
        last_visit=who.last_visit,
        quoted_on=who.quoted_on,
        enquired_on=who.enquired_on,
        due_on=who.due_on,
        last_service=who.last_service,
        value=who.value,
        visits=who.visits,
        country=place.country if place else entry.country,
        state=place.state if place else None,
        postal_code=place.postal_code if place else None,
        basis=frozenset({entry.basis.kind}) if entry.basis else frozenset(),
        extra=who.extra,
    )


def _band(facts: Facts, today: date) -> str:
    day = last_active(facts)
    if day is None:
        return UNDATED
    months = months_silent(day, today)
    return next((name for name, before in BANDS if months < before), OLDEST)
