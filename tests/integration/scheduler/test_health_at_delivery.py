"""In a health trade no text leaves that names a treatment, wherever the word has come from."""

from __future__ import annotations

import pytest

from data.db import reading, writing
from data.models import Business, Contact, Enrollment, Message
from scheduler.campaigns import enrolling
from scheduler.outreach import fill
from tests.world_fixtures import SARAH, Service

WORDS = (
    "Hi {{ first_name }}, the automated assistant of {{ business }}: how is {{ extra['Pet'] }}? "
    "Reply STOP to opt out."
)
pytestmark = pytest.mark.database


def begin(pet: str) -> None:
    with writing() as session:
        person = session.query(Contact).filter_by(phone=SARAH).one().persons[0]
        person.extra = {**person.extra, "Pet": pet}
        enrolling.begin(session, session.query(Business).one(), "spring", WORDS)


def ended() -> str | None:
    with reading() as session:
        return session.query(Enrollment).one().stopped_reason


def test_a_cell_that_names_a_treatment_ends_that_contacts_sequence_with_its_reason(service: Service) -> None:
    begin("root canal")
    service.run_due()
    assert not service.arrived()
    assert ended() == "names_health"


def test_a_text_that_waits_is_held_against_the_services_of_the_day_it_leaves(service: Service) -> None:
    begin("Rex")
    with reading() as session:
        business_id = session.query(Business).one().id
    fill.outreach(business_id)
    fill.outreach(business_id)
    with writing() as session:
        business = session.query(Business).one()
        first, *others = business.profile["services"]
        words = [*first.get("words", ()), "Rex"]
        business.profile = {**business.profile, "services": [{**first, "words": words}, *others]}
    service.run_due()
    assert not service.arrived()
    assert ended() == "names_health"
    with reading() as session:
        assert session.query(Message).one().cancelled_reason == "names_health"
