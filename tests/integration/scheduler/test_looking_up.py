"""Look-ups of numbers: asked once, remembered, and acted on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from bot.cli.lookup_command import command
from bot.simulator.records import Line
from data.db import reading, writing
from data.models import Business, Contact, ContactBasis, Person
from data.queries.suppressions import suppressed_for
from scheduler.looking_up import GOOD_FOR, LookUpsRefused, ask, cost_of, numbers_to_ask
from tests.world_fixtures import SARAH, Service

pytestmark = pytest.mark.database

TOM = "+12125550124"


@pytest.fixture
def business(service: Service) -> int:
    """Sarah and Tom, both with a basis and a day on which their numbers were known to be theirs."""
    with writing() as session:
        business = session.query(Business).one()
        sarah = session.query(Contact).one()
        tom = Contact(business_id=business.id, phone=TOM)
        tom.persons = [Person(first_name="Tom", last_visit=date(2025, 9, 1))]
        session.add(tom)
        session.flush()
        for contact in (sarah, tom):
            basis = ContactBasis(
                contact_id=contact.id, kind="consent", evidence="form", given_on=date(2025, 6, 1)
            )
            session.add(basis)
        return business.id


def to_ask(business: int, **more: object) -> list[str]:
    with reading() as session:
        return [number.phone for number in numbers_to_ask(session, business, None, **more)]  # type: ignore[arg-type]


def look(business: int):
    with reading() as session:
        numbers = numbers_to_ask(session, business, None)
    return ask(business, numbers)


def reasons(phone: str) -> tuple[str | None, str | None]:
    with reading() as session:
        business = session.query(Business).one()
        return suppressed_for(session, business, phone, "sms"), suppressed_for(
            session, business, phone, "whatsapp"
        )


def test_a_landline_gets_no_more_texts_and_whatsapp_stays_open(service: Service, business: int):
    service.network.put_line(TOM, Line("landline"))
    done = look(business)
    assert (done.asked, done.unreachable, done.line_types) == (2, 1, {"mobile": 1, "landline": 1})
    assert (reasons(TOM), reasons(SARAH)) == (("undeliverable", None), (None, None))


def test_a_number_that_has_changed_hands_since_it_was_known_is_left_alone(service: Service, business: int):
    service.network.put_line(TOM, Line(reassigned_on=date(2025, 10, 1)))
    service.network.put_line(SARAH, Line(reassigned_on=date(2025, 3, 1)))  # before she gave it
    assert look(business).reassigned == 1
    assert (reasons(TOM), reasons(SARAH)) == (("wrong_number", "wrong_number"), (None, None))
    with reading() as session:
        assert session.query(Contact.reassigned).filter_by(phone=TOM).scalar()


def test_a_number_is_asked_about_once_in_ninety_days(service: Service, business: int):
    assert to_ask(business) == [TOM, SARAH]
    look(business)
    assert to_ask(business) == []
    service.clock.forward(GOOD_FOR + timedelta(days=1))
    assert to_ask(business) == [TOM, SARAH]


def test_what_it_costs_is_known_before(service: Service, business: int):
    with reading() as session:
        assert cost_of(numbers_to_ask(session, business, None)) == pytest.approx(
            2 * 0.008 + 2 * 0.02, abs=0.005
        )
        assert cost_of(numbers_to_ask(session, business, 1, reassigned=False)) == pytest.approx(0.01)
    done = CliRunner().invoke(command, [], input="n\n")
    assert (done.exit_code, to_ask(business)) == (1, [TOM, SARAH])
    assert "2 numbers" in done.stdout


def test_a_provider_that_fails_leaves_the_number_for_the_next_time(service: Service, business: int):
    service.network.faults.add("api_error_before", calls="lookup")
    done = look(business)
    assert (done.asked, done.stopped) == (1, "")
    assert to_ask(business) == [TOM]


def test_a_refused_account_stops_at_once(service: Service, business: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(service.network.ground, "tokens", ("another",))
    with pytest.raises(LookUpsRefused):
        look(business)
