"""Receiving a text: the row, the rule gate and its consequences in one transaction. Nothing slow in here.

A 200 to the provider means that this has committed. No model, no calendar, no provider is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.decision import Decision, HandOver, Suppress
from actions.handlers.people import emergency
from actions.state import State
from actions.turn import Turn
from data import clock, settings
from data.db import writing
from data.models import Business, Contact, Conversation, Message
from data.profile import Profile
from data.queries.messages import cancel_queued, conversation_of
from data.queries.outcomes import refresh_outcome
from data.queries.senders import business_of
from data.queries.suppressions import lift, suppress, suppressed_for
from nlu import gate
from nlu.understanding import Gated, Heard, Understanding
from scheduler.apply import Scene, apply, say, stop_enrollments
from scheduler.gather import gather
from scheduler.jobs import Job


class NotSetUp(Exception):
    """No business has been loaded: the provider is asked to come again."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text as the provider hands it over; addresses are E.164 without the channel's prefix."""

    provider_id: str
    channel: str
    from_address: str
    to_address: str
    body: str
    media: tuple[str, ...] = ()
    opt_out_type: str | None = None
    """STOP, START or HELP where the provider has handled the word itself (Advanced Opt-Out)."""


@dataclass(frozen=True, slots=True)
class Received:
    """The jobs to wake once the text is committed, after `delay` seconds."""

    jobs: tuple[Job, ...] = ()
    delay: float = 0.0


def receive(inbound: Inbound) -> Received:
    """Store a text and do at once what the rule gate says. A replay changes nothing. Raises NotSetUp."""
    try:
        with writing() as session:
            return _receive(session, inbound)
    except IntegrityError:
        # the same text on another connection at the same moment: that one has stored it
        return Received()


def _receive(session: Session, inbound: Inbound) -> Received:
    if session.scalar(select(Message.id).where(Message.provider_id == inbound.provider_id)):
        return Received()
    business = business_of(session, inbound.to_address) or session.scalar(select(Business).limit(1))
    if business is None:
        raise NotSetUp("no business is loaded")
    contact = session.scalar(
        select(Contact).where(Contact.business_id == business.id, Contact.phone == inbound.from_address)
    )
    gated = gate.check(inbound.body)
    message = Message(
        business_id=business.id,
        contact_id=contact.id if contact else None,
        direction="in",
        channel=inbound.channel,
        kind="text",
        from_address=inbound.from_address,
        to_address=inbound.to_address,
        body=inbound.body,
        media=list(inbound.media),
        provider_id=inbound.provider_id,
        state="handled",
        rule=gated.rule,
    )
    session.add(message)
    session.flush()
    evidence = f"message {message.id}"
    if contact is None:
        if _opts_out(inbound, gated):
            suppress(
                session, business, inbound.from_address, reason="opt_out", source="text", evidence=evidence
            )
        return Received()
    conversation = conversation_of(session, contact)
    _note_arrival(conversation, inbound)
    # whoever answers leaves the sequence, whatever the answer is
    stop_enrollments(session, contact.id, "replied")
    cancel_queued(session, contact.id, ("touch",), "replied")
    scene = Scene(session, business, contact, conversation, inbound.channel, evidence)
    return _sort(scene, inbound, gated, message)


def _sort(scene: Scene, inbound: Inbound, gated: Gated, message: Message) -> Received:
    """What the rules settle is settled here; everything else waits for a worker."""
    session, contact = scene.session, scene.contact
    suppressed = suppressed_for(session, scene.business, contact.phone, inbound.channel)
    opts_out = _opts_out(inbound, gated)
    once = f"gate:{message.id}"
    if gated.emergency in ("life", "self_harm"):
        decision = _emergency(scene, gated)
        if opts_out:
            joint = "" if suppressed else " " + _wording(scene, "opted_out_briefly")
            effects = (*decision.effects, Suppress("opt_out"))
            decision = replace(decision, reply=f"{decision.reply}{joint}", effects=effects)
        message.understanding = _heard("emergency", gated)
        return Received(tuple(apply(scene, decision, once=once)))
    if opts_out:
        says = suppressed is None and not _provider_confirms(inbound)
        reply = _wording(scene, "opted_out") if says else None
        decision = Decision(reply, (Suppress("opt_out"),), State(), kind="farewell")
        message.understanding = _heard("stop", gated)
        return Received(tuple(apply(scene, decision, once=once)))
    if gated.opt_out == "doubtful" and not suppressed:
        return Received(tuple(_quietly(scene, HandOver("perhaps_opt_out"), once)))
    keyword = inbound.opt_out_type.lower() if inbound.opt_out_type else gate.keyword(inbound.body)
    if suppressed and keyword == "start" and inbound.body.strip().lower() != "yes":
        lift(session, scene.business, contact.phone, evidence=scene.evidence)
        if not _provider_confirms(inbound):
            say(scene, _wording(scene, "opted_in"), once=once)
        refresh_outcome(session, scene.conversation)
        return Received(tuple(scene.jobs))
    if suppressed in ("opt_out", "do_not_contact", "wrong_number"):
        return Received(tuple(_quietly(scene, HandOver("texted_after_opt_out"), once)))
    collect = Profile.model_validate(scene.business.profile).collect_seconds
    message.state = "received"
    contact.due_at = clock.now() + timedelta(seconds=collect)
    refresh_outcome(session, scene.conversation)
    return Received((Job("converse", contact.id),), delay=collect)


def _quietly(scene: Scene, effect: HandOver, once: str) -> list[Job]:
    """Say nothing, and let a person look."""
    return apply(scene, Decision(None, (effect,), State.from_json(scene.conversation.state)), once=once)


def _emergency(scene: Scene, gated: Gated) -> Decision:
    state = State.from_json(scene.conversation.state)
    heard = Understanding(text="", heard=(Heard("emergency"),), gated=gated, rung="rule")
    turn = Turn(state, heard, gather(scene.session, scene.business, scene.contact))
    emergency(turn)
    return turn.decision()


def _wording(scene: Scene, name: str) -> str:
    turn = Turn(
        State(),
        Understanding(text="", heard=(Heard("stop"),)),
        gather(scene.session, scene.business, scene.contact),
    )
    turn.say(name)
    return turn.decision().reply or ""


def _note_arrival(conversation: Conversation, inbound: Inbound) -> None:
    conversation.last_inbound_at = conversation.last_text_at = clock.now()
    conversation.channel = inbound.channel
    if inbound.channel == "whatsapp":
        conversation.last_whatsapp_inbound_at = clock.now()


def _opts_out(inbound: Inbound, gated: Gated) -> bool:
    return gated.opt_out == "certain" or inbound.opt_out_type == "STOP"


def _provider_confirms(inbound: Inbound) -> bool:
    """Whether the provider answers this word itself: exactly one party owns the confirmation."""
    if inbound.channel == "whatsapp":
        return False  # the provider knows no words there
    theirs = settings.get().opt_out_confirmation == "provider"
    return inbound.opt_out_type is not None or (theirs and gate.keyword(inbound.body) is not None)


def _heard(intent: str, gated: Gated) -> dict[str, object]:
    return {
        "intent": intent,
        "topic": None,
        "confidence": 1.0,
        "intents": [[intent, None, 1.0]],
        "rung": "rule",
        "rule": gated.rule,
    }
