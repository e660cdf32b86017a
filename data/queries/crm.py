"""The CRM's addresses, what they are told, and how every telling went; outcomes as rows for its import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from data import clock
from data.models import (
    Appointment,
    Business,
    Contact,
    Conversation,
    Enrollment,
    OutcomeChange,
    Person,
    WebhookDelivery,
    WebhookEndpoint,
)
from data.models.booking import LIVE


class AlreadyThere(ValueError):
    """The business tells this address already."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a contact, as the CRM gets it. One row for each id that the CRM knows them by."""

    contact_id: int
    crm_id: str
    phone: str
    outcome: str
    at: datetime | None
    """Since when, as far as rows tell: the last change of the outcome, the last text."""
    next_appointment: datetime | None
    opted_out: bool


def add_endpoint(session: Session, business: Business, url: str, secret: bytes) -> WebhookEndpoint:
    """From now on this address is told of every change, and of none before. Raises AlreadyThere.

    One that was removed is taken up again, with the new secret.
    """
    found = session.scalar(
        select(WebhookEndpoint).where(WebhookEndpoint.business_id == business.id, WebhookEndpoint.url == url)
    )
    if found is not None and found.active:
        raise AlreadyThere(f"{url} is told already")
    if found is None:
        found = WebhookEndpoint(business_id=business.id, url=url, secret=secret)
        session.add(found)
    found.secret, found.active = secret, True
    found.told_to = session.scalar(select(func.max(OutcomeChange.id))) or 0
    session.flush()
    return found


def remove_endpoint(session: Session, endpoint: WebhookEndpoint) -> int:
    """The address is told nothing more; how many deliveries were still to be made and are given up."""
    endpoint.active = False
    waiting = session.scalars(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == "waiting")
        .values(state="given_up", due_at=None, answered="the address was removed")
        .returning(WebhookDelivery.id)
    )
    return len(waiting.all())


def endpoints(session: Session, business_id: int) -> list[WebhookEndpoint]:
    """The addresses that are told, in the order of their adding."""
    return list(
        session.scalars(
            select(WebhookEndpoint)
            .where(WebhookEndpoint.business_id == business_id, WebhookEndpoint.active)
            .order_by(WebhookEndpoint.id)
        )
    )


def counts(session: Session, endpoint_id: int) -> dict[str, int]:
    """How many deliveries of an address are in which state."""
    rows = session.execute(
        select(WebhookDelivery.state, func.count())
        .where(WebhookDelivery.endpoint_id == endpoint_id)
        .group_by(WebhookDelivery.state)
    )
    return {row[0]: row[1] for row in rows}


def log(session: Session, business_id: int, *, failed: bool = False, limit: int = 50) -> list[Any]:
    """The latest deliveries with their address: rows of `WebhookDelivery, url`; `failed`: those given up."""
    wanted = (
        select(WebhookDelivery, WebhookEndpoint.url)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(WebhookEndpoint.business_id == business_id)
        .order_by(WebhookDelivery.id.desc())
        .limit(limit)
    )
    return list(session.execute(wanted.where(WebhookDelivery.state == "given_up") if failed else wanted))


def retry(session: Session, business_id: int, delivery_id: int | None = None) -> list[int]:
    """Begin again with one delivery that was given up, or with all; to addresses that are still told."""
    chosen = select(WebhookEndpoint.id).where(
        WebhookEndpoint.business_id == business_id, WebhookEndpoint.active
    )
    again = (
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id.in_(chosen), WebhookDelivery.state == "given_up")
        .values(state="waiting", attempts=0, due_at=clock.now())
        .returning(WebhookDelivery.id)
    )
    if delivery_id is not None:
        again = again.where(WebhookDelivery.id == delivery_id)
    return sorted(session.scalars(again))


def standings(
    session: Session, business_id: int, *, since: datetime | None = None, campaign_id: int | None = None
) -> Iterator[Standing]:
    """How it stands with everybody who was written to: all, those with news since then, a campaign's.

    Those who were erased are nobody's any more, and are left out.
    """
    changed = (
        select(func.max(OutcomeChange.created_at))
        .where(OutcomeChange.contact_id == Contact.id)
        .scalar_subquery()
    )
    wanted = (
        select(
            Contact.id,
            Person.crm_id,
            Contact.phone,
            Conversation.outcome,
            Conversation.last_text_at,
            changed.label("changed_at"),
            next_appointment(Contact.id).label("next_appointment"),
        )
        .join(Conversation, Conversation.contact_id == Contact.id)
        .outerjoin(Person, Person.contact_id == Contact.id)
        .where(Contact.business_id == business_id, Contact.phone.startswith("+"))
        .order_by(Contact.id, Person.id)
        .execution_options(yield_per=1_000)
    )
    if since is not None:
        wanted = wanted.where(or_(Conversation.last_text_at >= since, changed >= since))
    if campaign_id is not None:
        wanted = wanted.where(
            Contact.id.in_(select(Enrollment.contact_id).where(Enrollment.campaign_id == campaign_id))
        )
    seen: set[tuple[int, str]] = set()
    for row in session.execute(wanted):
        who = (row.id, row.crm_id or "")
        if who in seen:  # two persons of a household whom the CRM knows by no id, or by one
            continue
        seen.add(who)
        moments = [at for at in (row.last_text_at, row.changed_at) if at is not None]
        yield Standing(
            row.id,
            who[1],
            row.phone,
            row.outcome,
            max(moments, default=None),
            row.next_appointment,
            row.outcome == "opted_out",
        )


def next_appointment(contact: Any) -> Any:
    """The start of a contact's next visit that stands, as a column."""
    return (
        select(func.min(Appointment.start_at))
        .where(
            Appointment.contact_id == contact,
            Appointment.state.in_(LIVE),
            Appointment.start_at >= clock.now(),
        )
        .scalar_subquery()
    )


def crm_ids(session: Session, contacts: Sequence[int]) -> dict[int, list[str]]:
    """The ids that the CRM knows each contact's persons by."""
    found: dict[int, list[str]] = {}
    for contact, crm_id in session.execute(
        select(Person.contact_id, Person.crm_id)
        .where(Person.contact_id.in_(contacts), Person.crm_id.is_not(None))
        .order_by(Person.id)
    ):
        found.setdefault(contact, []).append(crm_id or "")
    return found
