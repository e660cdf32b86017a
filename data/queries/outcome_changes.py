"""Outcomes that have changed, noted for the CRM where the business has one that listens."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Exists, Insert, Table, bindparam, exists, insert, literal, select
from sqlalchemy.orm import Session

from data.models import Conversation, OutcomeChange, WebhookEndpoint
from data.models.base import Moment

_change = cast(Table, OutcomeChange.__table__)


def somebody_listens(business: Any) -> Exists:
    """Whether the business has an address that is told of outcomes. The table holds a row or two."""
    return exists().where(WebhookEndpoint.business_id == business, WebhookEndpoint.active)


def note_change(session: Session, conversation: Conversation) -> None:
    """The outcome of this conversation has just changed to what it is now."""
    session.add(
        OutcomeChange(
            business_id=conversation.business_id,
            contact_id=conversation.contact_id,
            outcome=conversation.outcome,
        )
    )


def first_answer(contact: Any) -> Insert:
    """Notes `open` for a contact who had not answered yet, where somebody listens; at the moment `now`.

    For the quick way of an ordinary text (scheduler/ordinary_rows.py), beside its other statements.
    """
    changed = select(
        Conversation.business_id,
        Conversation.contact_id,
        literal("open"),
        bindparam("now", type_=Moment()),
    ).where(
        Conversation.contact_id == contact,
        Conversation.outcome == "no_reply",
        somebody_listens(Conversation.business_id),
    )
    columns = ["business_id", "contact_id", "outcome", "created_at"]
    return insert(_change).from_select(columns, changed, include_defaults=False)
