"""Applying a decision: its reply and its effects become rows in the caller's one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import singledispatch

from sqlalchemy import update
from sqlalchemy.orm import Session

from actions.calendars import event_id
from actions.decision import (
    Book,
    CallBack,
    CancelVisit,
    Close,
    Confirm,
    Decision,
    Effect,
    Freeze,
    HandOver,
    Move,
    Suppress,
    Unanswered,
)
from data import clock
from data.models import (
    Appointment,
    Business,
    Callback,
    Contact,
    Conversation,
    UnansweredQuestion,
)
from data.queries.calendars import active_calendar
from data.queries.days import keep_room
from data.queries.enrollments import stop_enrollments
from data.queries.holds import hold
from data.queries.messages import cancel_queued, enqueue
from data.queries.outcomes import refresh_outcome
from data.queries.suppressions import suppress
from scheduler.gather import profile_of
from scheduler.handoffs import open_handoff
from scheduler.jobs import Job

HOLD = timedelta(minutes=15)
"""How long an opening is kept while the calendar is written (wall time): longer than all retries."""


@dataclass(slots=True)
class Scene:
    """The rows that a decision is applied to, and the jobs that come of it."""

    session: Session
    business: Business
    contact: Contact
    conversation: Conversation
    channel: str
    source: str = "text"
    """Whose doing the effects are: the contact's by `text`, or by `staff`."""
    evidence: str = ""
    """What the effects go back to, such as "message 17"."""
    jobs: list[Job] = field(default_factory=list)
    fenced: bool = False
    """The contact's lease is held and its row locked: nobody else can answer the same text now."""


def apply(scene: Scene, decision: Decision, *, once: str) -> list[Job]:
    """Write the decision down; `once` keys its reply. Returns the jobs to wake after the commit.

    Raises OpeningTaken where an opening has gone in the meantime: nothing is to be committed then.
    """
    for effect in decision.effects:
        _apply(effect, scene)
    refresh_outcome(scene.session, scene.conversation)
    if decision.reply:
        say(scene, decision.reply, kind=decision.kind, once=once)
    # last, so that all that has changed in the conversation is written with one statement
    scene.conversation.state = decision.state.to_json()
    return scene.jobs


def say(scene: Scene, text: str, *, kind: str = "reply", once: str) -> None:
    """Queue a text of the bot's to the contact."""
    message = enqueue(
        scene.session,
        scene.business,
        scene.contact,
        kind=kind,
        body=text,
        channel=scene.channel,
        once=once,
        undisputed=scene.fenced,
    )
    if message is not None:
        scene.conversation.last_text_at = clock.now()
        scene.jobs.append(Job("deliver", message.id))


@singledispatch
def _apply(effect: Effect, scene: Scene) -> None:
    raise TypeError(f"no way to apply {type(effect).__name__}")


@_apply.register
def _suppress(effect: Suppress, scene: Scene) -> None:
    suppress(
        scene.session,
        scene.business,
        scene.contact.phone,
        reason=effect.reason,
        source=scene.source,
        evidence=scene.evidence,
    )
    _end_what_is_proactive(scene, effect.reason)
    cancel_queued(scene.session, scene.contact.id, ("reply",), effect.reason)


@_apply.register
def _hand_over(effect: HandOver, scene: Scene) -> None:
    scene.jobs += open_handoff(
        scene.session,
        scene.business.id,
        scene.conversation.id,
        effect.reason,
        urgent=effect.urgent,
        silent=effect.silent,
    )


@_apply.register
def _unanswered(effect: Unanswered, scene: Scene) -> None:
    asked = UnansweredQuestion(
        business_id=scene.business.id, conversation_id=scene.conversation.id, text=effect.text
    )
    scene.session.add(asked)


@_apply.register
def _freeze(_: Freeze, scene: Scene) -> None:
    scene.conversation.frozen_at = scene.conversation.frozen_at or clock.now()


@_apply.register
def _close(effect: Close, scene: Scene) -> None:
    scene.conversation.closed_reason = effect.reason
    _end_what_is_proactive(scene, "declined")


@_apply.register
def _call_back(effect: CallBack, scene: Scene) -> None:
    _cancel_callbacks(scene)
    scene.session.add(Callback(contact_id=scene.contact.id, due_at=effect.due_at, reason=effect.reason))


@_apply.register
def _book(effect: Book, scene: Scene) -> None:
    connection = active_calendar(scene.session, scene.business.id)
    assert connection is not None, "a business has a calendar from the moment it is loaded"
    people = scene.contact.persons
    visit = Appointment(
        business_id=scene.business.id,
        contact_id=scene.contact.id,
        person_id=people[0].id if len(people) == 1 else effect.person,
        calendar_connection_id=connection.id,
        service=effect.service,
        start_at=effect.start,
        end_at=effect.end,
        timezone=scene.business.timezone,
        event_id="",
        state="booking",
        due_at=clock.now(),
    )
    visit.event_id = event_id(str(scene.contact.id), effect.start.isoformat(), scene.evidence)
    scene.session.add(visit)
    scene.session.flush()
    _hold(scene, visit, effect.start, effect.end)
    _cancel_callbacks(scene)
    scene.jobs.append(Job("appointment", visit.id))


@_apply.register
def _move(effect: Move, scene: Scene) -> None:
    visit = scene.session.get_one(Appointment, effect.visit)
    _hold(scene, visit, effect.start, effect.end)
    visit.state, visit.new_start_at, visit.new_end_at = "moving", effect.start, effect.end
    visit.remind_at = visit.confirmed_at = None
    visit.due_at, visit.attempts, visit.version = clock.now(), 0, visit.version + 1
    scene.jobs.append(Job("appointment", visit.id))


@_apply.register
def _cancel_visit(effect: CancelVisit, scene: Scene) -> None:
    visit = scene.session.get_one(Appointment, effect.visit)
    visit.state, visit.ends_as = "cancelling", "cancelled"
    visit.remind_at = visit.confirmed_at = None
    visit.due_at, visit.attempts, visit.version = clock.now(), 0, visit.version + 1
    scene.jobs.append(Job("appointment", visit.id))


@_apply.register
def _confirm(effect: Confirm, scene: Scene) -> None:
    visit = scene.session.get_one(Appointment, effect.visit)
    if visit.state == "booked":
        visit.confirmed_at = clock.now()


def _hold(scene: Scene, visit: Appointment, start: datetime, end: datetime) -> None:
    """Keep the time, unless the day has as many appointments as the owner wants. Raises OpeningTaken."""
    most = profile_of(scene.business).most_per_day
    if most is not None:
        keep_room(scene.session, scene.business, start, most, besides=visit.id)
    hold(scene.session, visit, start, end, until=clock.now() + HOLD)


def _end_what_is_proactive(scene: Scene, reason: str) -> None:
    cancel_queued(scene.session, scene.contact.id, ("touch", "callback", "nudge", "follow_up"), reason)
    scene.conversation.nudge_due_at = None
    stop_enrollments(scene.session, scene.contact.id, reason)
    _cancel_callbacks(scene)


def _cancel_callbacks(scene: Scene) -> None:
    scene.session.execute(
        update(Callback)
        .where(Callback.contact_id == scene.contact.id, Callback.state == "pending")
        .values(state="cancelled")
    )
