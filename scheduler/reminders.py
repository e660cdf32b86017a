"""Reminding: a text a day and two hours before a visit, or as the owner wants, derived from the row alone.

Looked at when due and once more at delivery, so that a visit that was moved or called off never reminds. The
same job writes the one follow-up to somebody who did not come.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import wording
from actions.guards import WHATSAPP_WINDOW, Leave, Wait
from actions.reminding import LATEST
from actions.state import State
from actions.turn import Turn
from data import clock
from data.db import writing
from data.models import Appointment, Business, Contact, Conversation
from data.queries.messages import conversation_of
from data.queries.senders import NoSender
from nlu.understanding import Heard, Understanding
from scheduler import reminder_plan
from scheduler.gather import gather, profile_of, visits_of
from scheduler.handoffs import open_handoff
from scheduler.jobs import Job
from scheduler.touches import Started, start_text

IN_TALK = timedelta(minutes=15)
"""Nobody is reminded in the middle of a talk: so long after the contact's last text."""

FOLLOW_UP_AFTER = timedelta(hours=3)
"""How long after staff have marked a no-show the follow-up leaves, at the earliest."""

FOLLOW_UP_WITHIN = timedelta(days=7)
"""Later than this it is not written any more."""

log = structlog.get_logger(__name__)


def remind(visit_id: int) -> list[Job]:
    """Write the reminder, or the follow-up, whose turn it is, where it is still true and may leave."""
    with writing() as session:
        contact_id = session.scalar(select(Appointment.contact_id).where(Appointment.id == visit_id))
        if contact_id is None:
            return []
        # the contact first, then the visit: in the order in which conversing locks them
        contact = session.scalars(select(Contact).where(Contact.id == contact_id).with_for_update()).one()
        visit = session.scalars(select(Appointment).where(Appointment.id == visit_id).with_for_update()).one()
        if visit.remind_at is None or visit.remind_at > clock.now():
            return []
        visit.remind_at, business = None, session.get_one(Business, visit.business_id)
        if visit.state != "booked":
            return []  # whatever becomes of it says anew when to remind
        write = _follow_up if visit.no_show_at is not None else _reminder
        try:
            return write(session, visit, business, contact)
        except NoSender as error:
            log.error("reminder cannot be sent", visit=visit.id, error=type(error).__name__)
            return []


def _reminder(session: Session, visit: Appointment, business: Business, contact: Contact) -> list[Job]:
    reminder = reminder_plan.due(visit, business, contact)
    if reminder is None:
        reminder_plan.expect_next(visit, business, contact)
        return []
    conversation = conversation_of(session, contact)
    state = State.from_json(conversation.state)
    if state.cannot_come and state.reminded == visit.id:
        # they said so after an earlier reminder, and then no more: the front desk is not to wait for them
        return open_handoff(session, business.id, conversation.id, "cannot_come", silent=False)
    if _talking(conversation) and clock.now() + IN_TALK <= visit.start_at - LATEST:
        visit.remind_at = clock.now() + IN_TALK
        return []
    started = _start(
        session, business, contact, "reminder", _words(session, visit, business, contact),
        once=reminder_plan.key(visit, reminder.lead),
    )  # fmt: skip
    reminder_plan.expect_next(visit, business, contact)
    if isinstance(started.verdict, Wait):
        if started.verdict.until <= visit.start_at - LATEST:
            visit.remind_at = min(started.verdict.until, visit.remind_at or started.verdict.until)
        return []
    if isinstance(started.verdict, Leave) and started.jobs:
        conversation.state = replace(
            state, asked="confirm_appointment", reminded=visit.id, cannot_come=False, offered=(), moving=None,
            parted=False, called_off=False,
        ).to_json()  # fmt: skip
        conversation.last_text_at = clock.now()
    return started.jobs


def _follow_up(session: Session, visit: Appointment, business: Business, contact: Contact) -> list[Job]:
    """One kind text to somebody who did not come; not to whoever has arranged something else since."""
    assert visit.no_show_at is not None
    if clock.now() - visit.no_show_at > FOLLOW_UP_WITHIN or visits_of(session, contact):
        return []
    conversation = conversation_of(session, contact)
    if conversation.last_inbound_at is not None and conversation.last_inbound_at >= visit.start_at:
        return []  # they have written since
    turn = _turn(session, business, contact)
    day = wording.day(visit.start_at.astimezone(ZoneInfo(business.timezone)))
    turn.say("follow_up", day=day)
    started = _start(
        session, business, contact, "follow_up", turn.decision().reply or "", once=f"follow_up:{visit.id}",
        anew=True,
    )  # fmt: skip
    if isinstance(started.verdict, Wait):
        visit.remind_at = started.verdict.until
    return started.jobs


def expect_follow_up(visit: Appointment, business: Business) -> None:
    """Staff have noted that nobody came: some hours later one text asks, where the owner wants that."""
    wanted = profile_of(business).no_show_follow_up
    visit.remind_at = clock.now() + FOLLOW_UP_AFTER if wanted else None


def _start(
    session: Session,
    business: Business,
    contact: Contact,
    kind: str,
    body: str,
    *,
    once: str,
    anew: bool = False,
) -> Started:
    conversation = conversation_of(session, contact)
    wrote = conversation.last_whatsapp_inbound_at
    on_whatsapp = (
        conversation.channel == "whatsapp" and wrote is not None and clock.now() - wrote < WHATSAPP_WINDOW
    )
    return start_text(
        session, business, contact, kind=kind, body=body, once=once, anew=anew,
        channel="whatsapp" if on_whatsapp else "sms",
    )  # fmt: skip


def _talking(conversation: Conversation) -> bool:
    wrote = conversation.last_inbound_at
    return wrote is not None and clock.now() - wrote < IN_TALK


def _words(session: Session, visit: Appointment, business: Business, contact: Contact) -> str:
    """Day and time, in a household whose; never the service, which is nobody else's business."""
    turn = _turn(session, business, contact)
    facts = turn.context.contact
    person = next((person.first_name for person in facts.persons if person.id == visit.person_id), "")
    whose = f"{person}'s" if facts.is_household and person else "your"
    name = "reminder" if visit.confirmed_at is None else "reminder_again"
    turn.say(name, whose=whose, opening=turn.opening_text(visit.start_at))
    return turn.decision().reply or ""


def _turn(session: Session, business: Business, contact: Contact) -> Turn:
    unheard = Understanding(text="", heard=(Heard("greet"),))
    return Turn(State(), unheard, gather(session, business, contact))
