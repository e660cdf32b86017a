"""The sieve that contacts pass, a stretch of them at a time: who is a candidate, and why others are not.

What holds for all contacts is read once. The reasons go from what is for good to what is for now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import clock, crypto
from data.models import Business, Campaign, ImportBatch, Suppression
from data.models.campaign import WHATSAPP_FIRST
from data.profile import Profile
from data.segments.facts import NOTHING, Facts
from data.segments.lookups import Asked, Known, extras, stretch, top_value
from data.segments.rule import Rule, why_not
from data.segments.score import Points, Scale, score
from data.whereabouts import Source, Whereabouts

CHUNK = 2_000
"""So many contacts are looked at with one set of questions."""

TALKED_WITHIN = timedelta(days=90)
"""Whoever has written within so long is in a conversation, and gets no sequence."""


class Candidate(NamedTuple):
    """A contact who may be taken in, for the sake of which person, and how promising."""

    contact: int
    person: int | None
    score: float
    tier: str
    where: Whereabouts = Whereabouts()


@dataclass(slots=True)
class Chosen:
    """Those who may be taken in, best first; how many may not, by reason; whom to telephone instead."""

    candidates: list[Candidate] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    to_call: list[int] = field(default_factory=list)

    @property
    def meant(self) -> int:
        """How many contacts the rule means, those who are left out for now included."""
        others = sum(self.left_out.values()) - self.left_out["not_in_segment"] - self.left_out["other_tier"]
        return len(self.candidates) + others


@dataclass(slots=True)
class Sieve:
    """One pass: what holds for all contacts, so that each stretch may be read in a session of its own."""

    rule: Rule
    asked: Asked
    hash_key: bytes
    suppressed: Mapping[str, str]
    scale: Scale
    most_touches: int
    campaign: int | None = None
    unattested: frozenset[int] = frozenset()
    _places: dict[tuple[Any, ...], Whereabouts] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        session: Session,
        business: Business,
        rule: Rule,
        *,
        campaign: Campaign | None = None,
        attested_only: bool = False,
    ) -> Sieve:
        """The sieve of a rule at this moment."""
        now, zone = clock.now(), ZoneInfo(business.timezone)
        quiet = timedelta(days=rule.quiet_days)
        asked = Asked(business.id, zone, now, quiet, rule.needs_extra, now.astimezone(zone).date())
        return cls(
            rule,
            asked,
            business.hash_key,
            _suppressed(session, business.id, campaign.channel if campaign else "sms"),
            Scale(top_value(session, business)),
            Profile.model_validate(business.profile).most_touches_in_30_days,
            campaign.id if campaign else None,
            _unattested(session, business.id) if attested_only else frozenset(),
        )

    def stretches(self, session: Session) -> Iterator[Chosen]:
        """All contacts of the business, a stretch at a time."""
        after = 0
        while after >= 0:
            after, part = self.next(session, after)
            yield part

    def next(self, session: Session, after: int) -> tuple[int, Chosen]:
        """The stretch of contacts beyond `after`, and where to go on: -1 where this is the last."""
        found = stretch(session, self.asked, after, CHUNK)
        part = Chosen()
        if not found:
            return -1, part
        last = next(reversed(found))
        columns = extras(session, next(iter(found)), last) if self.asked.extra else {}
        for contact, known in found.items():
            best = self.judge(known, columns)
            if isinstance(best, Candidate):
                part.candidates.append(best)
                continue
            part.left_out[best] += 1
            if best == "unhappy":
                part.to_call.append(contact)
        return (last if len(found) == CHUNK else -1), part

    def parts_of(self, session: Session, candidate: Candidate) -> tuple[Points, ...]:
        """What a candidate's score is made of, for whoever asks why."""
        known = stretch(session, self.asked, candidate.contact - 1, 1).get(candidate.contact)
        person = next((one for one in known.persons if one.id == candidate.person), None) if known else None
        if known is None or person is None:
            return ()
        return score(_facts(known, person, NOTHING), self.rule.weights, self.asked.today, self.scale).parts

    def judge(self, known: Known, columns: Mapping[int, Mapping[str, Any]]) -> Candidate | str:
        """The candidate that a number makes, or why it makes none."""
        meant, reason = [], "not_in_segment"
        for person in known.persons:
            facts = _facts(known, person, columns.get(person.id, NOTHING))
            refused = why_not(self.rule, facts, self.asked.today)
            if refused is None:
                meant.append((person.id, facts))
            elif refused != "not_in_segment":
                reason = refused
        if not meant and reason == "not_in_segment":
            return reason
        blocked = self._blocked(known) or (None if meant else reason) or self._not_now(known)
        return blocked or self._best(known, meant)

    def _best(self, known: Known, meant: list[tuple[int, Facts]]) -> Candidate | str:
        scored = []
        for person, facts in meant:
            value, tier, _ = score(facts, self.rule.weights, self.asked.today, self.scale)
            if not self.rule.tiers or tier in self.rule.tiers:
                scored.append((value, -person, tier))
        if not scored:
            return "other_tier"
        value, person, tier = max(scored)
        return Candidate(known.row.id, -person, value, tier, self._where(known.row))

    def _blocked(self, known: Known) -> str | None:
        """Why nothing proactive may reach this number at all."""
        if self.suppressed:
            reason = self.suppressed.get(crypto.keyed_hash(self.hash_key, known.row.phone))
            if reason is not None:
                return reason
        if not known.basis:
            return "basis_expired" if known.had_basis else "no_basis"
        return "unattested" if known.row.import_batch_id in self.unattested else None

    def _not_now(self, known: Known) -> str | None:
        """Why no campaign takes in this number, or not at present."""
        row, now = known.row, self.asked.now
        if known.complained or known.closed_reason == "bad_experience" or _unhappy(known):
            return "unhappy"
        if known.closed_reason is not None:
            return "declined"
        if known.booked:
            return "booked"
        for campaign, open_ in known.enrolled_in:
            if campaign == self.campaign:
                return "already_in_it"
            if open_:
                return "in_a_campaign"
        if known.with_staff:
            return "with_staff"
        if known.callback or (known.replied_at is not None and known.replied_at > now - TALKED_WITHIN):
            return "in_conversation"
        if row.reassigned:
            return "reassigned"
        if row.archived_at is not None:
            return "archived"
        if row.cool_until is not None and row.cool_until >= self.asked.today:
            return "cooling_off"
        if known.texted_at is not None and known.texted_at > now - self.asked.quiet:
            return "recently_contacted"
        return "frequency_cap" if known.touches >= self.most_touches else None

    def _where(self, row: Any) -> Whereabouts:
        """Where the number might be; contacts of one place share it."""
        key = (tuple(row.zones), row.zones_source, row.state, row.country)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Whereabouts(key[0], cast(Source, key[1]), key[2], key[3])
        return place


