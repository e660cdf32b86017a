"""What follows from a change that somebody made in the calendar: one transaction each, safe to repeat.

Every function takes what was known when the calendar was asked. Where the row has changed since, nothing is
done: our own writing is newer than what was seen, and shows at the next look.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from actions.calendars import Change
from actions.state import State
from actions.turn import Turn
from data import clock
from data.db import reading, writing
from data.models import Appointment, Business, Callback, Contact, Handoff
from data.models.booking import LIVE
from data.queries import audit
from data.queries.enrollments import stop_enrollments
from data.queries.holds import OpeningTaken, hold, release_hold
from data.queries.messages import cancel_queued, conversation_of
from data.queries.outcomes import bot_is_silent, refresh_outcome
from nlu.understanding import Heard, Understanding
from scheduler import reminder_plan
from scheduler.apply import Scene, apply
from scheduler.gather import gather, profile_of
from scheduler.handoffs import open_handoff
from scheduler.jobs import Job

MOVED, DELETED, ELSEWHERE = "moved in the calendar", "deleted in the calendar", "booked by another road"
"""Acts without a member of staff: somebody did it where we cannot see who."""

WHOLE_DAY = timedelta(hours=20)
"""An event that has become as long as this no longer says when the visit is: a person looks."""


@dataclass(frozen=True, slots=True)
class Known:
    """A visit as its row said before the calendar was asked."""

    visit: int
    contact: int
    connection: int
    event: str
    state: str
    version: int
    start: datetime
    end: datetime
    clashes: bool

    @classmethod
    def of(cls, visit: Appointment) -> Known:
        """Read from its row."""
        return cls(
            visit.id, visit.contact_id, visit.calendar_connection_id, visit.event_id, visit.state,
            visit.version, visit.start_at, visit.end_at, visit.clash_at is not None,
        )  # fmt: skip


def ahead(session: Session, business_id: int) -> list[Known]:
    """The business's visits that stand and are not over."""
    rows = session.scalars(
        select(Appointment)
        .where(
            Appointment.business_id == business_id,
            Appointment.state == "booked",
            Appointment.end_at > clock.now(),
        )
        .order_by(Appointment.start_at)
    )
    return [Known.of(visit) for visit in rows]


def ours(session: Session, event_ids: Sequence[str]) -> set[str]:
    """Those of the events that we have ever written."""
    found: set[str] = set()
    for first in range(0, len(event_ids), 500):
        some = event_ids[first : first + 500]
        found.update(session.scalars(select(Appointment.event_id).where(Appointment.event_id.in_(some))))
    return found


def moved(known: Known, start: datetime, end: datetime) -> list[Job]:
    """Somebody dragged the event elsewhere: the visit, its hold and its reminders follow."""
    with writing() as session:
        visit, scene = _scene(session, known)
        if visit is None:
            return []
        if end <= start or end - start >= WHOLE_DAY:
            return _ring(scene, "calendar_unclear")
        before = visit.start_at
        visit.start_at, visit.end_at, visit.version = start, end, visit.version + 1
        visit.confirmed_at = visit.clash_at = None
        release_hold(session, visit.id)
        with suppress(OpeningTaken):  # two at one time, as somebody wanted it: noticed as a clash
            hold(session, visit, start, end, until=clock.now() + timedelta(minutes=1)).expires_at = None
        tell = profile_of(scene.business).tell_calendar_changes and start > clock.now()
        reminder_plan.expect(visit, scene.business, scene.contact, told=tell)
        _note(scene, MOVED, visit=visit.id, before=before.isoformat(), after=start.isoformat())
        refresh_outcome(session, scene.conversation)
        return _tell(scene, visit, "moved_by_staff", None) if tell else []


def deleted(known: Known) -> list[Job]:
    """Somebody deleted the event: a visit that is not over is called off, and its time is free."""
    with writing() as session:
        visit, scene = _scene(session, known)
        if visit is None or visit.start_at <= clock.now():
            return []
        visit.state, visit.due_at, visit.version = "cancelled", None, visit.version + 1
        visit.remind_at = visit.confirmed_at = visit.clash_at = None
        release_hold(session, visit.id)
        _close(session, scene, "calendar_clash")
        _note(scene, DELETED, visit=visit.id, before=visit.start_at.isoformat())
        refresh_outcome(session, scene.conversation)
        if not profile_of(scene.business).tell_calendar_changes:
            return []
        return _tell(scene, visit, "cancelled_by_staff", "offer_to_book")


