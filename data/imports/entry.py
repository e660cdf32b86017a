"""One row of a list, read: who it is, where they are, and what stands in the way of texting them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from data.imports.basis import Basis
from data.imports.words import folded


@dataclass(slots=True)
class Trouble:
    """Why a row was refused: a reason of the contract, and a sentence that says what to do."""

    reason: str
    detail: str


@dataclass(slots=True)
class Who:
    """A person as a row or the database describes them."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    crm_id: str | None = None
    relationship: str | None = None
    last_visit: date | None = None
    last_service: str | None = None
    value: float | None = None
    booked_until: date | None = None
    quoted_on: date | None = None
    enquired_on: date | None = None
    due_on: date | None = None
    visits: int | None = None
    unhappy: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def fullness(self) -> int:
        """How many of our fields say something."""
        known = (self.first_name, self.last_name, self.email, self.crm_id, self.last_visit,
                 self.last_service, self.value, self.booked_until, self.quoted_on, self.enquired_on,
                 self.due_on, self.visits)  # fmt: skip
        return sum(value not in (None, "") for value in known)

    def is_same(self, other: Who) -> bool:
        """Whether two descriptions at one number are one person.

        The same id in the business's own system, or the same name, where a missing part of a name agrees
        with any. Accents, case and punctuation do not count.
        """
        if self.crm_id and self.crm_id == other.crm_id:
            return True
        return _agree(self.first_name, other.first_name) and _agree(self.last_name, other.last_name)


def _agree(one: str, other: str) -> bool:
    return not one or not other or one == other or folded(one) == folded(other)


@dataclass(slots=True)
class Where:
    """Where somebody is, as a row says; None where it says nothing."""

    timezone: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    preferred_time: str | None = None


@dataclass(slots=True)
class Entry:
    """A row that has a usable number. `trouble` stands where it has no basis.

    `denied`: where the row itself says that there is none, or none any more, its words and where they stand.
    """

    row: int
    phone: str
    who: Who
    where: Where
    country: str
    basis: Basis | None = None
    trouble: Trouble | None = None
    denied: str = ""
