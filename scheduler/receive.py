"""Receiving a text: the row, the rule gate and its consequences in one transaction. Nothing slow in here.

A 200 to the provider means that this has committed. No model, no calendar, no provider is asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.decision import Decision, HandOver, Suppress
from actions.handlers import people
from actions.state import State
from actions.turn import Turn
from data import clock, settings
from data.db import writing
from data.db_faults import once_more
from data.models import Business, Contact, Message
from data.profile import Profile
from data.queries.enrollments import stop_enrollments
from data.queries.messages import cancel_queued, conversation_of, wrote_since
from data.queries.outcomes import refresh_outcome
from data.queries.senders import business_of
from data.queries.suppressions import lift, suppress, suppressed_for
from nlu import gate
from nlu.understanding import Gated, Heard, Understanding
from scheduler.apply import Scene, apply, say
from scheduler.arrivals import SUPERSEDED, Received, of_conversation, of_message
from scheduler.arrivals import Inbound as Inbound
from scheduler.gather import gather
from scheduler.jobs import Job
from scheduler.ordinary import receive_ordinary, remember

TRIES = 4
"""How often two texts of one contact may get in each other's way."""

EMERGENCY_AGAIN = timedelta(minutes=15)
"""The emergency text is not repeated sooner; staff are rung for each text all the same."""


class NotSetUp(Exception):
    """No business has been loaded: the provider is asked to come again."""


@once_more
def receive(inbound: Inbound) -> Received:
    """Store a text and do at once what the rule gate says. A replay changes nothing.

    Raises NotSetUp, or the database's error: then nothing is stored, and the provider has to come again.
    """
    gated = gate.check(inbound.body)  # before the transaction: it needs no rows, and others wait for those
    for _ in range(TRIES - 1):
        try:
            if received := receive_ordinary(inbound, gated):
                return received
            with writing() as session:
                return _receive(session, inbound, gated)
        except IntegrityError:
            # Another text of the same contact was quicker with a row that both need, or the same text was:
            # look again, everything is to be seen now.
            continue
    with writing() as session:
        return _receive(session, inbound, gated)


