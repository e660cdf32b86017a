"""Enrolling: nobody twice, whoever starts what at the same moment, and quickly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial

import pytest
from services.at_once import at_once
from sqlalchemy import event

from actions.words.template import UnusableText
from data import db
from data.db import reading, writing
from data.models import Business, Campaign, Contact, ContactBasis, Enrollment, Person, Sender
from data.profile import Profile
from data.queries.messages import conversation_of
from data.queries.senders import business_of
from data.queries.suppressions import suppress
from data.segments import sieve
from scheduler.campaigns import enrolling
from scheduler.campaigns.enrolling import Enrolled, enrol
from scheduler.campaigns.one_touch import open_one_touch
from tests.world_fixtures import Service, add_contact

pytestmark = pytest.mark.database

OPENER = "Hi {first_name}, this is the automated assistant of {business}. Reply STOP to opt out."


def race(*calls: Callable[[], object]) -> list[Exception]:
    """All at once; what they raised."""
    errors: list[Exception] = []

    def work(call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:
            errors.append(error)

    at_once(*(partial(work, call) for call in calls))
    return errors


def begin(name: str) -> None:
    with writing() as session:
        business = session.query(Business).one()
        enrolling.begin(session, business, name, Profile.model_validate(business.profile).opener)


def in_parts(name: str, template: str = OPENER) -> Enrolled:
    """In transactions of its own, as a launch does it."""
    with writing() as session:
        campaign = open_one_touch(session, session.query(Business).one(), name, template).id
    return enrol(campaign)


def crowd(size: int, prefix: str = "+1999") -> None:
    with writing() as session:
        business = session.query(Business).one()
        for n in range(size):
            session.add(
                Contact(
                    business_id=business.id,
                    phone=f"{prefix}{n:07d}",
                    zones=["America/New_York"],
                    zones_source="timezone",
                    persons=[Person(first_name="Sample")],
                )
            )
        session.flush()
        known = session.query(Contact.id).where(Contact.phone.startswith(prefix))
        session.add_all(ContactBasis(contact_id=row.id, kind="relationship", evidence="x") for row in known)


@pytest.mark.parametrize("names", [("spring",) * 4, ("spring", "summer", "autumn", "winter")])
def test_campaigns_that_start_at_the_same_moment_reach_a_contact_once(
    service: Service, names: tuple[str, ...]
) -> None:
    assert race(*(lambda name=name: begin(name) for name in names)) == []  # type: ignore[misc]
    service.run_due()
    service.run_due()
    assert len(service.arrived()) == 1
    with reading() as session:
        assert session.query(Enrollment).count() == 1
        assert session.query(Campaign).count() == len(set(names))


def test_campaigns_launched_in_chunks_at_the_same_moment_share_no_contact(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(60)
    monkeypatch.setattr(sieve, "CHUNK", 11)
    monkeypatch.setattr(enrolling, "CHUNK", 7)
    names = ("spring", "summer")
    assert race(*(partial(in_parts, name) for name in names)) == []
    with reading() as session:
        reached = [row.contact_id for row in session.query(Enrollment)]
    assert len(reached) == len(set(reached)) == 61


def test_a_launch_can_be_repeated_and_takes_in_who_is_new(service: Service) -> None:
    first = in_parts("spring")
    with writing() as session:
        add_contact(session, session.query(Business).one(), "+12125550141", "Sample")
    again = in_parts("spring")
    assert (first.enrolled, again.enrolled) == (1, 1)
    assert again.campaign == first.campaign
    assert again.left_out == {"already_in_it": 1}


def test_everybody_left_out_is_counted_with_the_reason(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        phones = [f"+121255501{n}" for n in range(41, 45)]
        out, talked, booked, expired = (add_contact(session, business, phone, "x") for phone in phones)
        suppress(session, business, out.phone, reason="opt_out", source="staff")
        suppress(session, business, out.phone, reason="undeliverable", source="provider", channel="sms")
        conversation_of(session, talked).last_inbound_at = datetime(2026, 3, 1, tzinfo=UTC)
        booked.persons[0].booked_until = date(2026, 3, 10)
        session.query(ContactBasis).where(ContactBasis.contact_id == expired.id).one().expires_on = date(
            2026, 3, 9
        )
        session.flush()
        done = enrolling.begin(session, business, "spring", OPENER)
    assert done.enrolled == 1
    assert done.left_out == {"opt_out": 1, "in_conversation": 1, "booked": 1, "basis_expired": 1}


def test_a_day_is_the_businesss_own(service: Service) -> None:
    service.clock.until(datetime(2026, 3, 11, 2, 0, tzinfo=UTC))  # still the 10th in New York
    with writing() as session:
        session.query(ContactBasis).one().expires_on = date(2026, 3, 10)
        done = enrolling.begin(session, session.query(Business).one(), "spring", OPENER)
    assert done.enrolled == 1


def test_an_opener_with_a_merge_field_that_does_not_exist_starts_nothing(service: Service) -> None:
    with pytest.raises(UnusableText):
        in_parts("spring", "Hi {firstname}")
    with reading() as session:
        assert session.query(Campaign).count() == 0


def test_enrolling_many_takes_as_many_statements_as_enrolling_few(service: Service) -> None:
    def statements(name: str, contacts: int, prefix: str) -> int:
        crowd(contacts, prefix)
        counted: list[str] = []
        event.listen(db.engine(), "before_cursor_execute", lambda *told: counted.append(told[2]))
        assert in_parts(name).enrolled >= contacts
        return len(counted)

    assert statements("many", 1_500, "+1888") <= statements("few", 20, "+1999") + 8


def test_a_number_is_known_by_its_messaging_service_too(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        for sender in session.query(Sender):
            if sender.channel == "sms":
                sender.address = "MG" + "0" * 32
    with reading() as session:
        ours = business_of(session, "+12125550142", "MG" + "0" * 32)
        assert ours is not None
        assert ours.id == business.id
        assert business_of(session, "+12125550142") is None
        assert business_of(session, "+12125550142", "MG" + "1" * 32) is None
