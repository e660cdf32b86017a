"""Campaigns: making one, and enrolling everybody who may be written to.

The work is done in sets, and who is enrolled is decided again by the inserting statement itself, behind a
lock on the business: of campaigns that start at the same moment, one gets a contact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, exists, insert, literal, or_, select
from sqlalchemy.orm import Session

from data import clock, crypto
from data.db import reading, writing
from data.models import (
    Appointment,
    Business,
    Campaign,
    Contact,
    ContactBasis,
    Conversation,
    Enrollment,
    Person,
    Suppression,
    Touch,
)
from data.models.base import Moment
from data.models.booking import LIVE

CHUNK = 2_000
"""So many contacts are enrolled by one statement; between two of them others may write."""


class UnusableTemplate(ValueError):
    """The text has a merge field that does not exist; the message names it."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many contacts a campaign took in, and how many it left out, by reason."""

    campaign: int
    enrolled: int
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The contacts that may get an opener, and how many may not, by reason."""

    eligible: list[int]
    left_out: Counter[str]


def launch(business_id: int, name: str, template: str) -> Enrolled:
    """Start a campaign as `start_campaign` does, in transactions of its own that hold nobody up for long."""
    with writing() as session:
        campaign = _open(session, business_id, name, template)
    with reading() as session:
        found = _sort(session, session.get_one(Business, business_id))
    enrolled = 0
    for chunk in _chunks(found.eligible):
        with writing() as session:
            enrolled += _enrol(session, business_id, campaign, chunk)
    return _summed(campaign, enrolled, found)


def start_campaign(session: Session, business: Business, name: str, template: str) -> Enrolled:
    """Start a campaign of one touch, or take the newly eligible into the one of that name.

    Safe to repeat, also at the same moment: nobody is in two campaigns. Raises UnusableTemplate.
    """
    campaign = _open(session, business.id, name, template)
    found = _sort(session, business)
    enrolled = sum(_enrol(session, business.id, campaign, chunk) for chunk in _chunks(found.eligible))
    return _summed(campaign, enrolled, found)


def fill_in(template: str, first_name: str, business: str) -> str:
    """A proactive text with its merge fields filled in. Raises UnusableTemplate."""
    try:
        return template.format(first_name=first_name, business=business)
    except (LookupError, ValueError, AttributeError) as error:
        raise UnusableTemplate(f"the text has {{first_name}} and {{business}} alone: {error}") from None


def _open(session: Session, business_id: int, name: str, template: str) -> int:
    """The campaign of that name, running; made with its one touch where there is none."""
    fill_in(template, "", "")
    _lock(session, business_id)
    campaign = session.scalar(
        select(Campaign).where(Campaign.business_id == business_id, Campaign.name == name)
    )
    if campaign is None:
        campaign = Campaign(business_id=business_id, name=name)
        session.add(campaign)
        session.flush()
        session.add(Touch(campaign_id=campaign.id, step=1, template=template))
    campaign.state = "running"
    session.flush()
    return campaign.id


def _lock(session: Session, business_id: int) -> None:
    """One at a time for this business, until the commit; whoever only refers to the row goes on."""
    session.execute(select(Business.id).where(Business.id == business_id).with_for_update(key_share=True))


def _sort(session: Session, business: Business) -> _Sorted:
    """All contacts of the business, sorted by whether they get an opener now."""
    today = clock.now().astimezone(ZoneInfo(business.timezone)).date()
    suppressed = _suppressed(session, business.id)
    rows = session.execute(
        select(
            Contact.id,
            Contact.phone,
            _has_basis(today).label("has_basis"),
            _in_a_campaign().label("in_a_campaign"),
            _booked(today).label("booked"),
            _talked().label("talked"),
        )
        .where(Contact.business_id == business.id)
        .order_by(Contact.id)
    )
    found, key = _Sorted([], Counter()), business.hash_key
    for contact, phone, has_basis, in_a_campaign, booked, talked in rows:
        reasons = (
            (not has_basis, "no_basis"),
            (in_a_campaign, "in_a_campaign"),
            (booked, "booked"),
            (talked, "in_conversation"),
        )
        reason = suppressed.get(crypto.keyed_hash(key, phone)) if suppressed else None
        reason = reason or next((name for applies, name in reasons if applies), None)
        if reason is None:
            found.eligible.append(contact)
        else:
            found.left_out[reason] += 1
    return found


def _suppressed(session: Session, business_id: int) -> dict[str, str]:
    """The reason for each hash that gets no SMS; one that holds on every channel comes first."""
    rows = session.execute(
        select(Suppression.phone_hash, Suppression.reason)
        .where(
            Suppression.business_id == business_id,
            Suppression.channel.in_(("all", "sms")),
            Suppression.lifted_at.is_(None),
        )
        .order_by(Suppression.channel.desc())  # "all" is read last and stays
    )
    return {row.phone_hash: row.reason for row in rows}


def _enrol(session: Session, business_id: int, campaign: int, contacts: Sequence[int]) -> int:
    """Enrol those of these contacts that nobody has enrolled or heard from meanwhile; how many they are."""
    _lock(session, business_id)
    still_eligible = select(
        literal(campaign), Contact.id, literal(clock.now(), Moment()).label("due_at")
    ).where(Contact.id.in_(contacts), ~_in_a_campaign(), ~_talked())
    done = session.execute(
        insert(Enrollment).from_select(["campaign_id", "contact_id", "due_at"], still_eligible),
        execution_options={"preserve_rowcount": True},
    )
    assert isinstance(done, CursorResult)
    return done.rowcount


def _summed(campaign: int, enrolled: int, found: _Sorted) -> Enrolled:
    left_out = found.left_out
    left_out["in_a_campaign"] += len(found.eligible) - enrolled
    return Enrolled(campaign, enrolled, {reason: count for reason, count in left_out.items() if count})


def _has_basis(today: date) -> ColumnElement[bool]:
    """Whether a recorded reason to be contacted is in force on a day of the business."""
    in_force = or_(ContactBasis.expires_on.is_(None), ContactBasis.expires_on >= today)
    return exists().where(ContactBasis.contact_id == Contact.id, in_force)


def _in_a_campaign() -> ColumnElement[bool]:
    return exists().where(Enrollment.contact_id == Contact.id)


def _booked(today: date) -> ColumnElement[bool]:
    visit = exists().where(Appointment.contact_id == Contact.id, Appointment.state.in_(LIVE))
    elsewhere = exists().where(Person.contact_id == Contact.id, Person.booked_until >= today)
    return or_(visit, elsewhere)


def _talked() -> ColumnElement[bool]:
    return exists().where(Conversation.contact_id == Contact.id, Conversation.last_inbound_at.is_not(None))


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
