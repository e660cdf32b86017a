"""What the rows say of a stretch of contacts: a few set-based questions a stretch, never one per contact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from data.message_states import KINDS, TERMINAL
from data.models import (
    Appointment,
    Business,
    Callback,
    Campaign,
    Contact,
    ContactBasis,
    Conversation,
    Enrollment,
    Handoff,
    Message,
    Person,
    Sale,
)
from data.models.booking import LIVE

CAP_WINDOW = timedelta(days=30)
"""Over which Profile.most_touches_in_30_days counts."""

COMPLAINT_LASTS = timedelta(days=365)
"""A complaint that was settled longer ago no longer makes somebody openly unhappy."""

_NEVER_LEFT = tuple(TERMINAL - {"unknown"})
_PROACTIVE = tuple(name for name, kind in KINDS.items() if kind.proactive)

_contact, _person = Contact.__table__.c, Person.__table__.c  # without the ORM, a third of the time

_CONTACTS = select(
    _contact.id, _contact.phone, _contact.country, _contact.state, _contact.postal_code, _contact.zones,
    _contact.zones_source, _contact.import_batch_id, _contact.cool_until, _contact.archived_at,
    _contact.reassigned,
)  # fmt: skip
_PERSONS = select(
    _person.contact_id, _person.id, _person.relationship, _person.last_visit, _person.quoted_on,
    _person.enquired_on, _person.due_on, _person.last_service, _person.value, _person.visits,
    _person.booked_until, _person.unhappy,
)  # fmt: skip


@dataclass(slots=True)
class Known:
    """All that is known of one number. `row` has the columns of `_CONTACTS`, a person those of `_PERSONS`."""

    row: Any
    persons: list[Any] = field(default_factory=list)
    basis: frozenset[str] = frozenset()
    had_basis: bool = False
    """There is one on record, in force or not."""
    closed_reason: str | None = None
    replied_at: datetime | None = None
    with_staff: bool = False
    """A person has the conversation or is waited for, or an emergency froze it."""
    complained: bool = False
    callback: bool = False
    booked: bool = False
    visited: dict[int | None, date] = field(default_factory=dict)
    """Person (None: nobody in particular) -> the last visit booked through us that took place, or sale."""
    enrolled_in: list[tuple[int, bool]] = field(default_factory=list)
    """(campaign, whether it still goes on for them)."""
    texted_at: datetime | None = None
    touches: int = 0
    """Within CAP_WINDOW."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the questions are about: a business, its day, the moment, and how much of the rows is wanted."""

    business: int
    zone: ZoneInfo
    now: datetime
    quiet: timedelta
    extra: bool
    today: date
    """The business's day."""


def stretch(session: Session, asked: Asked, after: int, most: int) -> dict[int, Known]:
    """The next contacts of the business by id, beyond `after`, with all that is known of them."""
    whose: ColumnElement[int] = _contact.business_id
    if session.get_bind().dialect.name == "sqlite":
        whose = whose + 0  # by the primary key: SQLite would sort the business's index for every stretch
    rows = session.execute(
        _CONTACTS.where(whose == asked.business, _contact.id > after).order_by(_contact.id).limit(most)
    ).all()
    found = {row.id: Known(row) for row in rows}
    if not rows:
        return found
    first, last = rows[0].id, rows[-1].id
    _persons(session, asked, found, first, last)
    _basis(session, asked, found, first, last)
    _conversations(session, asked, found, first, last)
    _visits(session, asked, found, first, last)
    _campaigns(session, found, first, last)
    _texts(session, asked, found, first, last)
    return found


