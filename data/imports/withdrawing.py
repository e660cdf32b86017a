"""A newer list says no where an older one said yes: what was on record ends, and what runs for them with it.

The bases of a number hang on the number, and nobody can say any more which person of a household gave which.
So all of them end with the no of one, unless another row of the same list shows a basis at that number; then
only what runs for the one who said no ends. A later list that shows a basis again counts again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from data.among import among
from data.imports.entry import Entry
from data.imports.merging import in_force
from data.imports.store import Known
from data.imports.triage import Households
from data.models import ContactBasis, Enrollment
from data.queries.enrollments import end_enrollments, is_open

REASON = "no_basis"
"""Why the enrollments end."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Of one contact: what was said and where, by which of their persons, and whether the bases end."""

    said: str
    persons: frozenset[int]
    bases_end: bool


class Withdrawals:
    """The noes of a portion, held against what is known; nothing is written before `write`."""

    def __init__(
        self, session: Session, households: Households, known: Mapping[str, Known], today: date
    ) -> None:
        self._session = session
        self._today = today
        found = {
            known[phone].contact: (known[phone], withdrawal)
            for phone, entries in households.items()
            if phone in known and (withdrawal := withdrawal_of(entries, known[phone]))
        }
        self._ending = {
            contact: withdrawal.said
            for contact, (here, withdrawal) in found.items()
            if withdrawal.bases_end and in_force(here.bases, today)
        }
        self._enrollments = self._running({contact: each for contact, (_, each) in found.items()})

    @property
    def changes(self) -> bool:
        """Whether there is anything to end: of a list that was taken in before, there is not."""
        return bool(self._ending or self._enrollments)

    def write(self) -> None:
        """End it. The last day of a basis is the one before the list came."""
        if self._ending:
            basis = cast(Table, ContactBasis.__table__)
            self._session.execute(
                update(basis)
                .where(
                    basis.c.contact_id == bindparam("contact"),
                    or_(basis.c.expires_on.is_(None), basis.c.expires_on >= self._today),
                )
                .values(
                    expires_on=self._today - timedelta(days=1),
                    evidence=basis.c.evidence + bindparam("ended"),
                ),
                [
                    {"contact": contact, "ended": f"; ended on {self._today} by {said}"}
                    for contact, said in self._ending.items()
                ],
            )
        end_enrollments(self._session, self._enrollments, REASON)

    def _running(self, found: Mapping[int, Withdrawal]) -> list[int]:
        if not found:
            return []
        rows = self._session.execute(
            select(Enrollment.id, Enrollment.contact_id, Enrollment.person_id).where(
                is_open(), among(self._session, Enrollment.contact_id, found)
            )
        )
        return [
            row.id
            for row in rows
            if found[row.contact_id].bases_end or row.person_id in found[row.contact_id].persons
        ]


def withdrawal_of(entries: Sequence[Entry], here: Known) -> Withdrawal | None:
    """What the rows of one number take back of what is known there; None where they take back nothing.

    Of one person whose rows say both, the yes is kept (triage.py) and nothing is taken back.
    """
    noes = [entry for entry in entries if entry.denied]
    if not noes:
        return None
    based = [entry.who for entry in entries if entry.basis]
    persons = frozenset(
        number
        for number, who in here.persons
        if any(who.is_same(entry.who) for entry in noes) and not any(who.is_same(each) for each in based)
    )
    return Withdrawal(noes[-1].denied, persons, not based) if persons else None