def _unhappy(known: Known) -> bool:
    return any(person.unhappy for person in known.persons)


def _facts(known: Known, person: Any, extra: Mapping[str, Any]) -> Facts:
    """What the rule may look at; a visit booked through us counts as one, whatever the list says."""
    last_visit = person.last_visit
    if known.visited:
        ours = [day for day in (known.visited.get(person.id), known.visited.get(None)) if day]
        last_visit = max([*ours, last_visit] if last_visit else ours, default=None)
    row = known.row
    return Facts(
        person.relationship,
        last_visit,
        person.quoted_on,
        person.enquired_on,
        person.due_on,
        person.last_service,
        person.value,
        person.visits,
        row.country,
        row.state,
        row.postal_code,
        known.basis,
        known.replied_at is not None,
        extra,
    )


def _suppressed(session: Session, business: int, channel: str) -> dict[str, str]:
    """Hash -> why it gets nothing of a campaign on this channel.

    Where WhatsApp goes first, a number is out only when both channels are; a reason that holds on all
    channels comes before one of a single channel.
    """
    rows = session.execute(
        select(Suppression.phone_hash, Suppression.channel, Suppression.reason).where(
            Suppression.business_id == business, Suppression.lifted_at.is_(None)
        )
    )
    by_hash: dict[str, dict[str, str]] = {}
    for hashed, where, reason in rows:
        by_hash.setdefault(hashed, {})[where] = reason
    needed = {"sms", "whatsapp"} if channel == WHATSAPP_FIRST else {"sms"}
    return {
        hashed: reasons.get("all") or reasons["sms"]
        for hashed, reasons in by_hash.items()
        if "all" in reasons or needed <= reasons.keys()
    }


def _unattested(session: Session, business: int) -> frozenset[int]:
    wanted = select(ImportBatch.id).where(ImportBatch.business_id == business, ImportBatch.attested_by == "")
    return frozenset(session.scalars(wanted))
