"""A call to the number that texts: whose it is, where it is put through to, and what it ends.

Whoever calls has been reached: their sequences end. Of a caller who is no contact, or hides their number,
nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import clock
from data.db import writing
from data.db_faults import once_more
from data.models import Business, Contact, Conversation
from data.queries import audit
from data.queries.enrollments import stop_enrollments
from data.queries.messages import cancel_queued
from data.queries.outcomes import refresh_outcome
from data.queries.senders import business_of

REASON = "called"

AGAIN = timedelta(minutes=5)
"""Within this time a call is the same one, rung through once more."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Called:
    """The business that was called, by its name, and the phone on which it answers (E.164).

    `phone` is None where there is none to put a call through to: the business's own phone is the very
    number that was called.
    """

    business: str
    phone: str | None


@once_more
def receive_call(from_number: str, to_number: str) -> Called | None:
    """Note a call to one of our numbers; None where the number is no business's. Safe to repeat."""
    with writing() as session:
        business = business_of(session, to_number)
        if business is None:
            return None
        contact = session.scalar(
            select(Contact)
            .where(Contact.business_id == business.id, Contact.phone == from_number)
            .with_for_update(key_share=True)
        )
        if contact is not None:
            _note(session, business, contact)
        return Called(business.name, business.phone if business.phone not in ("", to_number) else None)


def _note(session: Session, business: Business, contact: Contact) -> None:
    again = contact.called_at is not None and clock.now() - contact.called_at < AGAIN
    contact.called_at = clock.now()
    stop_enrollments(session, contact.id, REASON)
    cancel_queued(session, contact.id, ("touch", "nudge"), REASON)
    conversation = session.scalar(select(Conversation).where(Conversation.contact_id == contact.id))
    if conversation is not None:
        conversation.nudge_due_at = None
        refresh_outcome(session, conversation)
    if again:
        return
    if conversation is not None:
        audit.note_of(session, conversation, audit.CALLED, None)
    else:
        audit.note(session, business.id, audit.CALLED, None, contact=contact.id)
    log.info("a contact called", contact=contact.id)
