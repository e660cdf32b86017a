"""Enrolling: taking in everybody whom a campaign means and who may be texted, each with the person meant.

Work is done in sets, and whether somebody may still be taken in is decided again behind a lock on the
business: of campaigns that start at the same moment, one gets a contact. Everything is safe to repeat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from data.db import reading, writing
from data.models import Business, Campaign
from data.segments.rule import read_rule
from data.segments.sieve import Candidate, Chosen, Sieve
from scheduler.campaigns.letting_go import let_go, send_ahead
from scheduler.campaigns.one_touch import open_one_touch
from scheduler.campaigns.taking_in import Door, Taken

CHUNK = 1_000
"""So many contacts are taken in by one transaction; between two of them others may write."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What an enrolling has done: how many it has newly taken in, and how many of the campaign's are held.

    `left_out` counts the others by reason (data/segments/left_out.py); `to_call` are the contacts whom a
    person should telephone instead.
    """

    campaign: int
    enrolled: int
    held: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    to_call: tuple[int, ...] = ()


def begin(session: Session, business: Business, name: str, template: str) -> Enrolled:
    """Start a campaign of one touch, or take the newly eligible into the one of that name.

    Safe to repeat, also at the same moment: nobody is in two campaigns. Raises UnusableText.
    """
    campaign = open_one_touch(session, business, name, template)
    sieve, door = _prepared(session, campaign)
    sums = Sums(campaign.id)
    for part in sieve.stretches(session):
        sums.note(part)
        for chunk in _chunks(part.candidates):
            sums.add(door.take_in(session, chunk))
    return sums.result()


def enrol(campaign_id: int, *, attested_only: bool = False) -> Enrolled:
    """Take in everybody whom the campaign means and who is not in it yet; in transactions of its own.

    With a pilot the best go ahead, and the others are held until `release`. Raises UnusableRule.
    """
    going = Enrolling.of(campaign_id, attested_only=attested_only)
    while going.step():
        pass
    return going.finish()


def release(session: Session, campaign_id: int) -> int:
    """After a pilot: those who were held may go, from their next allowed moment on; how many they are."""
    campaign = session.get_one(Campaign, campaign_id)
    door = Door.of(session, session.get_one(Business, campaign.business_id), campaign)
    return let_go(session, door)


@dataclass(slots=True)
class Enrolling:
    """An enrolling on its way: a stretch of contacts a step, so that it may stop and go on later."""

    sieve: Sieve
    door: Door
    sums: Sums
    after: int = 0
    """The contacts beyond this one are still to be looked at; -1: none are."""

    @classmethod
    def of(cls, campaign_id: int, *, after: int = 0, attested_only: bool = False) -> Enrolling:
        """The enrolling into a campaign, from the contacts beyond `after` on. Raises UnusableRule."""
        with reading() as session:
            campaign = session.get_one(Campaign, campaign_id)
            sieve, door = _prepared(session, campaign, attested_only=attested_only)
        return cls(sieve, door, Sums(campaign_id), after)

    def step(self) -> bool:
        """Look at the next stretch of contacts and take in whom it holds; whether there is more."""
        with reading() as session:
            self.after, part = self.sieve.next(session, self.after)
        self.sums.note(part)
        for chunk in _chunks(part.candidates):
            with writing() as session:
                self.sums.add(self.door.take_in(session, chunk))
        return self.after >= 0

    def finish(self) -> Enrolled:
        """Once all were looked at: of a pilot the best go ahead.

        If it was released while we were at it, whom we held since would be held for good: they go, too.
        """
        with writing() as session:
            campaign = session.get_one(Campaign, self.door.campaign)
            if campaign.pilot_size is not None:
                ahead = (
                    send_ahead(session, self.door, campaign.pilot_size)
                    if campaign.released_at is None
                    else let_go(session, self.door)
                )
                self.sums.enrolled += ahead
                self.sums.held = max(0, self.sums.held - ahead)
        return self.sums.result()


def _prepared(session: Session, campaign: Campaign, *, attested_only: bool = False) -> tuple[Sieve, Door]:
    business = session.get_one(Business, campaign.business_id)
    rule = read_rule(campaign.rule)
    sieve = Sieve.of(session, business, rule, campaign=campaign, attested_only=attested_only)
    return sieve, Door.of(session, business, campaign)


def _chunks(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    for first in range(0, len(candidates), CHUNK):
        yield candidates[first : first + CHUNK]


@dataclass(slots=True)
class Sums:
    """What has come of it so far."""

    campaign: int
    enrolled: int = 0
    held: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    to_call: list[int] = field(default_factory=list)

    def note(self, part: Chosen) -> None:
        self.left_out += part.left_out
        self.to_call += part.to_call

    def add(self, taken: Taken) -> None:
        self.enrolled += taken.active
        self.held += taken.held
        self.left_out += taken.left_out

    def join(self, other: Sums) -> None:
        self.enrolled += other.enrolled
        self.held += other.held
        self.left_out += other.left_out
        self.to_call += other.to_call

    def result(self) -> Enrolled:
        return Enrolled(self.campaign, self.enrolled, self.held, dict(self.left_out), tuple(self.to_call))
