"""What the pages of segments show: how many a rule means, who is left out and why, whom to telephone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.staff import words
from bot.staff.outreach_bars import Bar, bars, width
from data.models import Business, Contact, Conversation
from data.queries.inbox import names_of
from data.segments.choosing import REASONS, Chosen, choose
from data.segments.rule import Rule
from data.segments.score import Points, tiers
from data.segments.sieve import Candidate, Sieve

CALLS = 100
"""Contacts on the list of those to call."""


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to telephone instead: who, the number, why, and their conversation if there is one."""

    name: str
    phone: str
    why: str
    conversation: int | None


@dataclass(frozen=True, slots=True)
class Example:
    """Somebody who may be texted, with what the score is made of."""

    name: str
    score: float
    tier: str
    parts: tuple[Points, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a rule comes to at this moment. `tiers`: (tier, from which score, how many, bar)."""

    ready: int
    meant: int
    outside: int
    tiers: list[tuple[str, float, int, str]]
    left_out: list[Bar]
    calls: list[Call]
    more_calls: int
    examples: list[Example]


def count(session: Session, business: Business, rule: Rule, *, examples: bool = False) -> Counted:
    """Look through all contacts of the business."""
    chosen = choose(session, business, rule)
    by_tier = Counter(candidate.tier for candidate in chosen.candidates)
    ready = len(chosen.candidates)
    outside = chosen.left_out["not_in_segment"] + chosen.left_out["other_tier"]
    return Counted(
        ready=ready,
        meant=chosen.meant,
        outside=outside,
        tiers=[(tier, least, by_tier[tier], width(by_tier[tier], ready)) for tier, least in tiers()],
        left_out=_left_out(chosen),
        calls=_calls(session, chosen.to_call[:CALLS]),
        more_calls=max(0, len(chosen.to_call) - CALLS),
        examples=_examples(session, business, rule, chosen.candidates) if examples else [],
    )


def _examples(session: Session, business: Business, rule: Rule, candidates: list[Candidate]) -> list[Example]:
    """The most promising ones, one from the middle, and the least promising."""
    sieve, last = Sieve.of(session, business, rule), len(candidates) - 1
    places = sorted({0, 1, 2, last // 2, last} & set(range(len(candidates))))
    found = []
    for one in (candidates[place] for place in places):
        contact = session.get_one(Contact, one.contact)
        name = words.who(names_of(contact.persons), contact.phone)
        found.append(Example(name, one.score, one.tier, sieve.parts_of(session, one)))
    return found


def _left_out(chosen: Chosen) -> list[Bar]:
    return bars(
        (reason, REASONS.get(reason, words.plain(reason)), many)
        for reason, many in chosen.left_out.items()
        if reason not in ("not_in_segment", "other_tier")
    )


def _calls(session: Session, ids: list[int]) -> list[Call]:
    """In the order of their numbers, each with the reason that the rows give."""
    found = session.execute(
        select(Contact, Conversation)
        .outerjoin(Conversation, Conversation.contact_id == Contact.id)
        .where(Contact.id.in_(ids))
        .order_by(Contact.id)
    ).unique()
    return [
        Call(
            name=words.who(names_of(contact.persons), contact.phone),
            phone=words.number(contact.phone),
            why=_why(contact, conversation),
            conversation=conversation.id if conversation is not None else None,
        )
        for contact, conversation in found
    ]


def _why(contact: Contact, conversation: Conversation | None) -> str:
    if conversation is not None and conversation.closed_reason == "bad_experience":
        return "told us of a bad experience"
    if any(person.unhappy for person in contact.persons):
        return "unhappy, as your list or staff say"
    return "complained in a text"
