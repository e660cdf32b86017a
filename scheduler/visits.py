"""Putting visits on the calendar, moving and removing them: steps that may be taken again after any crash.

The row says what is still to do (`booking`, `moving`, `cancelling`), the calendar is asked outside any
transaction and every call to it is harmless when repeated; only the commit at the end confirms by text.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import wording
from actions.calendars import Calendar, CalendarDisconnected, CalendarError, CalendarEvent, EventGone, Span
from actions.decide import offer_again
from actions.decision import Decision, HandOver
from actions.state import State
from actions.turn import Turn
from data import addresses, clock
from data.db import reading, writing
from data.models import Appointment, Business, CalendarConnection, Contact, Person
from data.queries.holds import OpeningTaken, make_lasting, release_hold
from data.queries.messages import conversation_of
from data.queries.outcomes import bot_is_silent, refresh_outcome
from nlu.understanding import Heard, Understanding
from scheduler import reminder_plan
from scheduler.apply import Scene, apply
from scheduler.by_staff import by_staff, failed
from scheduler.calendar_view import (
    NoCalendar,
    calendar_changed,
    calendar_of,
    clashes_anywhere,
    note_disconnected,
    with_calendar,
)
from scheduler.gather import gather, profile_of
from scheduler.handoffs import open_handoff
from scheduler.jobs import Job

TRIES = 6
"""Tries before a calendar that cannot be reached is left to a person; with the waits, about five minutes."""

SLOW = 2
"""After so many the contact is told that it takes a moment."""

SAYS = {"booking": "booked", "moving": "moved"}
"""What is said when a step is done; putting a visit back to its old time is nobody's news."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for one visit, read from its row."""

    visit: int
    state: str
    version: int
    connection: int
    contact: int
    business: int
    event: CalendarEvent
    to_start: datetime
    to_end: datetime
    consent: bytes | None = field(repr=False)
    """By which the calendar let us in when the row was read."""


def settle(visit_id: int) -> list[Job]:
    """Take the next step of a visit, if there is one. Returns the jobs to wake."""
    with reading() as session:
        step = _read(session, visit_id)
    if step is None:
        return []
    try:
        calendar = calendar_of(step.connection)
        return _take(step, calendar)
    except NoCalendar:
        return _give_up(step) if step.state in SAYS else _later(step, shut_out=True)
    except CalendarDisconnected:
        # whoever may read but not write must not go on offering
        note_disconnected(step.connection, step.consent)
        return _give_up(step) if step.state in SAYS else _later(step, shut_out=True)
    except CalendarError as error:
        log.warning("calendar step failed", visit=visit_id, state=step.state, error=type(error).__name__)
        if error.permanent and step.state in SAYS:
            return _give_up(step)
        return _later(step)
    finally:
        calendar_changed(step.connection)


def _take(step: Step, calendar: Calendar) -> list[Job]:
    if step.state == "cancelling":
        calendar.remove(step.event.id)
        return _removed(step)
    if step.state == "restoring":
        return _put_back(step, calendar)
    if clashes := clashes_anywhere(step.connection, step.to_start, step.to_end, ignoring=(step.event.id,)):
        return _gone(step, clashes)
    if step.state == "booking":
        _put(step, calendar)
    else:
        try:
            calendar.move(step.event.id, step.to_start, step.to_end)
        except EventGone:  # somebody deleted it: the contact still wants the new time
            _put(step, calendar)
    return _stands(step, calendar)


def _put(step: Step, calendar: Calendar) -> None:
    """The event at the time that is wanted, even where an earlier try of ours was moved meanwhile."""
    wanted = replace(step.event, start=step.to_start, end=step.to_end)
    stood = calendar.put(wanted)
    if (stood.start, stood.end) != (wanted.start, wanted.end):
        calendar.move(wanted.id, wanted.start, wanted.end)


def _stands(step: Step, calendar: Calendar) -> list[Job]:
    """It is on the calendar: the visit counts, its hold lasts, the contact is told."""
    try:
        with writing() as session:
            visit, scene = _scene(session, step)
            if (visit.state, visit.version) == (step.state, step.version):
                visit.start_at, visit.end_at = step.to_start, step.to_end
                visit.state, visit.due_at, visit.new_start_at, visit.new_end_at = "booked", None, None, None
                visit.version += 1
                make_lasting(session, visit)
                reminder_plan.expect(visit, scene.business, scene.contact)
                name = SAYS.get(step.state)
                return _tell(scene, visit, name, f"{name}:{visit.id}:{visit.version}") if name else []
            ended = visit.state in ("cancelling", "cancelled", "failed")
            if not ended and (visit.new_start_at or visit.start_at) != step.to_start:
                return _look_again(visit)
    except OpeningTaken:  # our hold had run out, and somebody else has the time by now
        if step.state == "booking":
            calendar.remove(step.event.id)
        return _gone(step, (Span(step.to_start, step.to_end),))
    if ended:  # called off while we were writing: what we wrote must not stay
        calendar.remove(step.event.id)
    return []


