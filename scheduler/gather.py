"""Gathering what the mind may know: rows in, a frozen Context out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from actions.context import BusinessFacts, ContactFacts, Context, Faq, PersonFacts, Visit
from actions.lawful_table import LawfulTable, table_of
from data import clock
from data.models import Appointment, Business, Contact, FaqEntry
from data.models.booking import LIVE
from data.profile import Profile
from data.queries.messages import bot_texts_since
from data.whereabouts import Source, Whereabouts

_ENTRIES = (  # built once: every turn asks these
    select(FaqEntry.topic, FaqEntry.question, FaqEntry.answer, FaqEntry.service)
    .where(FaqEntry.business_id == bindparam("business"))
    .order_by(FaqEntry.id)
)
_VISITS = (
    select(
        Appointment.id, Appointment.service, Appointment.start_at, Appointment.end_at, Appointment.person_id
    )
    .where(
        Appointment.contact_id == bindparam("contact"),
        Appointment.state.in_(LIVE),
        Appointment.end_at > bindparam("now"),
    )
    .order_by(Appointment.start_at)
)


def gather(session: Session, business: Business, contact: Contact) -> Context:
    """Everything but the calendar, which is asked outside the transaction."""
    return Context(
        now=clock.now(),
        business=business_facts(session, business),
        contact=contact_facts(business, contact),
        visits=visits_of(session, contact),
        bot_texts_last_hour=bot_texts_since(session, contact.id, clock.now() - timedelta(hours=1)),
    )


def business_facts(session: Session, business: Business) -> BusinessFacts:
    """The business, its profile and its answers."""
    entries = session.execute(_ENTRIES, {"business": business.id})
    return BusinessFacts(
        id=business.id,
        name=business.name,
        phone=business.phone,
        address=business.address,
        zone=business.timezone,
        profile=profile_of(business),
        faq=tuple(Faq(*entry) for entry in entries),
        country=business.country,
        lawful=lawful_table_of(business),
    )


_profiles: dict[int, tuple[dict[str, Any], Profile]] = {}
"""The last profile read of each business, with the row's content that it was made of."""


def profile_of(business: Business) -> Profile:
    """The business's profile; checked and built anew only where its content has changed."""
    content, profile = _profiles.get(business.id, ({}, None))
    if profile is None or content != business.profile:
        profile = Profile.model_validate(business.profile)
        _profiles[business.id] = business.profile, profile
    return profile


def lawful_table_of(business: Business) -> LawfulTable:
    """The lawful hours in force: the business's own table, or the shipped one. Raises LawfulTableError."""
    return table_of(business.lawful_table)


def whereabouts_of(contact: Contact) -> Whereabouts:
    """Every zone that the contact might be in, as the import derived it."""
    source = cast(Source, contact.zones_source)
    return Whereabouts(tuple(contact.zones), source, contact.state, contact.country)


def contact_facts(business: Business, contact: Contact) -> ContactFacts:
    """The number and its people; the business's zone where the contact's is not known."""
    where = whereabouts_of(contact)
    services = [person.last_service for person in contact.persons if person.last_service]
    return ContactFacts(
        id=contact.id,
        first_names=tuple(person.first_name for person in contact.persons if person.first_name),
        zone=where.likeliest(business.timezone),
        where=where,
        last_service=services[0] if services else None,
        preferred_time=contact.preferred_time,
        persons=tuple(PersonFacts(p.id, p.first_name, p.last_service) for p in contact.persons),
    )


def visits_of(session: Session, contact: Contact) -> tuple[Visit, ...]:
    """The contact's visits that stand and are not over, the next one first."""
    return tuple(Visit(*row) for row in session.execute(_VISITS, {"contact": contact.id, "now": clock.now()}))