def clash(known: Known, clashes: bool) -> list[Job]:
    """Something else stands at the time of a visit (or no longer does): staff are rung once."""
    if clashes == known.clashes:
        return []
    with writing() as session:
        visit, scene = _scene(session, known)
        if visit is None:
            return []
        if clashes:
            visit.clash_at = clock.now()
            return _ring(scene, "calendar_clash")
        visit.clash_at = None
        _close(session, scene, "calendar_clash")
        refresh_outcome(session, scene.conversation)
        return []


def booked_elsewhere(business_id: int, events: Sequence[Change]) -> list[Job]:
    """Events that carry a contact's number: whoever is booked by another road is not asked to come."""
    with reading() as session:
        business = session.get_one(Business, business_id)
        named = [(event, _phones(event.says, business.country)) for event in events]
        found = [
            (contact, event)
            for event, phones in named
            if phones
            for contact in session.scalars(
                select(Contact.id).where(Contact.business_id == business_id, Contact.phone.in_(phones))
            )
        ]
    for contact, event in found:
        with writing() as session:
            _stop_asking(session, contact, event)
    return []


def _stop_asking(session: Session, contact_id: int, event: Change) -> None:
    assert event.end is not None
    contact = session.scalars(select(Contact).where(Contact.id == contact_id).with_for_update()).one()
    business = session.get_one(Business, contact.business_id)
    until = event.end.astimezone(ZoneInfo(business.timezone)).date()
    new = [person for person in contact.persons if person.booked_until is None or person.booked_until < until]
    if not new:
        return
    for person in new:
        person.booked_until = until  # no campaign takes them up before that day is over
    stop_enrollments(session, contact.id, "booked_elsewhere")
    cancel_queued(session, contact.id, ("touch", "nudge", "callback", "follow_up"), "booked_elsewhere")
    session.execute(
        update(Callback)
        .where(Callback.contact_id == contact.id, Callback.state == "pending")
        .values(state="cancelled")
    )
    conversation = conversation_of(session, contact)
    conversation.nudge_due_at = None
    _note(Scene(session, business, contact, conversation, conversation.channel), ELSEWHERE)
    refresh_outcome(session, conversation)


def _phones(text: str, country: str) -> list[str]:
    style = phonenumbers.PhoneNumberFormat.E164
    return [
        phonenumbers.format_number(found.number, style)
        for found in phonenumbers.PhoneNumberMatcher(text, country, leniency=phonenumbers.Leniency.POSSIBLE)
    ]


def _scene(session: Session, known: Known) -> tuple[Appointment | None, Scene]:
    """The visit, if its row still says what was known, and everything around it."""
    # the contact first, then the visit: in the order in which conversing locks them
    contact = session.scalars(select(Contact).where(Contact.id == known.contact).with_for_update()).one()
    visit = session.scalars(select(Appointment).where(Appointment.id == known.visit).with_for_update()).one()
    conversation = conversation_of(session, contact)
    business = session.get_one(Business, visit.business_id)
    scene = Scene(session, business, contact, conversation, conversation.channel, source="calendar")
    unchanged = visit.state in LIVE and (visit.state, visit.version) == (known.state, known.version)
    return (visit if unchanged else None), scene


def _ring(scene: Scene, reason: str) -> list[Job]:
    jobs = open_handoff(scene.session, scene.business.id, scene.conversation.id, reason, silent=False)
    refresh_outcome(scene.session, scene.conversation)
    return jobs


def _close(session: Session, scene: Scene, reason: str) -> None:
    """What staff were rung for has settled itself."""
    session.execute(
        update(Handoff)
        .where(
            Handoff.conversation_id == scene.conversation.id,
            Handoff.reason == reason,
            Handoff.closed_at.is_(None),
        )
        .values(closed_at=clock.now(), notice_due_at=None)
    )


def _note(scene: Scene, action: str, **detail: object) -> None:
    audit.note_of(scene.session, scene.conversation, action, None, **detail)


def _tell(scene: Scene, visit: Appointment, name: str, asked: str | None) -> list[Job]:
    """The contact is told, unless a person speaks with them; in a neutral text that names no service."""
    if bot_is_silent(scene.session, scene.conversation):
        return []
    context = gather(scene.session, scene.business, scene.contact)
    unheard = Understanding(text="", heard=(Heard("choose"),))
    turn = Turn(State.from_json(scene.conversation.state), unheard, context)
    turn.say(name, opening=turn.opening_text(visit.start_at))
    turn.ask(asked, offered=(), moving=None, service=None, parted=False, called_off=asked is not None)
    decision = replace(turn.decision(), effects=())
    return apply(scene, decision, once=f"noticed:{visit.id}:{visit.version}")
