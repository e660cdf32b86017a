"""Numbers to be left alone, by the thousand: marks in a list of contacts, and lists of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from data import clock, crypto
from data.among import among, planned_each_time
from data.imports.store import in_chunks
from data.models import Business, Contact, Conversation, Enrollment, Suppression
from data.queries.enrollments import is_open, stop_enrollments
from data.queries.outcomes import refresh_outcome

_STRONGER = frozenset(
    {("opt_out", each) for each in ("wrong_number", "undeliverable", "do_not_contact", "promised_last")}
    | {("do_not_contact", "promised_last")}
)
"""(reason, reason on record) where the first takes the other's place."""


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """Why a number gets nothing proactive: `opt_out` or `do_not_contact`, and what shows it."""

    reason: str
    evidence: str


def suppress_all(
    session: Session, business: Business, numbers: Mapping[str, LeaveAlone], *, dry_run: bool = False
) -> int:
    """Put numbers on the suppression list, over every channel; returns how many were not on it for that.

    An opt-out replaces a lesser reason, as in data/queries/suppressions.py. Running sequences end. A dry
    run counts alone.
    """
    with planned_each_time(session):
        return sum(_suppress(session, business, numbers, some, dry_run) for some in in_chunks(numbers))


def _suppress(
    session: Session, business: Business, numbers: Mapping[str, LeaveAlone], some: list[str], dry_run: bool
) -> int:
    """Some of these numbers; how many were not on the list for that."""
    hashes = {crypto.keyed_hash(business.hash_key, phone): phone for phone in some}
    there = {
        row.phone_hash: row
        for row in session.execute(
            select(Suppression.id, Suppression.phone_hash, Suppression.reason, Suppression.lifted_at).where(
                Suppression.business_id == business.id,
                Suppression.channel == "all",
                among(session, Suppression.phone_hash, hashes),
            )
        )
    }
    added, renewed = [], []
    for hashed, phone in hashes.items():
        why, row = numbers[phone], there.get(hashed)
        values = {
            "reason": why.reason, "source": "import", "evidence": why.evidence,
            "created_at": clock.now(), "lifted_at": None,
        }  # fmt: skip
        if row is None:
            added.append(values | {"business_id": business.id, "phone_hash": hashed, "channel": "all"})
        elif row.lifted_at is not None or (why.reason, row.reason) in _STRONGER:
            renewed.append(values | {"id": row.id})
    if not dry_run:
        if added:
            session.execute(insert(Suppression.__table__), added)  # type: ignore[arg-type]
        if renewed:
            session.execute(update(Suppression), renewed)
        if added or renewed:
            _let_be(session, business, {phone: numbers[phone].reason for phone in some})
    return len(added) + len(renewed)


def _let_be(session: Session, business: Business, reasons: Mapping[str, str]) -> None:
    """End what runs for those of these numbers that are contacts, and say so in their conversations."""
    mine = (Contact.business_id == business.id, Contact.phone.in_(reasons))
    running = select(Contact.id, Contact.phone).join(Enrollment, Enrollment.contact_id == Contact.id)
    for contact, phone in session.execute(running.where(is_open(), *mine).distinct()).all():
        stop_enrollments(session, contact, reasons[phone])
    talks = select(Conversation).join(Contact, Conversation.contact_id == Contact.id).where(*mine)
    for conversation in session.scalars(talks).all():
        refresh_outcome(session, conversation)
