"""What staff do with a visit: call it off, move it, note that nobody came. Each leaves an audit row.

The calendar is written by the same steps as for a contact's own wish (scheduler/visits.py). Staff say which
version of the visit they saw: where it has changed since, they are told so and nothing happens.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.decision import CancelVisit, Decision, Effect, Move
from actions.proposing import openings_for
from actions.state import State
from actions.turn import Turn
from data import clock
from data.db import reading
from data.models import Appointment, Business, Contact, Conversation, StaffUser
from data.profile import Service
from data.queries import audit
from data.queries.holds import OpeningTaken
from data.queries.outcomes import refresh_outcome
from nlu.understanding import Heard, Understanding
from scheduler.apply import Scene, apply
from scheduler.by_staff import CANCELLED, MOVED
from scheduler.calendar_view import with_calendar
from scheduler.gather import gather
from scheduler.jobs import Job
from scheduler.reminders import expect_follow_up
from scheduler.staff_acts import NotAllowed

NO_SHOW, CAME = "noted that nobody came", "took back that nobody came"

CHANGED = "This appointment has changed in the meantime. Look at it again, then decide."
GONE = "That time has just gone. Please choose another one."


def cancel(
    session: Session, conversation: Conversation, user: StaffUser, visit_id: int, version: int
) -> list[Job]:
    """Call the visit off. Raises NotAllowed."""
    visit, scene = _visit(session, conversation, visit_id, version)
    if visit.end_at <= clock.now():
        raise NotAllowed("This appointment is over.")
    jobs = _apply(scene, visit, CancelVisit(visit.id))
    _note(session, conversation, user, CANCELLED, visit, before=visit.start_at.isoformat())
    return jobs


def move(
    session: Session,
    conversation: Conversation,
    user: StaffUser,
    visit_id: int,
    version: int,
    start: datetime,
) -> list[Job]:
    """Move the visit to `start` (aware), one of `open_times`. Raises NotAllowed."""
    visit, scene = _visit(session, conversation, visit_id, version)
    before = visit.start_at
    try:
        jobs = _apply(scene, visit, Move(visit.id, start, start + (visit.end_at - visit.start_at)))
    except OpeningTaken:
        raise NotAllowed(GONE) from None
    _note(session, conversation, user, MOVED, visit, before=before.isoformat(), after=start.isoformat())
    return jobs


def no_show(
    session: Session, conversation: Conversation, user: StaffUser, visit_id: int, version: int
) -> None:
    """Nobody came: one kind text follows hours later, if the owner wants that. Raises NotAllowed."""
    visit, scene = _visit(session, conversation, visit_id, version)
    if visit.start_at > clock.now():
        raise NotAllowed("This appointment has not begun yet.")
    if visit.no_show_at is not None:
        raise NotAllowed(CHANGED)
    visit.no_show_at = clock.now()
    expect_follow_up(visit, scene.business)
    _note(session, conversation, user, NO_SHOW, visit)


def came(session: Session, conversation: Conversation, user: StaffUser, visit_id: int, version: int) -> None:
    """They came after all: no text follows, unless it has left already. Raises NotAllowed."""
    visit, _ = _visit(session, conversation, visit_id, version)
    if visit.no_show_at is None:
        raise NotAllowed(CHANGED)
    visit.no_show_at = visit.remind_at = None
    _note(session, conversation, user, CAME, visit)


def open_times(conversation_id: int, visit_id: int) -> list[datetime]:
    """Where the visit could be moved to; aware, UTC, ascending. Asks the calendar. Raises NotAllowed."""
    with reading() as session:
        conversation = session.get_one(Conversation, conversation_id)
        contact = session.get_one(Contact, conversation.contact_id)
        visit = session.get(Appointment, visit_id)
        if visit is None or visit.contact_id != contact.id or visit.state != "booked":
            raise NotAllowed(CHANGED)
        if visit.end_at <= clock.now():
            raise NotAllowed("This appointment is over.")
        context = gather(session, session.get_one(Business, conversation.business_id), contact)
    context = with_calendar(context)
    if context.busy is None:
        raise NotAllowed("The calendar cannot be read just now, so nothing can be moved.")
    minutes = int((visit.end_at - visit.start_at).total_seconds() // 60)
    service = Service(id=visit.service, name=visit.service, minutes=max(minutes, 1))
    unheard = Understanding(text="", heard=(Heard("reschedule"),))
    found = openings_for(Turn(State(moving=visit.id), unheard, context), service)
    return [opening for opening in found if opening != visit.start_at]


def _visit(
    session: Session, conversation: Conversation, visit_id: int, version: int
) -> tuple[Appointment, Scene]:
    # the contact first, then the visit: in the order in which conversing locks them
    contact = session.scalars(
        select(Contact).where(Contact.id == conversation.contact_id).with_for_update()
    ).one()
    visit = session.scalar(
        select(Appointment)
        .where(Appointment.id == visit_id, Appointment.contact_id == contact.id)
        .with_for_update()
    )
    if visit is None or (visit.state, visit.version) != ("booked", version):
        raise NotAllowed(CHANGED)
    business = session.get_one(Business, conversation.business_id)
    return visit, Scene(session, business, contact, conversation, conversation.channel, "staff")


def _apply(scene: Scene, visit: Appointment, effect: Effect) -> list[Job]:
    decision = Decision(None, (effect,), State.from_json(scene.conversation.state))
    return apply(scene, decision, once=f"staff-visit:{visit.id}:{visit.version}")


def _note(
    session: Session,
    conversation: Conversation,
    user: StaffUser,
    action: str,
    visit: Appointment,
    **detail: object,
) -> None:
    audit.note_of(session, conversation, action, user.id, visit=visit.id, version=visit.version, **detail)
    refresh_outcome(session, conversation)
