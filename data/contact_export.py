"""Everything that is kept about one number, as JSON: what somebody gets who asks what we know of them.

Found by the tables' own references, so that a table which is added later is not forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from data import crypto
from data.models import Base, Business, Campaign, Contact, ImportBatch, Message, Person, Suppression

MOST_STEPS = 4
"""How many references away from the contact a row may be: a receipt is of a message of the contact."""

_LEFT_OUT = frozenset({"fence", "leased_until", "attempts", "claimed_at", "paced", "once"})
"""Columns that say how the work was done, and nothing of the person."""

_MENTIONED = frozenset({"business", "sender", "staff_user", "campaign", "touch", "import_batch", "segment"})
"""What a row refers to and does not belong to the contact."""


def contact_of(session: Session, business: Business, phone: str) -> Contact | None:
    """The contact with this number (E.164)."""
    return session.scalar(select(Contact).where(Contact.business_id == business.id, Contact.phone == phone))


def contacts_by_crm_id(session: Session, business: Business, crm_id: str) -> list[Contact]:
    """The contacts of whom a person has this id in the business's own system."""
    theirs = select(Person.contact_id).where(Person.crm_id == crm_id)
    wanted = select(Contact).where(Contact.business_id == business.id, Contact.id.in_(theirs))
    return list(session.scalars(wanted.order_by(Contact.id)))


def export(session: Session, business: Business, phone: str) -> dict[str, Any]:
    """What is kept about a number, table by table; moments are ISO with offset. Empty where nothing is."""
    found: dict[str, Any] = {}
    contact = contact_of(session, business, phone)
    if contact is not None:
        table = Contact.__table__
        found["contact"] = [
            _plain(row) for row in session.execute(select(table).where(table.c.id == contact.id))
        ]
        found |= dict(sorted(_belonging(session, contact.id)))
        found |= _named(session, contact, found.get("enrollment", []))
    texts = Message.__table__
    strangers = session.execute(
        select(texts)
        .where(texts.c.business_id == business.id, texts.c.contact_id.is_(None))
        .where(or_(texts.c.from_address == phone, texts.c.to_address == phone))
        .order_by(texts.c.id)
    )
    found["text_before_they_were_a_contact"] = [_plain(row) for row in strangers]
    hashed = crypto.keyed_hash(business.hash_key, phone)
    left_alone = Suppression.__table__
    found["suppression"] = [
        _plain(row, "phone_hash")
        for row in session.execute(
            select(left_alone).where(
                left_alone.c.business_id == business.id, left_alone.c.phone_hash == hashed
            )
        )
    ]
    return {name: rows for name, rows in found.items() if rows}


def _belonging(session: Session, contact_id: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of every table that lead to the contact by their references, by table."""
    known: dict[str, set[int]] = {"contact": {contact_id}}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for _ in range(MOST_STEPS):
        for table in Base.metadata.sorted_tables:
            for leads in _references(table):
                behind = known.get(leads[1])
                if table.name == "contact" or not behind:
                    continue
                column = table.c[leads[0]]
                for row in session.execute(select(table).where(column.in_(behind)).order_by(table.c.id)):
                    rows.setdefault(table.name, {})[row.id] = _plain(row)
        before = {name: len(ids) for name, ids in known.items()}
        known = {"contact": {contact_id}} | {name: set(found) for name, found in rows.items()}
        if before == {name: len(ids) for name, ids in known.items()}:
            break
    for name, found in rows.items():
        yield name, [found[each] for each in sorted(found)]


def _references(table: Table) -> list[tuple[str, str]]:
    """(column, the table it refers to), of those by which a row belongs to a contact."""
    return [
        (key.parent.name, key.column.table.name)
        for key in table.foreign_keys
        if key.column.table.name not in _MENTIONED
    ]


def _named(session: Session, contact: Contact, enrollments: list[dict[str, Any]]) -> dict[str, Any]:
    """What ids in those rows stand for: the list that they came from, the campaigns that they were in."""
    named: dict[str, Any] = {}
    if contact.import_batch_id and (batch := session.get(ImportBatch, contact.import_batch_id)):
        named["came_from"] = [{"list": batch.filename, "at": batch.created_at.isoformat()}]
    campaigns = {row["campaign_id"] for row in enrollments}
    if campaigns:
        rows = session.execute(select(Campaign.id, Campaign.name).where(Campaign.id.in_(campaigns)))
        named["campaigns"] = [{"id": row.id, "name": row.name} for row in rows]
    return named


def _plain(row: Any, *but: str) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime | date) else value
        for name, value in row._mapping.items()
        if name not in _LEFT_OUT and name not in but and not isinstance(value, bytes)
    }