def _look_again(visit: Appointment) -> list[Job]:
    """A worker that was slow has written a time that is not wanted any more: the calendar is put right.

    The version tells whoever is writing the right time just now that it may have been overwritten.
    """
    if visit.state == "booked":
        visit.state = "restoring"
    visit.version += 1
    visit.due_at, visit.attempts = clock.now(), 0
    return [Job("appointment", visit.id)]


def _put_back(step: Step, calendar: Calendar) -> list[Job]:
    """A move that was given up may have reached the calendar all the same: the event goes to its old time.

    One that was deleted is put there again, since the contact was told that the visit stands.
    """
    try:
        calendar.move(step.event.id, step.to_start, step.to_end)
    except EventGone:
        _put(step, calendar)
    return _stands(step, calendar)


def _removed(step: Step) -> list[Job]:
    """It is off the calendar: the time is free again; told only where the contact wished it."""
    with writing() as session:
        visit, scene = _scene(session, step)
        if visit.state != "cancelling":
            return []
        told = visit.ends_as == "failed" or visit.attempts >= TRIES
        visit.state, visit.due_at = visit.ends_as, None
        release_hold(session, visit.id)
        if told:
            refresh_outcome(session, scene.conversation)
            return []
        return _tell(scene, visit, "cancelled", f"cancelled:{visit.id}:{visit.version}")


def _gone(step: Step, clashes: Collection[Span] = ()) -> list[Job]:
    """Somebody took the time on the calendar meanwhile: an apology, and what is open now.

    What was found there counts as busy even where free/busy lags behind; what an earlier try of ours may
    have put there is taken off.
    """
    with reading() as session:
        visit, scene = _scene(session, step)
        context = gather(session, scene.business, scene.contact)
        state = State.from_json(scene.conversation.state)
    context = with_calendar(context)
    context = replace(
        context,
        busy=None if context.busy is None else (*context.busy, *clashes),
        visits=tuple(known for known in context.visits if known.id != visit.id or step.state == "moving"),
    )
    moving = visit.id if step.state == "moving" else None
    state = replace(state, service=visit.service, moving=moving)
    unheard = Understanding(text="", heard=(Heard("choose"),), rung="none")
    decision = offer_again(state, unheard, context)
    with writing() as session:
        visit, scene = _scene(session, step)
        if (visit.state, visit.version) != (step.state, step.version):
            return []
        visit.new_start_at = visit.new_end_at = None
        if step.state == "moving":
            visit.state = "restoring"
        else:
            visit.state, visit.ends_as = "cancelling", "failed"
        visit.due_at, visit.attempts = clock.now(), 0
        release_hold(session, visit.id, also_lasting=step.state == "booking")
        visit.version += 1
        if by_staff(session, scene.conversation.id, visit):
            decision = failed(scene)
        said = _speak(scene, decision, f"gone:{visit.id}:{visit.version}")
        return [*said, Job("appointment", visit.id)]


def _give_up(step: Step) -> list[Job]:
    """The calendar does not let us: a person finds the time. What may stand there is taken off later."""
    with writing() as session:
        visit, scene = _scene(session, step)
        if (visit.state, visit.version) != (step.state, step.version):
            return []
        if step.state == "moving":
            visit.state, visit.new_start_at, visit.new_end_at = "restoring", None, None
            visit.due_at, visit.attempts = clock.now() + timedelta(minutes=1), 0
            release_hold(session, visit.id, also_lasting=False)
        else:
            visit.state, visit.ends_as = "cancelling", "failed"
            visit.due_at, visit.attempts = clock.now() + timedelta(minutes=1), 0
            release_hold(session, visit.id)
        context = gather(session, scene.business, scene.contact)
        turn = Turn(
            State.from_json(scene.conversation.state),
            Understanding(text="", heard=(Heard("choose"),)),
            context,
        )
        turn.say("calendar_away")
        turn.do(HandOver("calendar_away", silent=False))
        decision = failed(scene) if by_staff(session, scene.conversation.id, visit) else turn.decision()
        return _speak(scene, decision, f"away:{visit.id}:{visit.version}")


def _later(step: Step, *, shut_out: bool = False) -> list[Job]:
    """Once more in a while. After so many tries, or where nobody lets us in, people are told how it is."""
    with writing() as session:
        visit, scene = _scene(session, step)
        if (visit.state, visit.version) != (step.state, step.version):
            return []
        before, now = visit.attempts, max(visit.attempts + 1, TRIES if shut_out else 0)
        visit.attempts = now
        visit.due_at = clock.now() + timedelta(seconds=min(5 * 2 ** min(now, 10), 600))
        exhausted = before < TRIES <= now
        if exhausted and step.state not in SAYS:
            return _left_standing(scene, visit)
        if now == SLOW and step.state in SAYS:
            return _ask_for_patience(scene, step)
    return _give_up(step) if exhausted else []


