"""The list of conversations as a front desk reads it: who, what last, what came of it, who is needed.

Every question is bounded by the page that it fills, so that it costs the same with a hundred thousand
conversations as with a hundred. Pages go on from a key (last text and id), never from an offset.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from data.models import AuditEvent, Contact, Conversation, Handoff, Message, Person, StaffUser

PAGE = 40
MOST_WAITING = 100
"""So many waiting conversations stand on top of the list; behind them comes the rest."""

MOST_HELD = 1_000
"""So many conversations can be with staff at once and still be listed."""

MOST_FOUND = 100
SEARCHED_TEXTS = 200_000
"""A search reads the latest texts, so many of them: it must not hold the database for seconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page of the list ends."""

    last_text_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.last_text_at - _EPOCH) // timedelta(microseconds=1)}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """What `str` wrote; None for anything else."""
        found = re.fullmatch(r"([0-9]{1,17})\.([0-9]{1,10})", text)
        if found is None or int(found[2]) >= 2**31:
            return None
        return cls(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which conversations: `show` is `all`, `needs_you`, `with_staff` or an outcome; `words` are searched."""

    show: str = "all"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. `waits_for` are the reasons of its open handoffs, the urgent ones first."""

    id: int
    phone: str
    names: tuple[str, ...]
    outcome: str
    channel: str
    last_text_at: datetime
    last_text: str
    last_media: int
    last_direction: str
    last_kind: str
    waits_for: tuple[str, ...]
    urgent: bool
    taken_over_by: str | None
    wrote_last: bool
    """The contact has the last word."""
    unread: bool
    """The contact has written since anybody looked."""


def waiting(session: Session, business_id: int) -> list[int]:
    """The conversations that need somebody: open handoffs that nobody has taken over, and those with staff in
    which the contact wrote last. Urgent ones first, then by how long they wait.
    """
    handed = session.execute(
        select(Conversation.id, func.max(_as_number(Handoff.urgent)), func.min(Handoff.created_at))
        .join(Handoff, Handoff.conversation_id == Conversation.id)
        .where(
            Handoff.business_id == business_id,
            Handoff.closed_at.is_(None),
            or_(Conversation.staff_took_over_at.is_(None), _wrote_last()),
        )
        .group_by(Conversation.id)
        .limit(MOST_WAITING)
    ).all()
    theirs = session.execute(
        select(Conversation.id, literal(0), Conversation.last_inbound_at)
        .where(*_with_staff(business_id), _wrote_last())
        .limit(MOST_WAITING)
    ).all()
    known = {row[0]: row for row in [*theirs, *handed]}
    ordered = sorted(known.values(), key=lambda row: (-row[1], row[2], row[0]))
    return [row[0] for row in ordered[:MOST_WAITING]]


def page(
    session: Session,
    business_id: int,
    asked: Asked,
    *,
    after: Key | None = None,
    without: Collection[int] = (),
    size: int = PAGE,
) -> tuple[list[int], Key | None]:
    """The ids of a page, the latest text first, and the key from which the next one goes on."""
    wanted = (
        select(Conversation.id, Conversation.last_text_at)
        .where(Conversation.last_text_at.is_not(None), *_shown(session, business_id, asked))
        .order_by(Conversation.last_text_at.desc(), Conversation.id.desc())
    )
    if asked.words:
        contacts = _matching(session, business_id, asked.words)
        hits = session.execute(wanted.where(Conversation.contact_id.in_(contacts)).limit(MOST_FOUND))
        return [row[0] for row in hits], None
    if after is not None:
        wanted = wanted.where(
            Conversation.last_text_at <= after.last_text_at,  # said twice, so that the index begins here
            or_(Conversation.last_text_at < after.last_text_at, Conversation.id < after.id),
        )
    found = session.execute(wanted.limit(size + 1)).all()
    ids = [row[0] for row in found[:size] if row[0] not in without]
    if len(found) <= size:
        return ids, None
    id_, at = found[size - 1]
    assert at is not None, "the list holds conversations with a text"
    return ids, Key(at, id_)


def rows(session: Session, ids: Sequence[int]) -> list[Row]:
    """The lines of these conversations, in this order."""
    if not ids:
        return []
    found = session.execute(
        select(Conversation, Contact, StaffUser.name)
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(StaffUser, StaffUser.id == Conversation.staff_user_id)
        .where(Conversation.id.in_(ids))
    ).all()
    last = _last_texts(session, [contact.id for _, contact, _ in found])
    handoffs = _open_handoffs(session, ids)
    looked = _looked_at(session, ids)
    made = {
        conversation.id: _row(
            conversation,
            contact,
            staff,
            last.get(contact.id),
            handoffs.get(conversation.id, []),
            looked.get(conversation.id),
        )
        for conversation, contact, staff in found
    }
    return [made[id_] for id_ in ids if id_ in made]


def names_of(persons: Iterable[Person]) -> tuple[str, ...]:
    """A single person by full name, a household by first names; empty where none is known."""
    people = list(persons)
    if len(people) == 1:
        full = f"{people[0].first_name} {people[0].last_name}".strip()
        return (full,) if full else ()
    return tuple(name for person in people if (name := person.first_name or person.last_name))


def newest(session: Session, business_id: int) -> tuple[int, ...]:
    """The newest text, handoff and act of staff: unchanged while nothing has come."""
    return tuple(
        session.scalar(
            select(model.id).where(model.business_id == business_id).order_by(model.id.desc()).limit(1)
        )
        or 0
        for model in (Message, Handoff, AuditEvent)
    )


def unknown_senders(
    session: Session, business_id: int, *, before: int | None = None, size: int = PAGE
) -> tuple[list[Message], int | None]:
    """Texts from numbers that are not on the list, the latest first, and where the next page goes on."""
    wanted = select(Message).where(
        Message.contact_id.is_(None), Message.business_id == business_id, Message.direction == "in"
    )
    if before is not None:
        wanted = wanted.where(Message.id < before)
    found = list(session.scalars(wanted.order_by(Message.id.desc()).limit(size + 1)))
    return found[:size], found[size - 1].id if len(found) > size else None


def looked_at(session: Session, conversation: Conversation) -> datetime | None:
    """When somebody on the staff last looked at this conversation or did something with it."""
    return _looked_at(session, [conversation.id]).get(conversation.id)


def _shown(session: Session, business_id: int, asked: Asked) -> list[ColumnElement[bool]]:
    match asked.show:
        case "all":
            # "+ 0" keeps the index on business_id out of it: that one would mean sorting all rows
            return [Conversation.business_id + 0 == business_id]
        case "with_staff":
            # few, and asked for by themselves: a planner would else walk the whole list in its order
            held = session.scalars(select(Conversation.id).where(*_with_staff(business_id)).limit(MOST_HELD))
            return [Conversation.id.in_(held.all())]
        case "needs_you":
            opened = select(Handoff.conversation_id).where(
                Handoff.business_id == business_id, Handoff.closed_at.is_(None)
            )
            return [
                Conversation.business_id == business_id,
                or_(Conversation.id.in_(opened), and_(Conversation.staff_user_id > 0, _wrote_last())),
            ]
        case outcome:
            return [Conversation.business_id + 0 == business_id, Conversation.outcome == outcome]


def _with_staff(business_id: int) -> list[ColumnElement[bool]]:
    # "> 0" in place of "is not null": a range that every database reads from the index
    return [
        Conversation.staff_user_id > 0,
        Conversation.business_id + 0 == business_id,
        Conversation.staff_took_over_at.is_not(None),
    ]


def _wrote_last() -> ColumnElement[bool]:
    return Conversation.last_inbound_at >= Conversation.last_text_at


def _as_number(flag: Any) -> ColumnElement[int]:
    return cast(flag, Integer)


def _matching(session: Session, business_id: int, words: str) -> set[int]:
    """Contacts whose name, number or texts hold the words."""
    mine = select(Contact.id).where(Contact.business_id == business_id)
    by_name = mine.join(Person, Person.contact_id == Contact.id).where(
        *(
            or_(
                Person.first_name.icontains(word, autoescape=True),
                Person.last_name.icontains(word, autoescape=True),
            )
            for word in words.split()[:6]
        )
    )
    found = set(session.scalars(by_name.limit(MOST_FOUND)))
    digits = re.sub(r"\D", "", words)
    if len(digits) >= 3 and re.fullmatch(r"[\d\s()+./-]+", words):
        found.update(session.scalars(mine.where(Contact.phone.contains(digits)).limit(MOST_FOUND)))
    newest_text = newest(session, business_id)[0]
    texts = (
        select(Message.contact_id)
        .where(
            Message.id > newest_text - SEARCHED_TEXTS,
            Message.business_id + 0 == business_id,
            Message.contact_id.is_not(None),
            Message.body.icontains(words, autoescape=True),
        )
        .order_by(Message.id.desc())
        .limit(MOST_FOUND)
    )
    found.update(contact for contact in session.scalars(texts) if contact is not None)
    return found


def _last_texts(session: Session, contacts: Collection[int]) -> dict[int, Message]:
    last = (
        select(func.max(Message.id))
        .where(Message.contact_id.in_(contacts), Message.state != "cancelled")
        .group_by(Message.contact_id)
    )
    found = session.scalars(select(Message).where(Message.id.in_(last)))
    return {text.contact_id: text for text in found if text.contact_id is not None}


def _open_handoffs(session: Session, ids: Collection[int]) -> dict[int, list[Handoff]]:
    found: dict[int, list[Handoff]] = {}
    for handoff in session.scalars(
        select(Handoff)
        .where(Handoff.conversation_id.in_(ids), Handoff.closed_at.is_(None))
        .order_by(Handoff.urgent.desc(), Handoff.id.desc())
    ):
        found.setdefault(handoff.conversation_id, []).append(handoff)
    return found


def _looked_at(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    latest = (
        select(AuditEvent.conversation_id, func.max(AuditEvent.created_at))
        .where(AuditEvent.conversation_id.in_(ids))
        .group_by(AuditEvent.conversation_id)
    )
    return {row[0]: row[1] for row in session.execute(latest) if row[0] is not None}


def _row(
    conversation: Conversation,
    contact: Contact,
    staff: str | None,
    last: Message | None,
    handoffs: list[Handoff],
    looked: datetime | None,
) -> Row:
    inbound = conversation.last_inbound_at
    return Row(
        id=conversation.id,
        phone=contact.phone,
        names=names_of(contact.persons),
        outcome=conversation.outcome,
        channel=conversation.channel,
        last_text_at=conversation.last_text_at or conversation.created_at,
        last_text=last.body if last else "",
        last_media=len(last.media) if last else 0,
        last_direction=last.direction if last else "",
        last_kind=last.kind if last else "",
        waits_for=tuple(handoff.reason for handoff in handoffs),
        urgent=any(handoff.urgent for handoff in handoffs),
        taken_over_by=staff if conversation.staff_took_over_at else None,
        wrote_last=inbound is not None and inbound >= (conversation.last_text_at or inbound),
        unread=inbound is not None and (looked is None or looked < inbound),
    )
