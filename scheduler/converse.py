"""Conversing: take the contact, understand all its unhandled texts as one, decide, apply, let go.

No transaction stays open while the model or a calendar is asked. The fence makes sure that a worker that
was away for too long commits nothing; a text that arrives meanwhile is read together with the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from actions.context import Context
from actions.decide import decide, offer_again, wants_calendar
from actions.decision import Decision, HandOver
from actions.state import State
from data import clock
from data.db import reading, writing
from data.models import Business, Contact, Message
from data.queries.holds import OpeningTaken
from data.queries.leases import Lease, holds_lease, release, take_lease
from data.queries.messages import conversation_of, mark_handled, unhandled
from data.queries.outcomes import bot_is_silent
from nlu.ladder import understand
from nlu.pending import Pending
from nlu.rasa import ModelUnavailable
from nlu.understanding import Times, Understanding, Window
from scheduler import ear
from scheduler.apply import Scene, apply
from scheduler.calendar_view import busy_times
from scheduler.gather import gather
from scheduler.jobs import Job

BURST = timedelta(seconds=30)
"""Somebody who keeps texting is waited for no longer than this after the first text."""

MODEL_TRIES = 8
"""With the model away for longer than these tries take (some ten minutes), a person gets the text."""

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
    context: Context


def converse(contact_id: int) -> list[Job]:
    """Answer a contact whose turn has come; nothing happens where it is not. Returns the jobs to wake."""
    with writing() as session:
        lease = take_lease(session, contact_id)
    if lease is None:
        return []
    with reading() as session:
        heard = _listen(session, contact_id)
    if heard is None:
        with writing() as session:
            release(session, lease)
        return []
    try:
        understanding = _understand(heard)
    except ModelUnavailable:
        return _without_model(lease, heard)
    return _answer(lease, heard, understanding)


def _listen(session: Session, contact_id: int) -> Heard | None:
    texts = unhandled(session, contact_id)
    if not texts:
        return None
    contact = session.get_one(Contact, contact_id)
    business = session.get_one(Business, contact.business_id)
    conversation = conversation_of(session, contact)
    return Heard(
        ids=tuple(text.id for text in texts),
        body="\n".join(text.body.strip() for text in texts if text.body.strip()),
        channel=texts[-1].channel,
        first_at=texts[0].created_at,
        state=State.from_json(conversation.state),
        silent=bot_is_silent(session, conversation),
        context=replace(gather(session, business, contact), has_media=any(text.media for text in texts)),
    )


def _understand(heard: Heard) -> Understanding:
    zone = heard.context.business.zone
    minutes = {service.id: service.minutes for service in heard.context.services}
    length = timedelta(minutes=minutes.get(heard.state.service or "", 30))
    local = [opening.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for opening in heard.state.offered]
    return understand(
        heard.body,
        now=heard.context.business_now.replace(tzinfo=None),
        zone=zone,
        pending=Pending(
            heard.state.asked,
            tuple(Window(at, at + length, "minute") for at in local),
            tuple(service.name for service in heard.context.services),
            _next_visit(heard.context),
        ),
        model=ear.model(),
    )


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
            heard = fresh
            again = replace(understanding, times=Times())
            decision = offer_again(heard.state, again, _with_calendar(heard.context))
    raise RuntimeError("openings went three times while one text was answered")


def _decide(heard: Heard, understanding: Understanding) -> Decision:
    if heard.silent:
        return Decision(None, (), heard.state)
    context = heard.context
    if wants_calendar(heard.state, understanding):
        context = _with_calendar(context)
    return decide(heard.state, understanding, context)


def _apply(
    session: Session, lease: Lease, heard: Heard, understanding: Understanding, decision: Decision
) -> list[Job]:
    if not holds_lease(session, lease):
        return []  # this worker was away for too long; another has answered
    newest = unhandled(session, lease.contact_id)
    if len(newest) > len(heard.ids) and clock.now() < heard.first_at + BURST:
        # one more has come: they are read together, as soon as that one's time is up
        contact = session.get_one(Contact, lease.contact_id)
        release(session, lease, due_at=contact.due_at)
        return []
    contact = session.get_one(Contact, lease.contact_id)
    conversation = conversation_of(session, contact)
    if not heard.silent and bot_is_silent(session, conversation):
        decision = Decision(None, (), heard.state)  # staff took over while we thought
    mark_handled(session, heard.ids)
    for text in heard.ids:
        session.get_one(Message, text).understanding = _shown(understanding)
    contact.attempts = 0
    scene = Scene(
        session,
        session.get_one(Business, contact.business_id),
        contact,
        conversation,
        heard.channel,
        evidence=f"message {heard.ids[-1]}",
    )
    jobs = apply(scene, decision, once=f"reply:{heard.ids[-1]}")
    left = release(session, lease)
    return [*jobs, Job("converse", contact.id)] if left else jobs


def _without_model(lease: Lease, heard: Heard) -> list[Job]:
    """The model is away: later again, and after a limit a person."""
    with writing() as session:
        if not holds_lease(session, lease):
            return []
        contact = session.get_one(Contact, lease.contact_id)
        contact.attempts += 1
        if contact.attempts < MODEL_TRIES:
            wait = min(timedelta(seconds=2**contact.attempts), timedelta(minutes=2))
            log.warning("model away, trying again", contact=contact.id, attempt=contact.attempts)
            release(session, lease, due_at=clock.now() + wait)
            return []
        contact.attempts = 0
        mark_handled(session, heard.ids)
        business = session.get_one(Business, contact.business_id)
        conversation = conversation_of(session, contact)
        scene = Scene(session, business, contact, conversation, heard.channel)
        effects = () if heard.silent else (HandOver("model_away", silent=False),)
        jobs = apply(scene, Decision(None, effects, heard.state), once=f"reply:{heard.ids[-1]}")
        release(session, lease)
        return jobs


def _with_calendar(context: Context) -> Context:
    """The context with what the calendar and our own holds say is busy; None where it cannot be read."""
    days = context.business.profile.horizon_days + 1
    return replace(context, busy=busy_times(context.business.id, context.contact.id, context.now, days))


def _shown(understanding: Understanding) -> dict[str, object]:
    """What staff see beside the text, and rehearsals report."""
    return {
        "intent": understanding.intent,
        "topic": understanding.topic,
        "confidence": round(understanding.confidence, 3),
        "intents": [[h.intent, h.topic, round(h.confidence, 3)] for h in understanding.heard],
        "rung": understanding.rung,
    }
