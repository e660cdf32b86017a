"""Playing a script: the contact's texts in, every line of the exchange and what came of it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.rehearsal.script import Expected, Said, Script, StaffActs
from bot.rehearsal.world import World, in_zone, world
from data.db import reading, writing
from data.models import Appointment, Business, Callback, Contact, Message, StaffUser
from data.models.booking import LIVE
from data.queries.messages import conversation_of
from data.queries.outcomes import refresh_outcome, with_staff
from data.queries.suppressions import suppressed_for
from scheduler import staff_acts

PAUSE = timedelta(seconds=60)
"""Between the bot's settling and the contact's next text, unless the script says `after`."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a script gave: its lines, its result, and where it differs from what was expected."""

    lines: tuple[dict[str, Any], ...]
    result: dict[str, Any]
    failures: tuple[str, ...]
    rungs: tuple[str, ...]
    """The rung of the ladder that settled each text of the contact (nlu/ladder.py)."""


def play(script: Script, opener_at: datetime, rasa: tuple[str, str]) -> Played:
    """Play a script to its end; the opener leaves at `opener_at` (aware)."""
    with world(script, opener_at, rasa) as running:
        running.settle()
        _wait_for_the_opener(running)
        for step in script.says:
            running.until(running.clock() + _pause(step))
            if isinstance(step, StaffActs):
                _act(running, step.staff)
            else:
                for said in step:
                    media = [{"url": url} for url in said.media]
                    running.network.text(running.phone, said.text, channel=said.channel, media=media)
            running.settle()
        if script.until is not None:
            running.until(in_zone(script.until, running.zone))
        lines = tuple(_lines(running))
        result, rungs = _result(running), _rungs()
    return Played(lines, result, tuple(_failures(script.expect, result, lines, running.zone)), rungs)


def _wait_for_the_opener(running: World) -> None:
    """An opener outside its lawful hours leaves with the next window."""
    for _ in range(7 * 24):
        if running.network.transcript(running.phone):
            return
        running.until(running.clock() + timedelta(hours=1))
        running.settle()


def _pause(step: tuple[Said, ...] | StaffActs) -> timedelta:
    first = step if isinstance(step, StaffActs) else step[0]
    return PAUSE if first.after is None else first.after


def _act(running: World, what: str) -> None:
    acts: dict[str, Callable[..., object]] = {
        "take_over": staff_acts.take_over,
        "hand_back": staff_acts.hand_back,
        "opt_out": staff_acts.opt_out,
    }
    with writing() as session:
        conversation = conversation_of(session, session.get_one(Contact, running.contact))
        user = session.scalars(select(StaffUser)).one()
        if what in acts:
            acts[what](session, conversation, user)
        else:
            staff_acts.reply(session, conversation, user, what)


def _lines(running: World) -> Iterator[dict[str, Any]]:
    """The exchange as the contact's phone shows it, with what was understood of the contact's texts."""
    with reading() as session:
        texts = session.scalars(select(Message).where(Message.direction == "in"))
        heard = {text.provider_id: text.understanding for text in texts}
    for message in running.network.transcript(running.phone):
        contact = message.direction == "inbound"
        understood = (heard.get(message.sid) or {}) if contact else {}
        yield {
            "from": "contact" if contact else "bot",
            "at": _iso(message.created if contact else message.arrived or message.created, running.zone),
            "text": message.body,
            "intent": understood.get("intent"),
            "intents": [name for name, *_ in understood.get("intents", [])] if contact else [],
        }


def _rungs() -> tuple[str, ...]:
    with reading() as session:
        texts = session.scalars(select(Message.understanding).where(Message.direction == "in"))
        return tuple(text["rung"] for text in texts if text)


def _result(running: World) -> dict[str, Any]:
    with writing() as session:
        contact = session.get_one(Contact, running.contact)
        business = session.get_one(Business, contact.business_id)
        conversation = conversation_of(session, contact)
        visit = session.scalar(
            select(Appointment)
            .where(Appointment.contact_id == contact.id, Appointment.state.in_(LIVE))
            .order_by(Appointment.start_at)
            .limit(1)
        )
        later = session.scalar(
            select(Callback)
            .where(Callback.contact_id == contact.id, Callback.state.in_(("pending", "sent")))
            .order_by(Callback.id.desc())
            .limit(1)
        )
        return {
            "outcome": refresh_outcome(session, conversation),
            "appointment": visit
            and {
                "start": _iso(visit.start_at, running.zone),
                "end": _iso(visit.end_at, running.zone),
                "service": visit.service,
            },
            "callback_at": later and _iso(later.due_at, running.zone),
            "opted_out": suppressed_for(session, business, contact.phone, "sms") == "opt_out",
            "with_staff": with_staff(session, conversation),
        }


def _failures(
    expected: Expected, result: dict[str, Any], lines: tuple[dict[str, Any], ...], zone: str
) -> Iterator[str]:
    visit = result["appointment"] or {}
    found = {
        "outcome": result["outcome"],
        "start": visit.get("start"),
        "end": visit.get("end"),
        "service": visit.get("service"),
        "callback": result["callback_at"],
        "opted_out": result["opted_out"],
        "with_staff": result["with_staff"],
        "bot_lines": sum(line["from"] == "bot" for line in lines),
    }
    for name in expected.model_fields_set:
        wanted = getattr(expected, name)
        if isinstance(wanted, datetime):
            wanted = _iso(in_zone(wanted, zone), zone)
        if wanted != found[name]:
            yield f"{name}: expected {wanted}, got {found[name]}"


def _iso(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).replace(microsecond=0).isoformat()
