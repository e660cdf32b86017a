"""Taking candidates into a campaign: asked once more behind a lock, then written with variant and moment."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from actions.allowed_hours import OpenTimes, next_allowed
from actions.lawful_hours import NoLawfulTimeError
from actions.lawful_table import LawfulTable
from data import clock
from data.models import Business, Campaign, Contact, Conversation, Enrollment, Touch
from data.queries.enrollments import is_open
from data.queries.locks import lock_business
from data.segments.sieve import TALKED_WITHIN, Candidate
from data.whereabouts import Whereabouts
from scheduler.gather import lawful_table_of, profile_of

CHUNK = 1_000
"""So many contacts are written by one statement."""


@dataclass(slots=True)
class Taken:
    """What has become of some candidates."""

    active: int = 0
    held: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Moments:
    """When each place may next be texted, worked out once a place: thousands of contacts share a few."""

    now: datetime
    table: LawfulTable
    open_times: OpenTimes | None
    _known: dict[Whereabouts, datetime | None] = field(default_factory=dict)

    @classmethod
    def of(cls, business: Business, campaign: Campaign) -> Moments:
        """By the business's table, and its opening hours where the campaign keeps to them."""
        opened = OpenTimes(profile_of(business), business.country, business.timezone)
        return cls(clock.now(), lawful_table_of(business), opened if campaign.in_business_hours else None)

    def next(self, where: Whereabouts) -> datetime | None:
        """The next moment that is allowed there, UTC; None where none within a month is."""
        if where not in self._known:
            try:
                self._known[where] = next_allowed(self.now, where, self.table, self.open_times)
            except NoLawfulTimeError:
                self._known[where] = None
        return self._known[where]


@dataclass(slots=True)
class Door:
    """The way into one campaign. With a pilot that is not over everybody is held at first."""

    campaign: int
    business: int
    moments: Moments
    variants: bool
    pilot: int | None

    @classmethod
    def of(cls, session: Session, business: Business, campaign: Campaign) -> Door:
        """The way into a campaign as it is now."""
        second = exists().where(Touch.campaign_id == campaign.id, Touch.variant == "b")
        return cls(
            campaign.id,
            business.id,
            Moments.of(business, campaign),
            bool(session.scalar(select(second))),
            campaign.pilot_size if campaign.released_at is None else None,
        )

    def take_in(self, session: Session, candidates: Sequence[Candidate]) -> Taken:
        """Enrol those whom nobody has enrolled or heard from meanwhile, in this transaction."""
        taken = Taken()
        reachable = [one for one in candidates if self.moments.next(one.where) is not None]
        taken.left_out["no_lawful_time"] = len(candidates) - len(reachable)
        if not reachable:
            return taken
        lock_business(session, self.business)
        if self._ended(session):
            taken.left_out["campaign_ended"] = len(reachable)
            return taken
        free = self._free(session, [one.contact for one in reachable])
        rows = [self._row(one) for one in reachable if one.contact in free]
        for first in range(0, len(rows), CHUNK):
            session.execute(insert(Enrollment), rows[first : first + CHUNK])
        taken.left_out["busy"] = len(reachable) - len(rows)
        if self.pilot is None:
            taken.active = len(rows)
        else:
            taken.held = len(rows)
        return taken

    def _ended(self, session: Session) -> bool:
        """Whether the campaign is over; whoever is about to end it waits for our commit."""
        state = select(Campaign.state).where(Campaign.id == self.campaign)
        return session.scalar(state.with_for_update(read=True)) in (None, "done")

    def _free(self, session: Session, contacts: Sequence[int]) -> set[int]:
        """Those of these contacts that may still be taken in.

        Their rows are locked first: a text of theirs that arrives from now on waits for the commit, and then
        finds the enrollment that it stops. Whoever is being worked on at the moment is left for another time.
        """
        free: set[int] = set()
        for first in range(0, len(contacts), CHUNK):
            some = contacts[first : first + CHUNK]
            locked = session.scalars(
                select(Contact.id)
                .where(Contact.id.in_(some))
                .with_for_update(skip_locked=True, key_share=True)
            ).all()
            elsewhere = (Enrollment.contact_id == Contact.id) & is_open()
            in_this = (Enrollment.contact_id == Contact.id) & (Enrollment.campaign_id == self.campaign)
            talked = (Conversation.contact_id == Contact.id) & (
                Conversation.last_inbound_at > self.moments.now - TALKED_WITHIN
            )
            free.update(
                session.scalars(
                    select(Contact.id).where(
                        Contact.id.in_(locked),
                        ~exists().where(elsewhere),
                        ~exists().where(in_this),
                        ~exists().where(talked),
                    )
                )
            )
        return free

    def _row(self, one: Candidate) -> dict[str, Any]:
        due_at = self.moments.next(one.where) if self.pilot is None else None
        return {
            "campaign_id": self.campaign,
            "contact_id": one.contact,
            "person_id": one.person,
            "score": one.score,
            "tier": one.tier,
            "variant": variant_of(self.campaign, one.contact) if self.variants else "a",
            "state": "active" if self.pilot is None else "held",
            "due_at": due_at,
            # whose moment has come stands in the queue at once: the best of all are to go first
            "queued": due_at is not None and due_at <= self.moments.now,
        }


def variant_of(campaign: int, contact: int) -> str:
    """`a` or `b`, evenly, and the same at every look: by a hash of both."""
    digest = hashlib.sha256(f"{campaign}:{contact}".encode()).digest()
    return "ab"[digest[0] & 1]
