"""Campaigns: making one, and enrolling everybody who may be written to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from data import clock
from data.models import (
    Appointment,
    Business,
    Campaign,
    Contact,
    ContactBasis,
    Conversation,
    Enrollment,
    Person,
    Touch,
)
from data.queries.suppressions import suppressed_for


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many contacts a campaign took in, and how many it left out, by reason."""

    campaign: int
    enrolled: int
    left_out: dict[str, int]


def start_campaign(session: Session, business: Business, name: str, template: str) -> Enrolled:
    """Start a campaign of one touch, or take the newly eligible into the one of that name."""
    campaign = session.scalar(
        select(Campaign).where(Campaign.business_id == business.id, Campaign.name == name)
    )
    if campaign is None:
        campaign = Campaign(business_id=business.id, name=name)
        session.add(campaign)
        session.flush()
        session.add(Touch(campaign_id=campaign.id, step=1, template=template))
    campaign.state = "running"
    enrolled, left_out = 0, dict[str, int]()
    for contact in session.scalars(
        select(Contact).where(Contact.business_id == business.id).order_by(Contact.id)
    ):
        reason = left_out_for(session, business, contact)
        if reason is None:
            session.add(Enrollment(campaign_id=campaign.id, contact_id=contact.id, due_at=clock.now()))
            enrolled += 1
        else:
            left_out[reason] = left_out.get(reason, 0) + 1
    session.flush()
    return Enrolled(campaign.id, enrolled, left_out)


def left_out_for(session: Session, business: Business, contact: Contact) -> str | None:
    """Why a contact gets no opener now; None where it may."""
    today = clock.now().date()
    in_a_campaign = exists().where(Enrollment.contact_id == contact.id)
    visit = exists().where(
        Appointment.contact_id == contact.id, Appointment.state.in_(("booking", "booked", "moving"))
    )
    talked = exists().where(Conversation.contact_id == contact.id, Conversation.last_inbound_at.is_not(None))
    if reason := suppressed_for(session, business, contact.phone, "sms"):
        return reason
    if not has_basis(session, contact.id, today):
        return "no_basis"
    if session.scalar(select(in_a_campaign)):
        return "in_a_campaign"
    if session.scalar(select(visit)) or session.scalar(select(_booked_elsewhere(contact.id, today))):
        return "booked"
    return "in_conversation" if session.scalar(select(talked)) else None


def has_basis(session: Session, contact_id: int, today: date) -> bool:
    """Whether a recorded reason to be contacted is in force."""
    rows = session.scalars(select(ContactBasis).where(ContactBasis.contact_id == contact_id))
    return any(row.expires_on is None or row.expires_on >= today for row in rows)


def _booked_elsewhere(contact_id: int, today: date):  # type: ignore[no-untyped-def]
    return exists().where(Person.contact_id == contact_id, Person.booked_until >= today)
