"""Conversing: take the contact, understand all its unhandled texts as one, decide, apply, let go.

No transaction stays open while the model or a calendar is asked. The fence makes sure that a worker that
was away for too long commits nothing; a text that arrives meanwhile is read together with the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from actions.context import Context
from actions.decide import decide, offer_again, wants_calendar
from actions.decision import Decision, HandOver
from actions.state import State
from actions.turn import Turn
from actions.unread_calendar import UNREAD, CalendarWanted
from data import clock
from data.db import reading, writing
from data.logs import what_failed
from data.models import Business, Contact
from data.queries.holds import OpeningTaken
from data.queries.leases import Lease, holds_lease, release, take_lease
from data.queries.messages import conversation_of, mark_handled
from data.queries.suppressions import suppressed_for
from data.queries.turns import people_again, people_of, waiting_texts
from nlu.ladder import understand
from nlu.pending import Pending
from nlu.rasa import ModelUnavailable
from nlu.understanding import Heard as HeardIntent
from nlu.understanding import Times, Understanding, Window
from scheduler import ear, nudges
from scheduler.apply import Scene, apply
from scheduler.calendar_view import prefetch, with_calendar
from scheduler.gather import gather
from scheduler.jobs import Job

BURST = timedelta(seconds=30)
"""Somebody who keeps texting is waited for no longer than this after the first text."""

MODEL_TRIES = 8
"""With the model away for longer than these tries take (some four minutes), a person gets the text."""

FAILURES = 3
"""A text over which we fail so often goes to a person: a mistake of ours must not swallow it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one look at the rows gave: the texts, and the picture for deciding about them."""

    ids: tuple[int, ...]
    body: str
    channel: str
    first_at: datetime
    state: State
    silent: bool
    business: Business
    context: Context


def converse(contact_id: int) -> list[Job]:
    """Answer a contact whose turn has come; nothing happens where it is not. Returns the jobs to wake."""
    lease = take_lease(contact_id)
    if lease is None:
        return []
    with reading() as session:
        heard = _listen(session, contact_id)
    if heard is None:
        with writing() as session:
            release(session, lease)
        return []
    try:
        if not heard.silent:  # calendars far away answer while the model is asked
            prefetch(heard.context)
        understanding = _understand(heard)
        return _answer(lease, heard, understanding)
    except ModelUnavailable:
        return _not_yet(lease, heard, "model_away", MODEL_TRIES)
    except OperationalError:
        raise  # the database: nothing of this turn was committed, and the sweeper takes it up again
    except Exception as error:
        # not swallowed: said in the log (without the text), tried again, and then a person's
        log.error("turn failed", contact=contact_id, **what_failed(error))
        return _not_yet(lease, heard, "turn_failed", FAILURES)


def _listen(session: Session, contact_id: int) -> Heard | None:
    texts = waiting_texts(session, contact_id)
    if not texts:
        return None
    contact, business, conversation, silent = people_of(session, contact_id)
    return Heard(
        ids=tuple(text.id for text in texts),
        body="\n".join(text.body.strip() for text in texts if text.body.strip()),
        channel=texts[-1].channel,
        first_at=texts[0].created_at,
        state=State.from_json(conversation.state),
        silent=silent,
        business=business,
        context=replace(gather(session, business, contact), has_media=any(text.media for text in texts)),
    )


def _understand(heard: Heard) -> Understanding:
    zone = heard.context.business.zone
    minutes = {service.id: service.minutes for service in heard.context.services}
    length = timedelta(minutes=minutes.get(heard.state.service or "", 30))
    local = [opening.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for opening in heard.state.offered]
    understanding = understand(
        heard.body,
        now=heard.context.business_now.replace(tzinfo=None),
        zone=zone,
        pending=Pending(
            heard.state.asked,
            tuple(Window(at, at + length, "minute") for at in local),
            tuple(service.name for service in heard.context.services),
            _next_visit(heard.context),
            tuple(person.first_name for person in heard.context.contact.persons if person.first_name),
        ),
        model=ear.model(),
    )
    entries = [(entry.question, entry.answer) for entry in heard.context.business.faq]
    return ear.likeness().measured(understanding, entries)


def _next_visit(context: Context) -> datetime | None:
    """When the contact's next visit stands, local to the business: a time without a day is on that day."""
    zone = ZoneInfo(context.business.zone)
    return context.visits[0].start.astimezone(zone).replace(tzinfo=None) if context.visits else None


