"""Playing a whole sequence against simulated phones, with nobody answering: the dry run of a campaign.

Runs as a process of its own, since a world takes the place of settings, clock and database; the cast comes
in as JSON, what was played goes out as JSON. The words, the guards and the engine are the real ones.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from actions.lawful_hours import is_lawful
from bot.rehearsal.world import BUSINESS_PHONE, World, stage
from bot.simulator.network import Network
from data import logs
from data.clock import HandClock
from data.db import reading, writing
from data.models import (
    Business,
    CalendarConnection,
    Campaign,
    Contact,
    ContactBasis,
    Enrollment,
    Message,
    Person,
    Sender,
    Touch,
    WhatsAppTemplate,
)
from data.queries.enrollments import is_open
from data.whereabouts import zones_of
from scheduler.gather import whereabouts_of

AFTER = timedelta(days=45)
"""So long after the last touch's day is played on at most: by then every enrollment has ended."""

_DATES = ("last_visit", "quoted_on", "enquired_on", "due_on")


def play(cast: dict[str, Any]) -> dict[str, Any]:
    """Every text that each player gets, and what has to hold for all of them."""
    begins = datetime.fromisoformat(cast["now"])
    last_day = max((touch["day"] for touch in cast["touches"]), default=0)
    with stage(begins, ("http://127.0.0.1:9", "")) as (hands, network):
        players = _furnish(cast, hands, network)
        world = World(hands, network, cast["business"]["timezone"], "", 0)
        end = begins + timedelta(days=last_day) + AFTER
        while hands() < end and _still_open():
            world.until(min(hands() + timedelta(days=1), end))
        return _played(cast, players)


def _still_open() -> bool:
    with reading() as session:
        return session.scalar(select(Enrollment.id).where(is_open()).limit(1)) is not None


def _furnish(cast: dict[str, Any], hands: HandClock, network: Network) -> list[int]:
    """The business, the campaign and the players in an empty database; the contacts' ids."""
    senders = [("sms", BUSINESS_PHONE), ("whatsapp", BUSINESS_PHONE)]
    with writing() as session:
        business = Business(hash_key=b"rehearsal" * 4, **cast["business"])
        session.add(business)
        session.flush()
        for channel, address in senders:
            # rates run on real time, which a rehearsal has none of
            session.add(Sender(business_id=business.id, channel=channel, address=address, per_second=1_000.0))
        session.add(CalendarConnection(business_id=business.id, kind="local", calendar_id=""))
        campaign = Campaign(business_id=business.id, state="running", started_at=hands(), **cast["campaign"])
        session.add(campaign)
        session.flush()
        for touch in cast["touches"]:
            values = dict(touch)
            if (template := values.pop("whatsapp")) is not None:
                values["whatsapp_template_id"] = _template(session, business.id, template)
            session.add(Touch(campaign_id=campaign.id, **values))
        both = len({touch["variant"] for touch in cast["touches"]}) > 1
        ids = []
        for number, player in enumerate(cast["players"]):
            phone = f"+1212555{110 + number:04d}"
            contact = Contact(business_id=business.id, phone=phone, **_located(player, phone))
            contact.persons = [Person(**_dated(person)) for person in player["persons"]]
            session.add(contact)
            session.flush()
            session.add(ContactBasis(contact_id=contact.id, kind="consent", evidence="rehearsal"))
            session.add(
                Enrollment(
                    campaign_id=campaign.id,
                    contact_id=contact.id,
                    person_id=contact.persons[0].id,
                    variant="b" if both and number % 2 else "a",
                    score=player.get("score", 0.0),
                    tier=player.get("tier", ""),
                    due_at=hands(),
                )
            )
            network.add_phone(phone, label=player["label"])
            ids.append(contact.id)
        return ids


def _template(session: Any, business_id: int, values: dict[str, Any]) -> int:
    there = select(WhatsAppTemplate.id).where(WhatsAppTemplate.content_sid == values["content_sid"])
    if (known := session.scalar(there)) is not None:
        return int(known)
    row = WhatsAppTemplate(business_id=business_id, **values)
    session.add(row)
    session.flush()
    return row.id


def _located(player: dict[str, Any], phone: str) -> dict[str, Any]:
    """Where the player is; a sample contact is where its number says."""
    where = dict(player["contact"])
    if not where.get("zones") and "country" not in where:
        found = zones_of(phone)
        where |= {"zones": list(found.zones), "zones_source": found.source, "country": found.country or "US"}
    return where


def _dated(person: dict[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in _DATES and value else value
        for name, value in person.items()
    }


def _played(cast: dict[str, Any], players: list[int]) -> dict[str, Any]:
    told = []
    wrong: list[str] = []
    with reading() as session:
        for contact_id, player in zip(players, cast["players"], strict=True):
            contact = session.get_one(Contact, contact_id)
            where = whereabouts_of(contact)
            enrollment = session.scalars(select(Enrollment).where(Enrollment.contact_id == contact_id)).one()
            texts = session.scalars(
                select(Message)
                .where(Message.contact_id == contact_id, Message.direction == "out")
                .order_by(Message.sent_at, Message.id)
            ).all()
            sent = [text for text in texts if text.sent_at is not None]
            touches = [text.touch_id for text in sent if text.kind == "touch"]
            label = player["label"]
            if len(touches) != len(set(touches)):
                wrong.append(f"{label}: the same touch twice")
            wrong += [
                f"{label}: a text outside lawful hours"
                for text in sent
                if text.sent_at and not is_lawful(text.sent_at, where)
            ]
            if enrollment.outcome is None:
                wrong.append(f"{label}: the sequence has not ended")
            if not sent:
                why = enrollment.stopped_reason or "nothing was due"
                wrong.append(f"{label}: got no text at all ({why})")
            told.append(
                {
                    "label": label,
                    "variant": enrollment.variant,
                    "outcome": enrollment.outcome,
                    "texts": [
                        {
                            "at": text.sent_at.isoformat() if text.sent_at else None,
                            "channel": text.channel,
                            "text": text.body,
                            "sms_segments": text.segments,
                        }
                        for text in sent
                    ],
                }
            )
    return {"words": cast["words"], "players": told, "wrong": wrong}


if __name__ == "__main__":
    logs.configure(50)
    json.dump(play(json.load(sys.stdin)), sys.stdout)
