"""From changed outcomes to deliveries: one for each address and change, and those that are due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import Session

from data import clock
from data.db import reading, writing
from data.models import Contact, OutcomeChange, WebhookDelivery, WebhookEndpoint
from data.queries.crm import crm_ids, next_appointment
from scheduler.jobs import Job

SETTLED = timedelta(minutes=3)
"""A change this old (wall time) is surely committed: of rows that are written side by side, one with a
smaller id may appear later, so that newer ones are looked through again."""

AT_ONCE = 500
"""So many deliveries of an address are made at a sweep."""

WOKEN = 50
"""So many are woken at a sweep, so that they leave room for everything else."""

EVENT = "contact.outcome_changed"


def due() -> list[Job]:
    """Make deliveries of what has changed, and name those whose moment has come; the sweep wakes them."""
    with reading() as session:
        listening = list(session.scalars(select(WebhookEndpoint.id).where(WebhookEndpoint.active)))
        news = [endpoint for endpoint in listening if _news(session, endpoint)]
    for endpoint in news:
        with writing() as session:
            tell(session, endpoint)
    if not listening:
        return []
    with reading() as session:
        waiting = session.scalars(
            select(WebhookDelivery.id)
            .where(
                WebhookDelivery.endpoint_id.in_(listening),
                WebhookDelivery.state == "waiting",
                WebhookDelivery.due_at <= clock.now(),
            )
            .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
            .limit(WOKEN)
        )
        return [Job("writeback", delivery) for delivery in waiting]


def tell(session: Session, endpoint_id: int) -> int:
    """Make the deliveries of an address for what has changed; how many. Safe to repeat."""
    endpoint = session.scalar(
        select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    )
    if endpoint is None or not endpoint.active:
        return 0
    changes = list(session.scalars(_untold(endpoint).limit(AT_ONCE)))
    known = crm_ids(session, sorted({one.contact_id for one in changes}))
    visits = _visits(session, sorted({one.contact_id for one in changes}))
    for one in changes:
        session.add(
            WebhookDelivery(
                endpoint_id=endpoint.id,
                event_id=event_id(one),
                payload=payload(one, known.get(one.contact_id, []), visits.get(one.contact_id)),
                due_at=clock.now(),
            )
        )
    session.flush()
    settled = select(func.max(OutcomeChange.id)).where(
        OutcomeChange.business_id == endpoint.business_id,
        OutcomeChange.created_at <= clock.now() - SETTLED,
    )
    if len(changes) == AT_ONCE:  # there may be more
        settled = settled.where(OutcomeChange.id <= changes[-1].id)
    endpoint.told_to = max(endpoint.told_to, session.scalar(settled) or 0)
    return len(changes)


def payload(change: OutcomeChange, known_as: list[str], visit: datetime | None) -> dict[str, Any]:
    """What the CRM is told: ids, the outcome, moments (ISO, UTC)."""
    at = change.created_at.isoformat()
    return {
        "type": EVENT,
        "timestamp": at,
        "data": {
            "contact_id": change.contact_id,
            "crm_ids": known_as,
            "outcome": change.outcome,
            "changed_at": at,
            "next_appointment": visit.isoformat() if visit else None,
            "opted_out": change.outcome == "opted_out",
        },
    }


def event_id(change: OutcomeChange) -> str:
    """The id of a change, the same for every try."""
    return f"outcome-{change.id}"


def _news(session: Session, endpoint_id: int) -> bool:
    endpoint = session.get_one(WebhookEndpoint, endpoint_id)
    return session.scalar(_untold(endpoint).with_only_columns(OutcomeChange.id).limit(1)) is not None


def _untold(endpoint: WebhookEndpoint) -> Any:
    made = (
        select(WebhookDelivery.id)
        .where(
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.event_id == literal("outcome-") + cast(OutcomeChange.id, String),
        )
        .exists()
    )
    return (
        select(OutcomeChange)
        .where(OutcomeChange.business_id == endpoint.business_id, OutcomeChange.id > endpoint.told_to, ~made)
        .order_by(OutcomeChange.id)
    )


def _visits(session: Session, contacts: list[int]) -> dict[int, datetime]:
    rows = session.execute(
        select(Contact.id, next_appointment(Contact.id).label("at")).where(Contact.id.in_(contacts))
    )
    return {row.id: row.at for row in rows if row.at is not None}
