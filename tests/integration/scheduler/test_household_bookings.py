"""A number that several people share: the visit is the one's who was named, on the calendar too."""

from __future__ import annotations

from sqlalchemy import select

from data import clock
from data.db import reading, writing
from data.models import Appointment, Contact, Conversation, LocalEvent, Person
from tests.world_fixtures import SARAH, Service


def _a_household() -> int:
    """Sarah's number is Ben's too; returns Ben's id."""
    with writing() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == SARAH)).one()
        ben = Person(first_name="Ben", last_name="Sample", last_service="check-up")
        contact.persons.append(ben)
        session.flush()
        conversation = session.scalar(select(Conversation).where(Conversation.contact_id == contact.id))
        if conversation is None:
            conversation = Conversation(business_id=contact.business_id, contact_id=contact.id)
            session.add(conversation)
        conversation.state = {"asked": "offer_to_book"}
        return ben.id


def _says(service: Service, text: str) -> None:
    service.text(text)
    service.clock.until(max(due for due in (_due(), clock.now()) if due))
    service.run_due()


def _due():  # type: ignore[no-untyped-def]
    with reading() as session:
        return session.scalar(select(Contact.due_at).where(Contact.phone == SARAH))


def test_the_visit_belongs_to_who_was_named_and_the_calendar_says_so(service: Service) -> None:
    ben = _a_household()
    _says(service, "yes")
    assert service.arrived()[-1] == "Gladly. Who is it for: Sarah or Ben?"
    _says(service, "Ben")
    assert "for a check-up" in service.arrived()[-1]
    _says(service, "2")
    assert service.arrived()[-1].startswith("You're booked: check-up")
    with reading() as session:
        assert session.scalars(select(Appointment.person_id)).one() == ben
        assert session.scalars(select(LocalEvent.title)).one() == "Appointment: Ben Sample"
