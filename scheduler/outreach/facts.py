"""What the rows say of many touches at once, for the guards: a few questions, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from actions.allowed_hours import OpenTimes
from actions.frequency import MONTH, Caps, Lately
from actions.guards import Drop, Leave, Standing, Wait, may_leave
from data import clock, crypto
from data.message_states import KINDS, TERMINAL
from data.models import (
    Appointment,
    Business,
    Campaign,
    Contact,
    Conversation,
    Enrollment,
    Handoff,
    Message,
    Suppression,
)
from data.models.booking import LIVE
from scheduler.campaigns.taking_back import is_withdrawn
from scheduler.gather import lawful_table_of, profile_of, whereabouts_of
from scheduler.outreach.sequence import Progress, over_for

KIND = "touch"
STARTED = tuple(name for name, kind in KINDS.items() if kind.proactive)
NEVER_LEFT = tuple(TERMINAL - {"unknown"})

Verdict = Leave | Wait | Drop


def _ids(name: str) -> Any:
    return bindparam(name, expanding=True)


_CONVERSATIONS = select(
    Conversation.id,
    Conversation.contact_id,
    Conversation.state,
    Conversation.channel,
    Conversation.staff_took_over_at,
    Conversation.frozen_at,
    Conversation.closed_reason,
    Conversation.last_inbound_at,
    Conversation.last_whatsapp_inbound_at,
).where(Conversation.contact_id.in_(_ids("contacts")))
_SUPPRESSED = select(Suppression.phone_hash, Suppression.channel, Suppression.reason).where(
    Suppression.business_id == bindparam("business"),
    Suppression.phone_hash.in_(_ids("hashes")),
    Suppression.lifted_at.is_(None),
)
_HANDOFFS = select(Handoff.conversation_id).where(
    Handoff.conversation_id.in_(_ids("conversations")), Handoff.closed_at.is_(None), Handoff.silent
)
_VISITS = select(Appointment.contact_id).where(
    Appointment.contact_id.in_(_ids("contacts")),
    Appointment.state.in_(LIVE),
    Appointment.end_at > bindparam("now", type_=Appointment.end_at.type),
)
_STARTED = select(
    Message.id,
    Message.contact_id,
    Message.kind,
    Message.channel,
    Message.enrollment_id,
    Message.state,
    Message.sent_at,
    Message.created_at,
).where(
    Message.contact_id.in_(_ids("contacts")),
    Message.direction == "out",
    Message.kind.in_(STARTED),
    Message.state.not_in(NEVER_LEFT),
    Message.created_at > bindparam("since", type_=Message.created_at.type),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A touch that wants to leave. `message` is its row's id where it is in the outbox already."""

    contact: Contact
    enrollment: Enrollment | None
    campaign: Campaign | None
    channel: str = "sms"
    queued_at: datetime | None = None
    templated: bool = False
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The rows about some contacts, by contact (suppressions by hash)."""

    conversations: dict[int, Any]
    suppressed: dict[str, dict[str, str]]
    with_staff: frozenset[int]
    visiting: frozenset[int]
    started: dict[int, list[Any]]


def verdicts(session: Session, business: Business, texts: Sequence[Text]) -> list[Verdict]:
    """What the guards say at this moment about each of these touches."""
    known = look_up(session, business, [text.contact for text in texts])
    return [verdict_on(business, text, known) for text in texts]


def verdict_on(business: Business, text: Text, known: Known) -> Verdict:
    """The guards' word on one touch, from what is known."""
    where, table = whereabouts_of(text.contact), lawful_table_of(business)
    hours = None
    if text.campaign is not None and text.campaign.in_business_hours:
        hours = OpenTimes(profile_of(business), business.country, business.timezone)
    standing = standing_of(business, text, known)
    return may_leave(KIND, text.channel, standing, where, clock.now(), table, open_times=hours)


