"""What keeps the service from doing its work just now, read from the rows: for the staff view and for alerts.

Only what somebody suffers from counts. A model that is away while nobody writes is no trouble yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from data import addresses, clock
from data.models import (
    CalendarConnection,
    Campaign,
    Contact,
    Message,
    Sender,
    WebhookDelivery,
    WebhookEndpoint,
)
from data.queries.heartbeats import silences
from scheduler.outreach.brakes import REASONS

STUCK_FOR = timedelta(minutes=10)
"""A text that is due and has not left for so long shows that the provider does not take any."""

SHOWS_FOR = timedelta(hours=11)
"""A reply that has waited for longer shows nothing about now."""

LATE_FOR = timedelta(minutes=3)
"""A contact whose turn has come and who has waited for so long shows that the workers are behind."""

SILENT_FOR = timedelta(minutes=2)

TRIES_IN_VAIN = 3
"""More than a mistake of ours is tried (converse.FAILURES - 1): only a model that is away costs as many."""

UNHEARD_TRIES = 5
"""So many tries at a webhook take more than half an hour (scheduler/writeback/delivering.py)."""

NEVER_HELD = ("staff", "emergency")
"""The kinds that leave at any hour; a reply may wait for lawful hours once it is REPLY_WITHIN old."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble: a word for it that stays the same while it lasts, and a sentence or two for staff.

    `link` is the page on which staff themselves can end it, if there is one.
    """

    kind: str
    words: str
    link: str = ""


def troubles(session: Session, business_id: int) -> list[Trouble]:
    """What is wrong at this moment, the worst first."""
    return list(_troubles(session, business_id))


def _troubles(session: Session, business_id: int) -> Iterator[Trouble]:
    stopped = session.scalars(
        select(Sender)
        .where(Sender.business_id == business_id, Sender.stopped_reason.is_not(None))
        .order_by(Sender.id)
    ).all()
    for sender in stopped:
        yield Trouble(
            f"sender_{sender.id}",
            f"Nothing leaves from {sender.address}{' on WhatsApp' if sender.channel == 'whatsapp' else ''}: "
            f"{sender.stopped_reason}. Ask whoever runs this installation; what waits is kept.",
        )
    if not stopped and _has(session, _stuck(business_id)):
        yield Trouble(
            "provider",
            f"Texts have waited for more than {_minutes(STUCK_FOR)} to leave: the provider does not answer, "
            "or too many are ahead of them. They are kept and go as soon as they can.",
        )
    if _has(session, _unheard(business_id)):
        yield Trouble(
            "model",
            "The part that understands texts does not answer. What contacts write is kept; what waits for "
            "too long comes to you.",
        )
    gone = session.scalar(_disconnected(business_id))
    if gone is not None:
        yield Trouble("calendar", _without_calendar(gone), addresses.calendar_settings())
    if (deaf := session.scalar(_deaf(business_id))) is not None:
        yield Trouble(
            "crm",
            f"Your CRM at {urlsplit(deaf).hostname} has not taken outcomes for over half an hour. They are "
            "kept and tried again for two days: ask whoever runs it, and see rekindle crm log.",
        )
    for campaign in session.scalars(_braked(business_id)):
        yield Trouble(
            f"campaign_{campaign.id}",
            f"The campaign “{campaign.name}” has paused by itself: "
            f"{REASONS[campaign.paused_reason or '']}. Nothing of it leaves until somebody resumes it.",
        )
    silent = silences(session)
    if max(silent.values(), default=timedelta(0)) > SILENT_FOR or _has(session, _waiting(business_id)):
        yield Trouble(
            "queue",
            "Work waits longer than it should: texts are answered and sent late. "
            "Ask whoever runs this installation.",
        )


def _braked(business_id: int) -> Select[Campaign]:
    return (
        select(Campaign)
        .where(
            Campaign.business_id == business_id,
            Campaign.state == "paused",
            Campaign.paused_reason.in_(REASONS),
        )
        .order_by(Campaign.id)
    )


def _has(session: Session, condition: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(condition)))


def _stuck(business_id: int) -> ColumnElement[bool]:
    now = clock.now()
    fresh = (Message.kind == "reply") & (Message.created_at >= now - SHOWS_FOR)
    queued = (
        (Message.state == "queued")
        & or_(Message.kind.in_(NEVER_HELD), fresh)
        & (Message.due_at <= now + timedelta(minutes=1))
        & (Message.created_at <= now - STUCK_FOR)
    )
    sending = (Message.state == "sending") & (Message.claimed_at <= clock.real() - STUCK_FOR)
    return exists().where(Message.business_id == business_id, or_(queued, sending))


def _unheard(business_id: int) -> ColumnElement[bool]:
    return exists().where(
        Contact.business_id == business_id, Contact.due_at.is_not(None), Contact.attempts >= TRIES_IN_VAIN
    )


def _waiting(business_id: int) -> ColumnElement[bool]:
    return exists().where(
        Contact.business_id == business_id,
        Contact.due_at <= clock.now() - LATE_FOR,
        Contact.attempts < TRIES_IN_VAIN,
    )


def _deaf(business_id: int) -> Select[str]:
    """The address of a CRM that takes nothing; what waits for it is little, and in the index of due_at."""
    return (
        select(WebhookEndpoint.url)
        .join(WebhookDelivery, WebhookDelivery.endpoint_id == WebhookEndpoint.id)
        .where(
            WebhookDelivery.due_at.is_not(None),
            WebhookDelivery.attempts >= UNHEARD_TRIES,
            WebhookEndpoint.business_id == business_id,
            WebhookEndpoint.active,
        )
        .order_by(WebhookEndpoint.id)
        .limit(1)
    )


def _disconnected(business_id: int) -> Select[CalendarConnection]:
    return (
        select(CalendarConnection)
        .where(
            CalendarConnection.business_id == business_id,
            CalendarConnection.active,
            CalendarConnection.disconnected_at.is_not(None),
        )
        .order_by(CalendarConnection.role, CalendarConnection.id.desc())
        .limit(1)
    )


def _without_calendar(gone: CalendarConnection) -> str:
    if gone.account and gone.token is None:
        what = "The calendar was disconnected here, so no times are offered or booked."
    else:
        which = f" “{gone.name}”" if gone.role == "busy" and gone.name else ""
        what = f"The calendar{which} refuses us, so no times are offered or booked."
    return f"{what} Connect it again under Settings, Calendar."


def _minutes(span: timedelta) -> str:
    return f"{int(span.total_seconds() // 60)} minutes"
