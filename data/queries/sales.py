"""Sales: money that a contact has really paid, entered by staff or taken from a list."""

from __future__ import annotations

import math
import secrets
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import clock
from data.models import Appointment, Business, Contact, Person, Sale

MOST = 10_000_000.0
"""A larger amount is a slip of the keyboard."""


class SaleRefused(ValueError):
    """The sale cannot be entered; the message is one clear sentence, `reason` its short name."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def add(
    session: Session,
    business: Business,
    contact: Contact,
    *,
    amount: float,
    sold_on: date,
    reference: str | None = None,
    source: str = "staff",
    appointment_id: int | None = None,
) -> Sale:
    """Enter a sale to a contact; `sold_on` is a day of the business's zone.

    `reference` is its number in the business's own books: the same sale again changes nothing and returns
    the row that is there. Without one, two calls are two sales. Raises SaleRefused.
    """
    refuse_unusable(amount, sold_on, today_of(business))
    if contact.business_id != business.id:
        raise SaleRefused("no_contact", "the contact belongs to another business")
    if appointment_id is not None:
        visit = session.get(Appointment, appointment_id)
        if visit is None or visit.contact_id != contact.id:
            raise SaleRefused("no_visit", "the visit is not one of this contact's")
    number = (reference or "").strip() or f"own-{secrets.token_hex(8)}"
    if (found := _by_reference(session, business.id, number)) is not None:
        return _the_same(found, contact.id, amount, sold_on)
    sale = Sale(
        business_id=business.id,
        contact_id=contact.id,
        appointment_id=appointment_id,
        amount=round(amount, 2),
        sold_on=sold_on,
        source=source,
        reference=number,
    )
    try:
        with session.begin_nested():
            session.add(sale)
    except IntegrityError:  # somebody else has entered it at this very moment
        other = _by_reference(session, business.id, number)
        if other is None:
            raise
        return _the_same(other, contact.id, amount, sold_on)
    return sale


def sales_of(session: Session, contact_id: int) -> list[Sale]:
    """The sales to a contact, the latest day first."""
    return list(
        session.scalars(
            select(Sale).where(Sale.contact_id == contact_id).order_by(Sale.sold_on.desc(), Sale.id.desc())
        )
    )


def contacts_with(session: Session, business_id: int, crm_id: str) -> list[Contact]:
    """The contacts that the business's own books know by this id: one, where the list was in order."""
    return list(
        session.scalars(
            select(Contact)
            .where(
                Contact.business_id == business_id,
                Contact.id.in_(select(Person.contact_id).where(Person.crm_id == crm_id)),
            )
            .order_by(Contact.id)
        )
    )


def refuse_unusable(amount: float, sold_on: date, today: date) -> None:
    """Raises SaleRefused where nobody can have sold for that much, or on that day."""
    if not math.isfinite(amount) or round(amount, 2) <= 0:
        raise SaleRefused("amount", "the amount must be above 0")
    if amount > MOST:
        raise SaleRefused("amount", f"the amount is above {MOST:,.0f}, which looks like a slip")
    if sold_on > today:
        raise SaleRefused("future", f"{sold_on} lies in the future")
    if sold_on.year < 1990:
        raise SaleRefused("date", f"{sold_on} is too long ago to be meant")


def today_of(business: Business) -> date:
    """Today, where the business is."""
    return clock.now().astimezone(ZoneInfo(business.timezone)).date()


def _by_reference(session: Session, business_id: int, reference: str) -> Sale | None:
    return session.scalar(select(Sale).where(Sale.business_id == business_id, Sale.reference == reference))


def _the_same(found: Sale, contact_id: int, amount: float, sold_on: date) -> Sale:
    if (found.contact_id, found.amount, found.sold_on) == (contact_id, round(amount, 2), sold_on):
        return found
    raise SaleRefused(
        "reference_differs",
        f"a sale with the reference {found.reference} is there already, of {found.amount:,.2f} on "
        f"{found.sold_on}",
    )
