"""The cast of a dry run: the campaign as it stands, and a few of its contacts under other numbers.

As plain JSON values, since the play runs in a process of its own (bot/rehearsal/sequence.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from data import clock
from data.models import Business, Campaign, Contact, Person, WhatsAppTemplate
from scheduler.campaigns.sample import Sampled, sample
from scheduler.campaigns.words import fingerprint_of, touches_of

PLAYERS = 6
"""So many contacts play; they stand for the rest of the list by what is most unlike in them."""

LOOKED_AT = 2_000
"""Among so many of the best the players are looked for."""

_OF_BUSINESS = ("name", "phone", "address", "country", "timezone", "trade", "profile", "lawful_table")
_OF_CAMPAIGN = (
    "name", "brief", "channel", "sms_after_hours", "in_business_hours", "differs_in", "cooling_off_days",
)  # fmt: skip
_OF_TOUCH = ("step", "variant", "day", "angle", "template", "tiers", "is_last")
_OF_TEMPLATE = ("name", "content_sid", "language", "category", "body", "variables", "approval")
_OF_CONTACT = (
    "country", "state", "postal_code", "timezone", "zones", "zones_source", "preferred_time",
)  # fmt: skip
_OF_PERSON = (
    "first_name", "last_name", "relationship", "last_visit", "last_service", "value", "quoted_on",
    "enquired_on", "due_on", "visits", "extra",
)  # fmt: skip
_SAMPLE = {"label": "a sample contact", "contact": {"zones": []}, "persons": [{"first_name": "Sample"}]}


def cast_of(session: Session, campaign: Campaign) -> dict[str, Any]:
    """Everything that the play needs; no number and no address of a contact is in it."""
    business = session.get_one(Business, campaign.business_id)
    templates = {
        template.id: _values(template, _OF_TEMPLATE)
        for template in session.scalars(
            select(WhatsAppTemplate).where(WhatsAppTemplate.business_id == business.id)
        )
    }
    return {
        "now": clock.now().isoformat(),
        "words": fingerprint_of(session, campaign),
        "business": _values(business, _OF_BUSINESS),
        "campaign": _values(campaign, _OF_CAMPAIGN),
        "touches": [
            _values(touch, _OF_TOUCH) | {"whatsapp": templates.get(touch.whatsapp_template_id or 0)}
            for touch in touches_of(session, campaign.id)
        ],
        "players": _players(session, campaign) or [_SAMPLE],
    }


def _players(session: Session, campaign: Campaign) -> list[dict[str, Any]]:
    players = []
    for label, one in _unlike(list(sample(session, campaign, LOOKED_AT))):
        persons = sorted(one.contact.persons, key=lambda person: person is not one.person)
        players.append(
            {
                "label": label,
                "contact": _values(one.contact, _OF_CONTACT),
                "persons": [_values(person, _OF_PERSON) for person in persons],
                "tier": one.tier,
                "score": one.score,
            }
        )
    return players


def _unlike(in_order: list[Sampled]) -> list[tuple[str, Sampled]]:
    """A few contacts that differ most from one another, each with what it stands for."""
    lengths = sorted(in_order, key=lambda one: -len(_name(one)))
    wanted = [
        ("the most promising", in_order[:1]),
        ("the least promising", in_order[-1:]),
        ("the longest name", lengths[:1]),
        ("no name on record", [one for one in in_order if not _name(one)]),
        ("a household", [one for one in in_order if len(one.contact.persons) > 1]),
        ("a zone that is not certain", [one for one in in_order if len(one.contact.zones) != 1]),
        ("a name beyond plain letters", [one for one in in_order if not _name(one).isascii()]),
    ]
    found: dict[int, tuple[str, Sampled]] = {}
    for label, fitting in wanted:
        if fitting and len(found) < PLAYERS:
            found.setdefault(fitting[0].contact.id, (label, fitting[0]))
    return list(found.values())


def _name(one: Sampled) -> str:
    return "".join(person.first_name for person in one.contact.persons[:1])


def _values(row: Business | Campaign | Contact | Person | Any, names: Iterable[str]) -> dict[str, Any]:
    known = inspect(row).mapper.column_attrs.keys()
    return {name: _plain(getattr(row, name)) for name in names if name in known}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
