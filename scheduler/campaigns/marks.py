"""What staff note about a person, and its undoing: came by another road, is unhappy. Campaigns stop by it.

To undo a note gives the person's facts back; a sequence that was stopped stays stopped.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import AuditEvent, Contact, Person
from data.queries import audit
from data.queries.enrollments import stop_enrollments
from data.queries.messages import conversation_of

VISITED = "noted a visit"
VISIT_UNDONE = "took back the note of a visit"
UNHAPPY = "noted that they are unhappy"
CONTENT = "took back that they are unhappy"


class NothingToUndo(Exception):
    """No such note stands."""


def mark_visited(
    session: Session, contact: Contact, day: date, *, by: int | None = None, person_id: int | None = None
) -> None:
    """Somebody of this number came on `day` (the business's), by whatever road: no campaign goes on.

    Of a household the person named, else the one who stands first. A later visit on record stays.
    """
    person = _person(contact, person_id)
    before = (
        {}
        if person is None
        else {
            "person": person.id,
            "last_visit": person.last_visit.isoformat() if person.last_visit else None,
            "visits": person.visits,
        }
    )
    if person is not None:
        if person.last_visit is None or day > person.last_visit:
            person.visits = None if person.visits is None else person.visits + 1
        person.last_visit = max(day, person.last_visit or day)
    stop_enrollments(session, contact.id, "visited")
    audit.note_of(session, conversation_of(session, contact), VISITED, by, day=day.isoformat(), **before)


def undo_visited(session: Session, contact: Contact, *, by: int | None = None) -> None:
    """The last note of a visit was a mistake: the person's facts are as before. Raises NothingToUndo."""
    conversation = conversation_of(session, contact)
    note = session.scalar(
        select(AuditEvent)
        .where(AuditEvent.conversation_id == conversation.id, AuditEvent.action.in_((VISITED, VISIT_UNDONE)))
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    if note is None or note.action != VISITED:
        raise NothingToUndo("no visit has been noted here")
    person = _person(contact, note.detail.get("person"))
    if person is not None and person.id == note.detail.get("person"):
        last_visit = note.detail["last_visit"]
        person.last_visit = date.fromisoformat(last_visit) if last_visit else None
        person.visits = note.detail["visits"]
    audit.note_of(session, conversation, VISIT_UNDONE, by, day=note.detail["day"])


def mark_unhappy(session: Session, contact: Contact, *, by: int | None = None) -> None:
    """Openly unhappy: for a personal call, and for no campaign. Repeating it changes nothing."""
    if contact.persons and all(person.unhappy for person in contact.persons):
        return
    for person in contact.persons:
        person.unhappy = True
    stop_enrollments(session, contact.id, "unhappy")
    audit.note_of(session, conversation_of(session, contact), UNHAPPY, by)


def undo_unhappy(session: Session, contact: Contact, *, by: int | None = None) -> None:
    """It is settled: campaigns may mean them again. Raises NothingToUndo."""
    if not any(person.unhappy for person in contact.persons):
        raise NothingToUndo("nobody of this number is marked as unhappy")
    for person in contact.persons:
        person.unhappy = False
    audit.note_of(session, conversation_of(session, contact), CONTENT, by)


def _person(contact: Contact, person_id: int | None) -> Person | None:
    named = next((person for person in contact.persons if person.id == person_id), None)
    return named or next(iter(contact.persons), None)
