"""Real contacts of a campaign to look at its words with: those enrolled, else those whom its rule means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Business, Campaign, Contact, Enrollment, Person
from data.segments.rule import read_rule
from data.segments.sieve import Sieve

CHUNK = 500
"""Contacts that are loaded with one question."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A contact, the person whom the words are about, and how promising the two are."""

    contact: Contact
    person: Person | None
    tier: str
    score: float


def sample(session: Session, campaign: Campaign, most: int) -> Iterator[Sampled]:
    """Up to `most` contacts; they are read as they are asked for. Raises UnusableRule."""
    chosen = _enrolled(session, campaign, most) or list(islice(_meant(session, campaign), most))
    waiting = iter(chosen)
    while some := list(islice(waiting, CHUNK)):
        rows = session.scalars(select(Contact).where(Contact.id.in_([one[0] for one in some])))
        contacts = {row.id: row for row in rows}
        for contact_id, person_id, tier, score in some:
            if (contact := contacts.get(contact_id)) is not None:
                yield Sampled(contact, _person(contact.persons, person_id), tier, score)


Row = tuple[int, int | None, str, float]


def _enrolled(session: Session, campaign: Campaign, most: int) -> list[Row]:
    of_it = select(Enrollment.contact_id, Enrollment.person_id, Enrollment.tier, Enrollment.score)
    rows = of_it.where(Enrollment.campaign_id == campaign.id).order_by(Enrollment.score.desc()).limit(most)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(rows)]


def _meant(session: Session, campaign: Campaign) -> Iterator[Row]:
    business = session.get_one(Business, campaign.business_id)
    sieve = Sieve.of(session, business, read_rule(campaign.rule), campaign=campaign)
    for stretch in sieve.stretches(session):
        for one in sorted(stretch.candidates, key=lambda candidate: -candidate.score):
            yield one.contact, one.person, one.tier, one.score


def _person(persons: Iterable[Person], wanted: int | None) -> Person | None:
    return next((person for person in persons if person.id == wanted), None)
