"""The owner's answers, and the questions that none of them answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from data import clock
from data.models import Contact, Conversation, FaqEntry, UnansweredQuestion
from data.queries.inbox import names_of

SHOWN = 100
"""So many open questions, the latest, are shown at once."""

OWN_TOPIC = "own"
"""The topic of what staff add: no topic that the model knows. Such an entry is found by its meaning."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits for an answer; `names` and `phone` are the contact's."""

    id: int
    text: str
    at: datetime
    conversation_id: int
    names: tuple[str, ...]
    phone: str


def open_questions(session: Session, business_id: int) -> list[OpenQuestion]:
    """What no entry answered, the latest first."""
    rows = session.execute(
        select(UnansweredQuestion, Contact)
        .join(Conversation, Conversation.id == UnansweredQuestion.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(UnansweredQuestion.business_id == business_id, UnansweredQuestion.settled_at.is_(None))
        .order_by(UnansweredQuestion.id.desc())
        .limit(SHOWN)
    ).unique()
    return [
        OpenQuestion(
            asked.id,
            asked.text,
            asked.created_at,
            asked.conversation_id,
            names_of(contact.persons),
            contact.phone,
        )
        for asked, contact in rows
    ]


def how_many_open(session: Session, business_id: int) -> int:
    """How many questions wait."""
    wanted = select(func.count(UnansweredQuestion.id)).where(
        UnansweredQuestion.business_id == business_id, UnansweredQuestion.settled_at.is_(None)
    )
    return session.scalar(wanted) or 0


def entries(session: Session, business_id: int) -> list[FaqEntry]:
    """All answers: those of the business file first, then what staff added, in the order it was."""
    return list(
        session.scalars(
            select(FaqEntry)
            .where(FaqEntry.business_id == business_id)
            .order_by(FaqEntry.by_staff, FaqEntry.id)
        )
    )


def add(session: Session, business_id: int, question: str, answer: str) -> FaqEntry:
    """An entry of the staff's own."""
    entry = FaqEntry(
        business_id=business_id, topic=OWN_TOPIC, question=question, answer=answer, by_staff=True
    )
    session.add(entry)
    session.flush()
    return entry


def remove(session: Session, business_id: int, entry_id: int) -> bool:
    """Take away an entry that staff added; what stands in the business file stays."""
    entry = session.get(FaqEntry, entry_id)
    if entry is None or entry.business_id != business_id or not entry.by_staff:
        return False
    session.delete(entry)
    return True


def settle(session: Session, business_id: int, question_id: int) -> bool:
    """The question waits no more; False where it did not."""
    done = session.scalar(
        update(UnansweredQuestion)
        .where(
            UnansweredQuestion.id == question_id,
            UnansweredQuestion.business_id == business_id,
            UnansweredQuestion.settled_at.is_(None),
        )
        .values(settled_at=clock.now())
        .returning(UnansweredQuestion.id)
    )
    return done is not None