def _ask_for_patience(scene: Scene, step: Step) -> list[Job]:
    """Half a minute has gone by in silence: the contact hears that their choice is being seen to."""
    context = gather(scene.session, scene.business, scene.contact)
    before = State.from_json(scene.conversation.state)
    turn = Turn(before, Understanding(text="", heard=(Heard("choose"),)), context)
    turn.say("booking_underway", opening=turn.opening_text(step.to_start))
    return _speak(scene, replace(turn.decision(), state=before), f"underway:{step.visit}:{step.version}")


def _left_standing(scene: Scene, visit: Appointment) -> list[Job]:
    """The calendar still shows what is over: staff are told, and whoever called a visit off is answered."""
    jobs = open_handoff(
        scene.session, scene.business.id, scene.conversation.id, "calendar_behind", silent=False
    )
    if visit.state == "cancelling" and visit.ends_as == "cancelled":
        return [*jobs, *_tell(scene, visit, "cancelled", f"cancelled:{visit.id}:{visit.version}")]
    refresh_outcome(scene.session, scene.conversation)
    return jobs


def _tell(scene: Scene, visit: Appointment, name: str, once: str) -> list[Job]:
    context = gather(scene.session, scene.business, scene.contact)
    before = State.from_json(scene.conversation.state)
    turn = Turn(before, Understanding(text="", heard=(Heard("choose"),)), context)
    staffs = name in ("moved", "cancelled") and by_staff(scene.session, scene.conversation.id, visit)
    turn.say(
        f"{name}_by_staff" if staffs else name,
        service=turn.service_name(visit.service),
        opening=turn.opening_text(visit.start_at),
    )
    asked = "offer_to_book" if name == "cancelled" else None
    turn.ask(asked, offered=(), moving=None, service=None, parted=False)
    if staffs and name == "cancelled":
        turn.ask(asked, called_off=True)
    return _speak(scene, turn.decision(), once)


def _speak(scene: Scene, decision: Decision, once: str) -> list[Job]:
    """A person who has taken over speaks for the business: then only the rows change."""
    if bot_is_silent(scene.session, scene.conversation):
        decision = replace(decision, reply=None)
    return apply(scene, decision, once=once)


def _scene(session: Session, step: Step) -> tuple[Appointment, Scene]:
    # the contact first, then the visit: in the order in which conversing locks them
    contact = session.scalars(select(Contact).where(Contact.id == step.contact).with_for_update()).one()
    visit = session.scalars(select(Appointment).where(Appointment.id == step.visit).with_for_update()).one()
    conversation = conversation_of(session, contact)
    business = session.get_one(Business, step.business)
    return visit, Scene(session, business, contact, conversation, conversation.channel)


def _read(session: Session, visit_id: int) -> Step | None:
    visit = session.get(Appointment, visit_id)
    if visit is None or visit.due_at is None or visit.due_at > clock.now():
        return None
    business = session.get_one(Business, visit.business_id)
    contact = session.get_one(Contact, visit.contact_id)
    return Step(
        visit=visit.id,
        state=visit.state,
        version=visit.version,
        connection=visit.calendar_connection_id,
        contact=contact.id,
        business=business.id,
        event=_event(session, visit, business, contact),
        to_start=visit.new_start_at or visit.start_at,
        to_end=visit.new_end_at or visit.end_at,
        consent=session.get_one(CalendarConnection, visit.calendar_connection_id).token,
    )


def _event(session: Session, visit: Appointment, business: Business, contact: Contact) -> CalendarEvent:
    """What stands on the calendar: who comes, and where to read why.

    A neutral title: who sees the calendar need not see what for, unless the owner wants it there.
    """
    people = session.scalars(select(Person).where(Person.contact_id == contact.id)).all()
    whose = [person for person in people if person.id == visit.person_id] or people
    names = [f"{person.first_name} {person.last_name}".strip() for person in whose]
    title = f"Appointment: {wording.listed([name for name in names if name] or ['guest'])}"
    profile = profile_of(business)
    service = profile.service(visit.service) if profile.service_in_calendar else None
    page = addresses.conversation(conversation_of(session, contact).id)
    numbers = dict.fromkeys(person.crm_id for person in whose if person.crm_id)
    told = (
        contact.phone,
        f"CRM: {', '.join(numbers)}" if numbers else "",
        f"Why, and what was said (after logging in): {page}",
    )
    return CalendarEvent(
        id=visit.event_id,
        start=visit.start_at,
        end=visit.end_at,
        zone=business.timezone,
        title=f"{title} ({service.name})" if service else title,
        description="\n".join(line for line in told if line),
    )
