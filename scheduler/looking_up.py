"""Asking the provider what kind of lines the contacts' numbers are, and whether they have changed hands.

Each number is asked about once in 90 days. A line that no text reaches is suppressed for SMS, a number that
somebody else has now for everything: `undeliverable` and `wrong_number`, with the look-up as evidence.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

import data
from data import clock, crypto
from data.db import writing
from data.models import Business, Contact, ContactBasis, Conversation, Person, Suppression
from data.queries.enrollments import stop_enrollments
from data.queries.suppressions import suppress
from scheduler.provider.client import NotReached, Refused
from scheduler.provider.lookups import CANNOT_BE_TEXTED, Found, look_up

GOOD_FOR = timedelta(days=90)
"""How long the answer about a number is kept before it is asked about again."""

TRIES = 3
"""Numbers in a row for which the provider is not reached; then nobody is asked any more."""

_REASSIGNED_IN = "US"
"""The only country whose reassigned numbers the provider knows."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number to ask about; `known_since`: when it was last known to be theirs, None: nobody knows."""

    contact: int
    phone: str
    known_since: date | None


@dataclass(slots=True)
class Looked:
    """What came of it, in numbers. `stopped` says why it ended early; empty: it did not."""

    asked: int = 0
    unreachable: int = 0
    reassigned: int = 0
    refused: int = 0
    stopped: str = ""
    line_types: dict[str, int] = field(default_factory=dict)


class LookUpsRefused(Exception):
    """The provider does not take our name and token: look at the settings. Trying again cannot help."""


def numbers_to_ask(
    session: Session, business_id: int, limit: int | None, *, reassigned: bool = True
) -> list[Number]:
    """The numbers that nobody has asked about for 90 days, as far as they may be texted; the newest first."""
    business = session.get(Business, business_id)
    if business is None:
        return []
    rows = session.execute(
        select(Contact.id, Contact.phone, Contact.country)
        .where(
            Contact.business_id == business_id,
            or_(Contact.looked_up_at.is_(None), Contact.looked_up_at < clock.now() - GOOD_FOR),
            ~Contact.reassigned,
            exists().where(ContactBasis.contact_id == Contact.id),
        )
        .order_by(Contact.id.desc())
    ).all()
    left_alone = set(
        session.scalars(
            select(Suppression.phone_hash).where(
                Suppression.business_id == business_id,
                Suppression.channel.in_(("all", "sms")),
                Suppression.lifted_at.is_(None),
            )
        )
    )
    found = [row for row in rows if crypto.keyed_hash(business.hash_key, row.phone) not in left_alone][:limit]
    wanted = [row.id for row in found if reassigned and row.country == _REASSIGNED_IN]
    since = _known_since(session, wanted)
    return [Number(row.id, row.phone, since.get(row.id)) for row in found]


def cost_of(numbers: list[Number]) -> float:
    """What asking about them costs by the provider's list (data/tables/lookup_prices.csv), in US dollars."""
    asked_twice = sum(number.known_since is not None for number in numbers)
    return round(len(numbers) * _prices()["line_type"] + asked_twice * _prices()["reassigned"], 2)


def ask(business_id: int, numbers: list[Number], on_each: Callable[[], None] | None = None) -> Looked:
    """Ask about these numbers, one after the other, and note each answer at once. Raises LookUpsRefused.

    What fails for one number is left for the next time; who cannot be reached at all is asked no more.
    """
    looked, lost = Looked(), 0
    for number in numbers:
        try:
            found = look_up(number.phone, number.known_since)
        except Refused as refusal:
            if refusal.code == "20003":
                raise LookUpsRefused("the provider refuses our account (20003)") from None
            if refusal.wait is not None or refusal.code == "20429":
                looked.stopped = "the provider wants us to ask more slowly; go on later"
                return looked
            looked.refused += 1
            continue
        except NotReached:
            lost += 1
            if lost == TRIES:
                looked.stopped = "the provider cannot be reached"
                return looked
            continue
        lost = 0
        with writing() as session:
            _note(session, business_id, number, found, looked)
        if on_each is not None:
            on_each()
    return looked


def _note(session: Session, business_id: int, number: Number, found: Found, looked: Looked) -> None:
    contact = session.get(Contact, number.contact, with_for_update=True)
    business = session.get(Business, business_id)
    if contact is None or business is None:  # erased meanwhile
        return
    now = clock.now()
    looked.asked += 1
    contact.looked_up_at = now
    contact.line_type = found.line_type or contact.line_type
    if found.line_type:
        looked.line_types[found.line_type] = looked.line_types.get(found.line_type, 0) + 1
    if found.line_type in CANNOT_BE_TEXTED:
        looked.unreachable += 1
        evidence = f"look-up of {now:%Y-%m-%d}: the line is {found.line_type}"
        suppress(
            session, business, contact.phone, reason="undeliverable", source="provider", evidence=evidence,
            channel="sms",
        )  # fmt: skip
    if found.reassigned:
        looked.reassigned += 1
        contact.reassigned = True
        evidence = f"look-up of {now:%Y-%m-%d}: the number has changed hands since {number.known_since}"
        suppress(
            session, business, contact.phone, reason="wrong_number", source="provider", evidence=evidence
        )
        stop_enrollments(session, contact.id, "wrong_number")


def _known_since(session: Session, contacts: list[int]) -> dict[int, date]:
    """Contact -> the latest day on which the number is known to have been theirs: visit, consent, a text."""
    known: dict[int, date] = {}
    for at in range(0, len(contacts), 1_000):
        some = contacts[at : at + 1_000]
        rows = (
            *session.execute(
                select(Person.contact_id, func.max(Person.last_visit))
                .where(Person.contact_id.in_(some), Person.last_visit.is_not(None))
                .group_by(Person.contact_id)
            ),
            *session.execute(
                select(ContactBasis.contact_id, func.max(ContactBasis.given_on))
                .where(ContactBasis.contact_id.in_(some), ContactBasis.given_on.is_not(None))
                .group_by(ContactBasis.contact_id)
            ),
            *session.execute(
                select(Conversation.contact_id, Conversation.last_inbound_at).where(
                    and_(Conversation.contact_id.in_(some), Conversation.last_inbound_at.is_not(None))
                )
            ),
        )
        for contact, day in rows:
            plain = day.date() if isinstance(day, datetime) else day
            known[contact] = max(plain, known.get(contact, plain))
    return known


@cache
def _prices() -> dict[str, float]:
    path = Path(data.__file__).with_name("tables") / "lookup_prices.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["package"]: float(row["price"]) for row in csv.DictReader(file)}
