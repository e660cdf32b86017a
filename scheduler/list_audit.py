"""The audit of a list, before anything of it is stored: whom it holds, what they are worth, what it costs.

Estimates, each from something that is shown: the owner's average value, list prices, the sender's pace.
`audit_of` reads the business where there is one and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.audit_list.findings import BANDS, OLDEST, UNDATED, Findings, find
from data.db import reading
from data.imports import ContactList
from data.imports.store import known_numbers, rescue, suppressed_numbers
from data.imports.taking_in import below_header, reader_of
from data.imports.triage import Households
from data.models import Business, Sender
from data.segments.presets import presets
from scheduler.list_costs import Cost, Owner, cost_of, days_of_sending, owner_of

TELEPHONE_BELOW = 200
"""Numbers below which texting is not worth the while: somebody can telephone them in a few days."""

_WITHOUT_BASIS = {"no_basis", "no_phone", "invalid_phone", "line_type"}

COMING_BACK = (0.05, 0.10)
"""The shares of those texted whose coming back is reckoned."""


@dataclass(frozen=True, slots=True)
class Silence:
    """People who have been silent for so long, and how many of them may be texted."""

    name: str
    people: int
    contactable: int


@dataclass(frozen=True, slots=True)
class InSegment:
    """Contactable numbers that a shipped segment means."""

    key: str
    name: str
    contactable: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What a list holds. Money is in `currency`; `average` is what one who comes back is worth.

    `average_from`: `value` (given), `profile` (the owner's), `list` (the mean of its value column) or `""`
    (unknown, then `worth` is empty). `worth` maps a share to an amount. `dormant` numbers are those that a
    first campaign would text; `not_now` says why the other contactable ones are left. `cost` is for the
    whole sequence to all of them, at most. `days` is None where no day is lawful or a year is too short.
    """

    rows: int
    people: int
    numbers: int
    contactable: int
    dormant: int
    by_reason: dict[str, int]
    not_now: dict[str, int]
    silence: tuple[Silence, ...]
    segments: tuple[InSegment, ...]
    average: float | None
    average_from: str
    currency: str
    worth: dict[str, float]
    cost: Cost
    days: int | None
    first_days: int | None
    pace: str
    worth_it: bool
    advice: str
    business: str

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def audit_of(
    given: ContactList,
    *,
    value: float | None = None,
    business_id: int | None = None,
    database: bool = True,
) -> Audit:
    """Audit a list; nothing is written. `value` goes before the profile's average and the list's own.

    `database` False: nobody is asked, a business in the United States is assumed.
    """
    if not database:
        owner = owner_of(None, None)
        reader = reader_of(given, owner.business)
        found = find(reader, lambda: below_header(given), owner.business.trade, None)
        return _audit(found, owner, value)
    with reading() as session:
        owner = _owner(session, business_id)
    reader = reader_of(given, owner.business)

    def on_record(households: Households) -> Mapping[str, str]:
        with reading() as session:
            _rescue(session, owner.business, households, reader.today)
            return suppressed_numbers(session, owner.business, households)

    asked = on_record if owner.name else None
    return _audit(find(reader, lambda: below_header(given), owner.business.trade, asked), owner, value)


def _rescue(session: Session, business: Business, households: Households, today: Any) -> None:
    troubled = [entry for entries in households.values() for entry in entries if entry.trouble]
    rescue(troubled, known_numbers(session, business, {entry.phone for entry in troubled}), today)


def _owner(session: Session, business_id: int | None) -> Owner:
    query = select(Business).order_by(Business.id).limit(1)
    if business_id is not None:
        query = query.where(Business.id == business_id)
    business = session.scalar(query)
    if business is None:
        return owner_of(None, None)
    sender = select(Sender).where(Sender.business_id == business.id, Sender.channel == "sms").limit(1)
    return owner_of(business, session.scalar(sender))


def _audit(found: Findings, owner: Owner, value: float | None) -> Audit:
    average, source = _average(found, owner, value)
    cost = cost_of(found, owner)
    first, days = days_of_sending(found, owner, cost)
    worth = {
        f"{share:.0%}": round(found.worth_texting * share * average, 2) for share in COMING_BACK if average
    }
    audit = Audit(
        rows=found.rows,
        people=found.people.total(),
        numbers=found.numbers,
        contactable=found.contactable,
        dormant=found.worth_texting,
        by_reason=dict(found.by_reason.most_common()),
        not_now=dict(found.not_now.most_common()),
        silence=tuple(
            Silence(name, found.people[name], found.reachable_people[name])
            for name in (*(name for name, _ in BANDS), OLDEST, UNDATED)
        ),
        segments=tuple(
            InSegment(preset.key, preset.name, found.segments[preset.key]) for preset in presets()
        ),
        average=average,
        average_from=source,
        currency=owner.profile.currency,
        worth=worth,
        cost=cost,
        days=days,
        first_days=first,
        pace=owner.pace,
        worth_it=False,
        advice="",
        business=owner.name,
    )
    return _advised(audit)


def _average(found: Findings, owner: Owner, value: float | None) -> tuple[float | None, str]:
    if value is not None:
        return value, "value"
    if owner.profile.average_sale is not None:
        return owner.profile.average_sale, "profile"
    if found.values:
        return round(found.value_sum / found.values, 2), "list"
    return None, ""


def _advised(audit: Audit) -> Audit:
    """Whether texting is worth the while, said plainly."""

    least = audit.worth.get("5%")
    if not audit.contactable and audit.numbers and audit.by_reason.keys() <= _WITHOUT_BASIS:
        said = (
            "Nobody may be texted: the list shows of nobody why they may be, neither consent nor a visit nor "
            "a dated enquiry, and would be refused as a whole."
        )
    elif audit.contactable < TELEPHONE_BELOW:
        said = (
            f"Texting is not worth it: only {audit.contactable} numbers may be texted. Below "
            f"{TELEPHONE_BELOW}, telephone them; it is kinder and brings back more."
        )
    elif audit.dormant == 0:
        said = "There is nobody to text: of those who may be texted, none has been away for long enough."
    elif audit.dormant < TELEPHONE_BELOW:
        said = (
            f"Texting is hardly worth it: of {audit.contactable:,} numbers that may be texted, only "
            f"{audit.dormant} have been away for long enough. Telephone these."
        )
    elif least is not None and audit.cost.money is not None and least <= audit.cost.money:
        said = (
            "Texting is not worth it: if one in twenty comes back, that is worth no more than the texts cost."
        )
    else:
        return replace(
            audit, worth_it=True, advice=f"Worth a try with {audit.dormant:,} numbers; pilot first."
        )
    return replace(audit, advice=said)