def _answer(lease: Lease, heard: Heard, understanding: Understanding) -> list[Job]:
    """Decide and apply; where the chosen opening goes in that very moment, offer others."""
    decision = _decide(heard, understanding)
    for _ in range(3):
        try:
            with writing() as session:
                return _apply(session, lease, heard, understanding, decision)
        except OpeningTaken:
            with reading() as session:
                fresh = _listen(session, lease.contact_id)
            if fresh is None:
                return []
            heard = replace(fresh, ids=heard.ids)  # what came since has not been understood yet
            again = replace(understanding, times=Times())
            decision = offer_again(heard.state, again, with_calendar(heard.context))
    raise RuntimeError("openings went three times while one text was answered")


def _decide(heard: Heard, understanding: Understanding) -> Decision:
    if heard.silent:
        return Decision(None, (), heard.state)
    context = heard.context
    if not wants_calendar(heard.state, understanding):
        return decide(heard.state, understanding, context)
    try:  # most texts that might need the calendar do not; deciding is pure and may be done twice
        return decide(heard.state, understanding, replace(context, busy=UNREAD))
    except CalendarWanted:
        return decide(heard.state, understanding, with_calendar(context))


def _apply(
    session: Session, lease: Lease, heard: Heard, understanding: Understanding, decision: Decision
) -> list[Job]:
    if not holds_lease(session, lease):
        return []  # this worker was away for too long; another has answered
    newest = waiting_texts(session, lease.contact_id)
    contact, business, conversation, silent = people_again(session, lease.contact_id, heard.business)
    if len(newest) > len(heard.ids) and clock.now() < heard.first_at + BURST:
        # one more has come: they are read together, as soon as that one's time is up
        release(session, lease, due_at=contact.due_at)
        return []
    if not heard.silent and silent:
        decision = Decision(None, (), heard.state)  # staff took over while we thought
    if suppressed_for(session, business, contact.phone, heard.channel):
        decision = Decision(None, (), heard.state)  # an opt-out came while we thought: it undoes this turn
    elif State.from_json(conversation.state) != heard.state:
        release(session, lease, due_at=clock.now())  # something was said meanwhile: think again
        return [Job("converse", contact.id)]
    mark_handled(session, heard.ids, _shown(understanding))
    contact.attempts = 0
    scene = Scene(
        session,
        business,
        contact,
        conversation,
        heard.channel,
        evidence=f"message {heard.ids[-1]}",
        fenced=True,
    )
    jobs = apply(scene, decision, once=f"reply:{heard.ids[-1]}")
    nudges.expect(scene, decision)
    left = release(session, lease)
    return [*jobs, Job("converse", contact.id)] if left else jobs


def _not_yet(lease: Lease, heard: Heard, reason: str, tries: int) -> list[Job]:
    """This turn cannot be taken now: later again, and after so many tries a person gets the text."""
    with writing() as session:
        if not holds_lease(session, lease):
            return []
        contact = session.get_one(Contact, lease.contact_id)
        contact.attempts += 1
        if contact.attempts < tries:
            wait = min(timedelta(seconds=2**contact.attempts), timedelta(minutes=2))
            log.warning("trying again", contact=contact.id, reason=reason, attempt=contact.attempts)
            release(session, lease, due_at=clock.now() + wait)
            return []
        contact.attempts = 0
        mark_handled(session, heard.ids)
        scene = Scene(
            session,
            session.get_one(Business, contact.business_id),
            contact,
            conversation_of(session, contact),
            heard.channel,
        )
        once = f"reply:{heard.ids[-1]}"
        jobs = apply(scene, _left_to_staff(heard, reason), once=once)
        release(session, lease)
        return jobs


def _left_to_staff(heard: Heard, reason: str) -> Decision:
    """Tell the contact truthfully that a person will answer; where one has the talk already, say nothing."""
    if heard.silent:
        return Decision(None, (), heard.state)
    turn = Turn(heard.state, Understanding(text="", heard=(HeardIntent("human"),)), heard.context)
    turn.say("handed_over")
    turn.do(HandOver(reason, silent=False))
    return turn.decision()


def _shown(understanding: Understanding) -> dict[str, object]:
    """What staff see beside the text, and rehearsals report."""
    return {
        "intent": understanding.intent,
        "topic": understanding.topic,
        "confidence": round(understanding.confidence, 3),
        "intents": [[h.intent, h.topic, round(h.confidence, 3)] for h in understanding.heard],
        "rung": understanding.rung,
    }
