"""One conversation as staff read it: its rows, and a mark that says whether any of them changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import crypto
from data.models import (
    Appointment,
    AuditEvent,
    Business,
    Callback,
    Campaign,
    Contact,
    ContactBasis,
    Conversation,
    DeliveryEvent,
    Enrollment,
    Handoff,
    Message,
    Sale,
    StaffUser,
    Suppression,
    Touch,
)
from data.queries.sales import sales_of

TEXTS = 200
"""So many texts, the latest, are shown at once."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The rows. `more` says that there are earlier texts than `texts` holds."""

    business: Business
    contact: Contact
    conversation: Conversation
    texts: list[Message]
    more: bool
    events: dict[int, list[DeliveryEvent]]
    handoffs: list[Handoff]
    visits: list[Appointment]
    callbacks: list[Callback]
    acts: list[AuditEvent]
    suppressions: list[Suppression]
    bases: list[ContactBasis]
    campaigns: list[tuple[Campaign, Enrollment]]
    touches: dict[int, Touch]
    sales: list[Sale]
    staff: dict[int, str]


def find(session: Session, business_id: int, conversation_id: int) -> Conversation | None:
    """The conversation, if it is this business's own."""
    return session.scalar(
        select(Conversation).where(
            Conversation.id == conversation_id, Conversation.business_id == business_id
        )
    )


def read(session: Session, conversation: Conversation, before: int | None = None) -> Transcript:
    """Everything about it; `before` a text's id, the texts that came earlier."""
    contact = session.get_one(Contact, conversation.contact_id)
    business = session.get_one(Business, conversation.business_id)
    wanted = select(Message).where(Message.contact_id == contact.id)
    if before is not None:
        wanted = wanted.where(Message.id < before)
    found = list(session.scalars(wanted.order_by(Message.id.desc()).limit(TEXTS + 1)))
    texts = found[:TEXTS][::-1]
    return Transcript(
        business=business,
        contact=contact,
        conversation=conversation,
        texts=texts,
        more=len(found) > TEXTS,
        events=_events(session, [text.id for text in texts if text.direction == "out"]),
        handoffs=list(
            session.scalars(
                select(Handoff).where(Handoff.conversation_id == conversation.id).order_by(Handoff.id)
            )
        ),
        visits=list(
            session.scalars(
                select(Appointment).where(Appointment.contact_id == contact.id).order_by(Appointment.id)
            )
        ),
        callbacks=list(
            session.scalars(select(Callback).where(Callback.contact_id == contact.id).order_by(Callback.id))
        ),
        acts=list(
            session.scalars(
                select(AuditEvent)
                .where(AuditEvent.conversation_id == conversation.id)
                .order_by(AuditEvent.id)
            )
        ),
        suppressions=_suppressions(session, business, contact),
        bases=list(session.scalars(select(ContactBasis).where(ContactBasis.contact_id == contact.id))),
        campaigns=[
            (campaign, enrollment)
            for campaign, enrollment in session.execute(
                select(Campaign, Enrollment)
                .join(Enrollment, Enrollment.campaign_id == Campaign.id)
                .where(Enrollment.contact_id == contact.id)
                .order_by(Enrollment.id)
            )
        ],
        touches=_touches(session, texts),
        sales=sales_of(session, contact.id),
        staff=_staff(session, business.id),
    )


def mark(session: Session, conversation: Conversation, *also: object) -> str:
    """A short text that changes whenever what is shown of this conversation does.

    `also` is whatever else is on the screen, such as the day or whether a reply is allowed.
    """
    contact = conversation.contact_id
    texts = session.execute(
        select(Message.id, Message.state, Message.error_code, Message.due_at, Message.understanding)
        .where(Message.contact_id == contact)
        .order_by(Message.id.desc())
        .limit(TEXTS)
    ).all()
    seen = [
        conversation.outcome,
        conversation.channel,
        conversation.staff_took_over_at,
        conversation.staff_user_id,
        conversation.closed_reason,
        conversation.frozen_at,
        [(row[0], row[1], row[2], row[3] if row[1] == "queued" else None, bool(row[4])) for row in texts],
        _rows(
            session,
            select(Handoff.id, Handoff.closed_at).where(Handoff.conversation_id == conversation.id),
        ),
        _rows(
            session,
            select(
                Appointment.id,
                Appointment.state,
                Appointment.version,
                Appointment.confirmed_at,
                Appointment.no_show_at,
                Appointment.clash_at,
            ).where(Appointment.contact_id == contact),
        ),
        _rows(session, select(Callback.id, Callback.state).where(Callback.contact_id == contact)),
        session.scalar(
            select(func.max(AuditEvent.id)).where(
                AuditEvent.conversation_id == conversation.id, AuditEvent.action != "looked"
            )
        ),
        also,
    ]
    return hashlib.blake2b(repr(seen).encode(), digest_size=9).hexdigest()


def open_handoffs(session: Session, conversation: Conversation) -> list[Handoff]:
    """What waits for a person."""
    return list(
        session.scalars(
            select(Handoff).where(Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None))
        )
    )


def text_by_key(session: Session, business_id: int, once: str) -> int | None:
    """The id of the business's text with this key."""
    return session.scalar(select(Message.id).where(Message.once == once, Message.business_id == business_id))


def _rows(session: Session, wanted: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.execute(wanted)]  # type: ignore[call-overload]


def _staff(session: Session, business_id: int) -> dict[int, str]:
    found = session.scalars(select(StaffUser).where(StaffUser.business_id == business_id))
    return {user.id: user.name for user in found}


def _touches(session: Session, texts: list[Message]) -> dict[int, Touch]:
    wanted = {text.touch_id for text in texts if text.touch_id}
    if not wanted:
        return {}
    return {touch.id: touch for touch in session.scalars(select(Touch).where(Touch.id.in_(wanted)))}


def _events(session: Session, ids: list[int]) -> dict[int, list[DeliveryEvent]]:
    found: dict[int, list[DeliveryEvent]] = {}
    for event in session.scalars(
        select(DeliveryEvent).where(DeliveryEvent.message_id.in_(ids)).order_by(DeliveryEvent.id)
    ):
        if event.message_id is not None:
            found.setdefault(event.message_id, []).append(event)
    return found


def _suppressions(session: Session, business: Business, contact: Contact) -> list[Suppression]:
    return list(
        session.scalars(
            select(Suppression).where(
                Suppression.business_id == business.id,
                Suppression.phone_hash == crypto.keyed_hash(business.hash_key, contact.phone),
            )
        )
    )