def top_value(session: Session, business: Business) -> float | None:
    """What the top twentieth of the business's persons have spent at least; None where no value is known."""
    values = (
        select(Person.value)
        .join(Contact, Contact.id == Person.contact_id)
        .where(Contact.business_id == business.id, Person.value > 0)
    )
    known = session.scalar(select(func.count()).select_from(values.subquery())) or 0
    if not known:
        return None
    return session.scalar(values.order_by(Person.value.desc()).offset(known // 20).limit(1))


def extras(session: Session, first: int, last: int) -> dict[int, dict[str, Any]]:
    """Person -> the columns of the list that are not ours."""
    rows = session.execute(select(Person.id, Person.extra).where(Person.contact_id.between(first, last)))
    return {row.id: row.extra for row in rows}


def _known(found: dict[int, Known], rows: Iterable[Any]) -> Iterable[tuple[Known, Any]]:
    """The rows of contacts in this stretch: between its ends lie other businesses' contacts, too."""
    for row in rows:
        known = found.get(row[0])
        if known is not None:
            yield known, row


def _persons(session: Session, asked: Asked, found: dict[int, Known], first: int, last: int) -> None:
    wanted = _PERSONS.where(_person.contact_id.between(first, last)).order_by(_person.contact_id, _person.id)
    for known, row in _known(found, session.execute(wanted)):
        known.persons.append(row)
        known.booked |= row.booked_until is not None and row.booked_until >= asked.today


def _basis(session: Session, asked: Asked, found: dict[int, Known], first: int, last: int) -> None:
    wanted = select(ContactBasis.contact_id, ContactBasis.kind, ContactBasis.expires_on).where(
        ContactBasis.contact_id.between(first, last)
    )
    sets = {kind: frozenset({kind}) for kind in ("consent", "relationship")}
    for known, (_, kind, expires_on) in _known(found, session.execute(wanted)):
        known.had_basis = True
        if expires_on is None or expires_on >= asked.today:
            known.basis = known.basis | {kind} if known.basis else sets.get(kind) or frozenset({kind})


def _conversations(session: Session, asked: Asked, found: dict[int, Known], first: int, last: int) -> None:
    talks = select(
        Conversation.contact_id,
        Conversation.closed_reason,
        Conversation.last_inbound_at,
        Conversation.staff_took_over_at,
        Conversation.frozen_at,
    ).where(Conversation.contact_id.between(first, last))
    for known, (_, closed, inbound, taken, frozen) in _known(found, session.execute(talks)):
        known.closed_reason, known.replied_at = closed, inbound
        known.with_staff = taken is not None or frozen is not None
    handoffs = (
        select(Conversation.contact_id, Handoff.reason, Handoff.closed_at, Handoff.created_at)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(
            Conversation.contact_id.between(first, last),
            or_(Handoff.closed_at.is_(None), Handoff.reason == "complaint"),
        )
    )
    for known, (_, reason, closed_at, made) in _known(found, session.execute(handoffs)):
        known.with_staff |= closed_at is None
        known.complained |= reason == "complaint" and (
            closed_at is None or made > asked.now - COMPLAINT_LASTS
        )
    pending = select(Callback.contact_id).where(
        Callback.contact_id.between(first, last), Callback.state == "pending"
    )
    for known, _ in _known(found, session.execute(pending)):
        known.callback = True


def _visits(session: Session, asked: Asked, found: dict[int, Known], first: int, last: int) -> None:
    wanted = select(
        Appointment.contact_id,
        Appointment.person_id,
        Appointment.start_at,
        Appointment.end_at,
        Appointment.no_show_at,
    ).where(Appointment.contact_id.between(first, last), Appointment.state.in_(LIVE))
    for known, (_, person, start, end, no_show) in _known(found, session.execute(wanted)):
        if end > asked.now:
            known.booked = True
        elif no_show is None:
            day = start.astimezone(asked.zone).date()
            known.visited[person] = max(day, known.visited.get(person, day))
    sales = (
        select(Sale.contact_id, func.max(Sale.sold_on))
        .where(Sale.contact_id.between(first, last))
        .group_by(Sale.contact_id)
    )
    for known, (_, day) in _known(found, session.execute(sales)):
        known.visited[None] = max(day, known.visited.get(None, day))


def _campaigns(session: Session, found: dict[int, Known], first: int, last: int) -> None:
    wanted = (
        select(Enrollment.contact_id, Enrollment.campaign_id, Enrollment.state, Campaign.state)
        .join(Campaign, Campaign.id == Enrollment.campaign_id)
        .where(Enrollment.contact_id.between(first, last))
    )
    for known, (_, campaign, state, running) in _known(found, session.execute(wanted)):
        known.enrolled_in.append((campaign, state in ("active", "held") and running != "done"))


def _texts(session: Session, asked: Asked, found: dict[int, Known], first: int, last: int) -> None:
    for known, (_, texted_at, touches) in _known(found, session.execute(_recent(asked, first, last))):
        if texted_at is not None:
            known.texted_at = texted_at.replace(tzinfo=texted_at.tzinfo or UTC)
        known.touches = touches or 0


def _recent(asked: Asked, first: int, last: int) -> Select[int | None, datetime, Any]:
    since = asked.now - max(asked.quiet, CAP_WINDOW)
    touch = (Message.kind == "touch") & (Message.created_at > asked.now - CAP_WINDOW)
    return (
        select(Message.contact_id, func.max(Message.created_at), func.sum(case((touch, 1), else_=0)))
        .where(
            Message.contact_id.between(first, last),
            Message.direction == "out",
            Message.kind.in_(_PROACTIVE),
            Message.state.not_in(_NEVER_LEFT),
            Message.created_at > since,
        )
        .group_by(Message.contact_id)
    )