def standing_of(business: Business, text: Text, known: Known) -> Standing:
    """What the rows say of one touch and its contact."""
    contact, conversation = text.contact, known.conversations.get(text.contact.id)
    enrollment, campaign = text.enrollment, text.campaign
    reasons = known.suppressed.get(crypto.keyed_hash(business.hash_key, contact.phone), {})
    over = (enrollment is not None and enrollment.state == "stopped") or (
        campaign is not None and campaign.state == "done"
    )
    holds = campaign is None or campaign.state == "running"
    if campaign is not None and text.queued_at is not None and is_withdrawn(campaign, text.queued_at):
        holds = False  # until it is worded anew (scheduler/outreach/claims.py)
    ended, inbound = None, conversation.last_inbound_at if conversation else None
    if text.queued_at is not None and inbound is not None and inbound > text.queued_at:
        ended = "replied"
    elif over:
        ended = (enrollment and enrollment.stopped_reason) or "campaign_ended"
    elif enrollment is not None and enrollment.state == "active":
        zone = ZoneInfo(business.timezone)
        progress = _progress(contact, enrollment, conversation, known, zone)
        ended = over_for(progress, clock.now().astimezone(zone).date())
    return Standing(
        suppressed_for=reasons.get("all") or reasons.get(text.channel),
        staff_took_over=conversation is not None and conversation.staff_took_over_at is not None,
        silenced=conversation is not None and conversation.id in known.with_staff,
        frozen=conversation is not None and conversation.frozen_at is not None,
        paused=not holds,
        closed=conversation is not None and conversation.closed_reason is not None,
        superseded=contact.id in known.visiting,
        last_inbound_at=inbound,
        whatsapp_inbound_at=conversation.last_whatsapp_inbound_at if conversation else None,
        templated=text.templated,
        queued_at=text.queued_at,
        ended=ended,
        lately=lately_of(known.started.get(contact.id, ()), text.message),
        caps=caps_of(business),
    )


def _progress(
    contact: Contact, enrollment: Enrollment, conversation: Any, known: Known, zone: ZoneInfo
) -> Progress:
    visits = [person.last_visit for person in contact.persons if person.last_visit]
    booked = [person.booked_until for person in contact.persons if person.booked_until]
    return Progress(
        enrolled_at=enrollment.created_at,
        enrolled_on=enrollment.created_at.astimezone(zone).date(),
        began_at=enrollment.began_at,
        last_inbound_at=conversation.last_inbound_at if conversation else None,
        called_at=contact.called_at,
        last_visit=max(visits, default=None),
        booked_until=max(booked, default=None),
        archived=contact.archived_at is not None,
        with_staff=conversation is not None and conversation.id in known.with_staff,
        staff_took_over=conversation is not None and conversation.staff_took_over_at is not None,
        frozen=conversation is not None and conversation.frozen_at is not None,
    )


def caps_of(business: Business) -> Caps:
    """The owner's ceilings."""
    profile = profile_of(business)
    return Caps(profile.touch_gap_days, profile.most_touches_in_30_days, profile.most_proactive_per_day)


def lately_of(rows: Iterable[Any], own: int | None) -> Lately:
    """What the business has started with a contact lately. What only waits in the outbox counts where the
    text in question does not wait there itself: of two in it the first one leaves."""
    counted = [row for row in rows if row.id != own and (own is None or row.state != "queued")]
    moments = [(row.kind, row.sent_at or row.created_at) for row in counted]
    return Lately(tuple(at for kind, at in moments if kind == KIND), tuple(at for _, at in moments))


def look_up(session: Session, business: Business, contacts: Collection[Contact]) -> Known:
    """Read what is to be known about these contacts."""
    ids = [contact.id for contact in contacts]
    hashes = [crypto.keyed_hash(business.hash_key, contact.phone) for contact in contacts]
    conversations = {row.contact_id: row for row in session.execute(_CONVERSATIONS, {"contacts": ids})}
    suppressed: dict[str, dict[str, str]] = {}
    for row in session.execute(_SUPPRESSED, {"business": business.id, "hashes": hashes}):
        suppressed.setdefault(row.phone_hash, {})[row.channel] = row.reason
    with_staff = (
        session.scalars(_HANDOFFS, {"conversations": [row.id for row in conversations.values()]})
        if conversations
        else ()
    )
    visiting = session.scalars(_VISITS, {"contacts": ids, "now": clock.now()})
    return Known(
        conversations, suppressed, frozenset(with_staff), frozenset(visiting), started_lately(session, ids)
    )


def started_lately(session: Session, contacts: Collection[int]) -> dict[int, list[Any]]:
    """What the business has started with these contacts in the last 30 days, by contact."""
    since = clock.now() - MONTH - timedelta(days=3)  # it may have left days after it was written
    found: dict[int, list[Any]] = {}
    for row in session.execute(_STARTED, {"contacts": list(contacts), "since": since}):
        found.setdefault(row.contact_id, []).append(row)
    return found
