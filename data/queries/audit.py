"""Who did what: the audit rows, written as acts happen and read back a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import AuditEvent, Contact, Conversation, StaffUser
from data.queries.inbox import names_of

LOGGED_IN = "logged in"
LOGGED_OUT = "logged out"
LOG_IN_FAILED = "log-in failed"
"""Without a member of staff: for an address that nobody has. The address itself is never kept."""

ADDED = "added to staff"
PASSWORD_SET = "password set"
CLOSED = "account closed"
"""By whoever runs the installation: the member of staff is the one it was done to, `detail` says `by`."""

ANSWER_ADDED = "added an answer"
ANSWER_REMOVED = "removed an answer"
QUESTION_LEFT_OUT = "left a question out"

CALENDAR_CONNECTED = "connected a calendar"
CALENDAR_RECONNECTED = "connected the calendar again"
CALENDAR_DISCONNECTED = "disconnected the calendar"
CALENDAR_TESTED = "tested the calendar"
HOURS_CHANGED = "changed the working hours"

LIST_UPLOADED = "uploaded a list"
LIST_ATTESTED = "said that a list is the business's own"
LIST_TAKEN_IN = "took in a list"
SALE_ENTERED = "entered a sale"
SEGMENT_SAVED = "saved a segment"
SEGMENT_REMOVED = "removed a segment"

LAWFUL_HOURS_CHANGED = "changed the lawful hours"
LAWFUL_HOURS_RESET = "put the lawful hours back"
TEMPLATE_ADDED = "added a WhatsApp template"
TEMPLATE_REMOVED = "removed a WhatsApp template"
CALLED = "called the number that texts"
"""By a contact; nobody of the staff."""
ERASING = "is erasing a contact"
"""Our rows are empty; something that others keep for us is not gone yet (scheduler/erasing.py)."""
ERASED = "erased a contact"
EXPORTED = "exported what is kept of a contact"

CAMPAIGN_MADE = "made a campaign"
CAMPAIGN_WORDS_CHANGED = "changed the words of a campaign"
CAMPAIGN_REHEARSED = "played a campaign through"
CAMPAIGN_APPROVED = "approved the words of a campaign"
CAMPAIGN_LAUNCHED = "launched a campaign"
CAMPAIGN_RELEASED = "released a campaign after its pilot"
CAMPAIGN_PAUSED = "paused a campaign"
CAMPAIGN_RESUMED = "resumed a campaign"
CAMPAIGN_ENDED = "ended a campaign"

OPERATOR = "operator"

PAGE = 50


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `staff` is None where nobody of the staff did it; `names` and `phone` are the contact's."""

    id: int
    at: datetime
    action: str
    staff: str | None
    conversation_id: int | None
    names: tuple[str, ...]
    phone: str
    detail: dict[str, Any]


def note(
    session: Session, business_id: int, action: str, staff_user_id: int | None, **detail: Any
) -> AuditEvent:
    """Keep what was done; the row has its id."""
    event = AuditEvent(business_id=business_id, staff_user_id=staff_user_id, action=action, detail=detail)
    return _kept(session, event)


def note_of(
    session: Session, conversation: Conversation, action: str, staff_user_id: int | None, **detail: Any
) -> AuditEvent:
    """The same of what was done in a conversation, or happened to it by nobody of the staff."""
    event = AuditEvent(
        business_id=conversation.business_id,
        conversation_id=conversation.id,
        staff_user_id=staff_user_id,
        action=action,
        detail=detail,
    )
    return _kept(session, event)


def _kept(session: Session, event: AuditEvent) -> AuditEvent:
    session.add(event)
    session.flush()
    return event


def latest(session: Session, business_id: int, *actions: str) -> tuple[datetime, str | None] | None:
    """When one of these was done last, and by whom of the staff."""
    found = session.execute(
        select(AuditEvent.created_at, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == AuditEvent.staff_user_id)
        .where(AuditEvent.business_id == business_id, AuditEvent.action.in_(actions))
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def acts(session: Session, business_id: int, before: int | None = None) -> tuple[list[Act], int | None]:
    """The latest acts, the newest first, and before which id the next page begins (None: no more)."""
    wanted = (
        select(AuditEvent, StaffUser.name, Contact)
        .outerjoin(StaffUser, StaffUser.id == AuditEvent.staff_user_id)
        .outerjoin(Conversation, Conversation.id == AuditEvent.conversation_id)
        .outerjoin(Contact, Contact.id == Conversation.contact_id)
        .where(AuditEvent.business_id == business_id)
        .order_by(AuditEvent.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        wanted = wanted.where(AuditEvent.id < before)
    found = session.execute(wanted).unique().all()
    shown = [
        Act(
            id=event.id,
            at=event.created_at,
            action=event.action,
            staff=staff,
            conversation_id=event.conversation_id if contact else None,
            names=names_of(contact.persons) if contact else (),
            phone=contact.phone if contact else "",
            detail=event.detail,
        )
        for event, staff, contact in found[:PAGE]
    ]
    return shown, shown[-1].id if len(found) > PAGE else None
