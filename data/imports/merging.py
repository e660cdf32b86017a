"""What a row changes about somebody who is known already. Pure: values in, values out.

What is newer wins: a row with an older visit than the one on record only fills blanks. Nothing is ever
blanked, a booking never moves to an earlier day, and a name on record is not rewritten, only completed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from data.imports.basis import Basis
from data.imports.entry import Where, Who
from data.whereabouts import Whereabouts, zones_of

_GROWING = ("last_visit", "booked_until", "quoted_on", "enquired_on", "visits", "unhappy")
"""What only ever moves forward; whoever was unhappy stays so until staff say otherwise."""


def merged(stored: Who, new: Who) -> Who:
    """The person as known afterwards; equal to `stored` where the row brings nothing."""
    older = bool(new.last_visit and stored.last_visit and new.last_visit < stored.last_visit)
    result = replace(stored)
    for each in fields(Who):
        mine, theirs = getattr(stored, each.name), getattr(new, each.name)
        if theirs in (None, "", {}):
            continue
        if each.name == "extra":
            result.extra = {**theirs, **mine} if older else {**mine, **theirs}
        elif mine in (None, ""):
            setattr(result, each.name, theirs)
        elif each.name in _GROWING:
            setattr(result, each.name, max(mine, theirs))
        elif each.name == "relationship":
            # once a customer, always a former customer at least
            result.relationship = "customer" if "customer" in (mine, theirs) else theirs
        elif not older and each.name not in ("first_name", "last_name"):
            setattr(result, each.name, theirs)
    return result


def adds(basis: Basis, bases: Iterable[Basis]) -> bool:
    """Whether a basis says more than those on record: another kind, a later date, a later end."""
    same = [each for each in bases if each.kind == basis.kind]
    return not any(_covers(each, basis) for each in same)


def _covers(known: Basis, new: Basis) -> bool:
    lasts = known.expires_on is None or (new.expires_on is not None and known.expires_on >= new.expires_on)
    as_late = new.given_on is None or (known.given_on is not None and known.given_on >= new.given_on)
    return lasts and as_late


def in_force(bases: Iterable[Basis], today: date) -> bool:
    """Whether one of these still counts."""
    return any(each.expires_on is None or each.expires_on >= today for each in bases)


@dataclass(slots=True)
class Place:
    """Where a number's owner may be, as the contact keeps it."""

    country: str
    state: str | None
    postal_code: str | None
    timezone: str | None
    zones: list[Any]
    zones_source: str
    preferred_time: str | None


class Places:
    """Works out where numbers may be; numbers of one exchange at one address share the look-up."""

    def __init__(self, home: str) -> None:
        self.home = home
        self._known: dict[tuple[str | None, ...], Whereabouts] = {}
        self._places: dict[tuple[str | None, ...], Place] = {}

    def of(self, phone: str, rows: Sequence[Where], stored: Place | None = None) -> Place:
        """The place of a household: with rows that disagree, every zone that any of them names."""
        if stored is None and len(rows) == 1:
            row = rows[0]
            exchange = phone[:8] if phone.startswith("+1") else phone
            key = (exchange, row.timezone, row.state, row.postal_code, row.country, row.preferred_time)
            if (place := self._places.get(key)) is None:
                place = self._places[key] = self._of(phone, rows, None)
            return place
        return self._of(phone, rows, stored)

    def _of(self, phone: str, rows: Sequence[Where], stored: Place | None) -> Place:
        seen: list[tuple[Where, Whereabouts]] = []
        for row in rows:
            full = row if stored is None else self._completed(phone, row, stored)
            seen.append((full, self._look_up(phone, full)))
        sure = [(row, where) for row, where in seen if where.source not in ("number", "unknown")] or seen[:1]
        zones = tuple(dict.fromkeys(zone for _, where in sure for zone in where.zones))
        row, where = sure[0]
        agreed = all(set(each.zones) == set(zones) for _, each in sure)
        preferred = [each.preferred_time for each, _ in seen if each.preferred_time]
        return Place(
            country=where.country or self.home,
            state=where.state,
            postal_code=row.postal_code,
            timezone=row.timezone if agreed else None,
            zones=list(zones),
            zones_source=where.source,
            preferred_time=preferred[0] if preferred else stored.preferred_time if stored else None,
        )

    def _look_up(self, phone: str, row: Where) -> Whereabouts:
        # the zone tables know +1 numbers by their exchange at the finest: country code and six digits
        exchange = phone[:8] if phone.startswith("+1") else phone
        address = (row.timezone, row.state, row.postal_code, row.country)
        key = (exchange, *address)
        anywhere = ("+1", *address)
        if phone.startswith("+1") and (known := self._known.get(anywhere)):
            return known
        if (known := self._known.get(key)) is None:
            known = self._known[key] = zones_of(
                phone,
                timezone=row.timezone,
                state=row.state,
                postal_code=row.postal_code,
                country=row.country,
            )
            if known.source in ("state", "postal_code"):  # then the number had no say
                self._known[anywhere if phone.startswith("+1") else key] = known
        return known

    def _completed(self, phone: str, row: Where, stored: Place) -> Where:
        """A row completed by what is on record, as long as it names no other place."""
        named = self._look_up(phone, row).state
        if (named and named != stored.state) or (
            row.postal_code and stored.postal_code and row.postal_code != stored.postal_code
        ):
            return row
        return Where(
            timezone=row.timezone or stored.timezone,
            state=row.state or stored.state,
            postal_code=row.postal_code or stored.postal_code,
            country=row.country or stored.country,
            preferred_time=row.preferred_time,
        )
