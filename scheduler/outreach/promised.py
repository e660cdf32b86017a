"""A touch that says it is the last one: once it was sent, no campaign writes to its contact any more."""

from __future__ import annotations

from sqlalchemy.orm import Session

from data.models import Business, Contact, Message, Touch
from data.queries.suppressions import PROMISED_LAST, suppress


def keep_promise(session: Session, message: Message) -> None:
    """Keep the promise of a text that the provider has just taken, if it made one. Safe to repeat."""
    touch = session.get(Touch, message.touch_id) if message.touch_id is not None else None
    if touch is None or not touch.is_last or message.contact_id is None or message.sent_at is None:
        return
    suppress(
        session,
        session.get_one(Business, message.business_id),
        session.get_one(Contact, message.contact_id).phone,
        reason=PROMISED_LAST,
        source="campaign",
        evidence=f"message {message.id}",
    )