def _receive(session: Session, inbound: Inbound, gated: Gated) -> Received:
    if session.scalar(select(Message.id).where(Message.provider_id == inbound.provider_id)):
        return Received()
    business = _business(session, inbound)
    contact = session.scalar(
        select(Contact).where(Contact.business_id == business.id, Contact.phone == inbound.from_address)
    )
    message = Message(
        business_id=business.id,
        contact_id=contact.id if contact else None,
        state="handled",
        **of_message(inbound, gated),
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
    for column, value in of_conversation(inbound).items():
        setattr(conversation, column, value)
    # whoever answers leaves the sequence, whatever the answer is
    stop_enrollments(session, contact.id, "opt_out" if _opts_out(inbound, gated) else "replied")
    cancel_queued(session, contact.id, SUPERSEDED, "replied")
    scene = Scene(session, business, contact, conversation, inbound.channel, evidence=evidence)
    return _sort(scene, inbound, gated, message)


def _sort(scene: Scene, inbound: Inbound, gated: Gated, message: Message) -> Received:
    """What the rules settle is settled here; everything else waits for a worker."""
    session, contact = scene.session, scene.contact
    suppressed = suppressed_for(session, scene.business, contact.phone, inbound.channel)
    opts_out = _opts_out(inbound, gated)
    once = f"gate:{message.id}"
    if gated.emergency in ("life", "self_harm") or (gated.emergency and gated.opt_out):
        message.understanding = _heard("emergency", gated)
        return Received(tuple(apply(scene, _emergency(scene, gated, opts_out, suppressed), once=once)))
    if opts_out:
        says = suppressed is None and not _provider_answers(inbound)
        reply = _wording(scene, "opted_out") if says else None
        decision = Decision(reply, (Suppress("opt_out"),), State(), kind="farewell")
        message.understanding = _heard("stop", gated)
        return Received(tuple(apply(scene, decision, once=once)))
    if gated.opt_out == "doubtful" and not suppressed:
        return Received(tuple(_quietly(scene, HandOver("perhaps_opt_out"), once)))
    keyword = inbound.opt_out_type.lower() if inbound.opt_out_type else gate.keyword(inbound.body)
    if suppressed and keyword == "start":
        lift(session, scene.business, contact.phone, evidence=scene.evidence)
        return _answer_keyword(scene, inbound, "opted_in", once)
    if suppressed in ("opt_out", "do_not_contact", "wrong_number"):
        return Received(tuple(_quietly(scene, HandOver("texted_after_opt_out"), once)))
    if suppressed:  # who writes can be reached after all
        lift(session, scene.business, contact.phone, channel=inbound.channel, evidence=scene.evidence)
    if keyword == "help":
        return _answer_keyword(scene, inbound, "help", once)
    collect = Profile.model_validate(scene.business.profile).collect_seconds
    message.state = "received"
    contact.due_at = clock.now() + timedelta(seconds=collect)
    refresh_outcome(session, scene.conversation)
    return Received((Job("converse", contact.id),), delay=collect)


def _quietly(scene: Scene, effect: HandOver, once: str) -> list[Job]:
    """Say nothing, and let a person look."""
    return apply(scene, Decision(None, (effect,), State.from_json(scene.conversation.state)), once=once)


def _emergency(scene: Scene, gated: Gated, opts_out: bool, suppressed: str | None) -> Decision:
    """The owner's emergency text, or the urgent one; joined with the confirmation where both were meant."""
    state = State.from_json(scene.conversation.state)
    heard = Understanding(text="", heard=(Heard("emergency"),), gated=gated, rung="rule")
    turn = Turn(state, heard, gather(scene.session, scene.business, scene.contact))
    if gated.emergency == "urgent":
        people.urgent(turn)
    else:
        people.emergency(turn)
    decision = replace(turn.decision(), kind="emergency")
    since = clock.now() - EMERGENCY_AGAIN
    if wrote_since(scene.session, scene.contact.id, ("emergency",), since):
        decision = replace(decision, reply=None)
    if opts_out:
        briefly = "" if suppressed else _wording(scene, "opted_out_briefly")
        joint = f"{decision.reply or ''} {briefly}".strip() or None
        return replace(decision, reply=joint, effects=(*decision.effects, Suppress("opt_out")))
    if gated.opt_out == "doubtful":
        return replace(decision, effects=(*decision.effects, HandOver("perhaps_opt_out")))
    return decision


def _answer_keyword(scene: Scene, inbound: Inbound, text: str, once: str) -> Received:
    """START and HELP are answered at once, by exactly one party."""
    if not _provider_answers(inbound):
        say(scene, _wording(scene, text), once=once)
    refresh_outcome(scene.session, scene.conversation)
    return Received(tuple(scene.jobs))


def _wording(scene: Scene, name: str) -> str:
    turn = Turn(
        State(),
        Understanding(text="", heard=(Heard("stop"),)),
        gather(scene.session, scene.business, scene.contact),
    )
    turn.say(name)
    return turn.decision().reply or ""


def _business(session: Session, inbound: Inbound) -> Business:
    """Whose text it is: by the number it went to, else by who knows the sender. Raises NotSetUp."""
    found = business_of(session, inbound.to_address, inbound.messaging_service)
    if found is not None:
        remember(session, inbound.to_address, found)
    else:
        wanted = select(Business).order_by(Business.id).limit(1)
        knows = wanted.join(Contact, Contact.business_id == Business.id).where(
            Contact.phone == inbound.from_address
        )
        found = session.scalar(knows) or session.scalar(wanted)
    if found is None:
        raise NotSetUp("no business is loaded")
    return found


def _opts_out(inbound: Inbound, gated: Gated) -> bool:
    return gated.opt_out == "certain" or inbound.opt_out_type == "STOP"


def _provider_answers(inbound: Inbound) -> bool:
    """Whether the provider answers this word itself: exactly one party does."""
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
