"""A launch that makes nobody wait: slice after slice, by whichever worker, and to the end whoever dies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from data import clock
from data.db import reading, writing
from data.models import Business, Campaign, Contact, Enrollment, Message, Touch
from data.segments import sieve
from scheduler.campaigns import enrolling_slices, lifecycle
from scheduler.campaigns.enrolling_slices import go_on, to_the_end
from scheduler.due import due_jobs
from scheduler.jobs import Job
from scheduler.outreach import fill
from tests.world_fixtures import Service, add_contact

pytestmark = pytest.mark.database

WORDS = "Hi {{ first_name }}, this is the automated assistant of {{ business }}. Reply STOP to opt out."
HERE = Job("enrol", 1)


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two contacts a slice."""
    monkeypatch.setattr(sieve, "CHUNK", 2)
    monkeypatch.setattr(enrolling_slices, "SLICE", timedelta(0))


@pytest.fixture
def launched(service: Service) -> Service:
    """A campaign that is launched, with five contacts whom nobody has looked at yet."""
    with writing() as session:
        business = session.query(Business).one()
        for n in range(4):
            add_contact(session, business, f"+1212555019{n}", "Sample")
        made = Campaign(business_id=business.id, name="spring", state="running")
        session.add(made)
        session.flush()
        session.add(Touch(campaign_id=made.id, step=1, template=WORDS))
        enrolling_slices.begin(made)
    return service


def enrolled() -> int:
    with reading() as session:
        return session.query(Enrollment).count()


def row() -> Campaign:
    with reading() as session:
        return session.scalars(select(Campaign)).one()


def is_due() -> bool:
    with reading() as session:
        return HERE in [one.job for one in due_jobs(session, clock.now())]


def test_slice_after_slice_everybody_is_enrolled_and_nothing_leaves_before(launched: Service) -> None:
    seen = []
    while (jobs := go_on(1)) == [HERE]:
        seen.append(enrolled())
        fill.outreach(1)
        with reading() as session:
            assert session.query(Message).count() == 0, "the best of all are not known yet"
    assert seen == [2, 4]
    assert jobs == [Job("outreach", 1)]
    assert (enrolled(), row().looked_to, row().left_out) == (5, None, {})
    launched.run_due()
    assert sum(text.sent_at is not None for text in launched.outbox()) == 5


def test_whom_another_slice_left_out_is_counted_too(launched: Service) -> None:
    with writing() as session:
        for contact in session.query(Contact).order_by(Contact.id).all()[::2]:
            contact.archived_at = clock.now()
    while go_on(1) == [HERE]:
        pass
    assert (enrolled(), row().left_out) == (2, {"archived": 3})


def test_one_worker_at_a_time_has_it_in_hand_and_who_dies_loses_it(launched: Service) -> None:
    assert is_due()
    assert enrolling_slices._take(1) == 0  # and this worker dies now
    assert (go_on(1), is_due()) == ([], False)
    with writing() as session:
        session.query(Campaign).one().enrolling_until = clock.real() - timedelta(seconds=1)
    assert is_due()
    launched.run_due()
    assert (enrolled(), row().looked_to) == (5, None)


def test_a_launch_that_waits_for_its_end_says_what_came_of_all_slices(launched: Service) -> None:
    with writing() as session:
        session.query(Campaign).one().pilot_size = 2
    done = to_the_end(1)
    assert (done.enrolled, done.held) == (2, 3)
    assert row().looked_to is None


def test_a_campaign_that_is_ended_meanwhile_enrols_nobody_any_more(launched: Service) -> None:
    assert go_on(1) == [HERE]
    lifecycle.end(1)
    assert (go_on(1), is_due(), row().looked_to) == ([], False, None)
    assert enrolled() == 2
    with reading() as session:
        assert {one.state for one in session.query(Enrollment)} == {"stopped"}


def test_a_pilot_that_is_released_between_two_slices_holds_nobody(launched: Service) -> None:
    with writing() as session:
        campaign = session.query(Campaign).one()
        campaign.pilot_size, campaign.started_at = 2, clock.now()
    assert go_on(1) == [HERE]
    after = enrolling_slices._take(1)
    assert after is not None
    going = enrolling_slices.Enrolling.of(1, after=after)  # which holds whom it takes in
    with writing() as session:
        lifecycle.release(session, session.query(Campaign).one())
    while going.step():
        pass
    going.finish()
    with reading() as session:
        assert [one.state for one in session.query(Enrollment)] == ["active"] * 5


def test_another_rule_is_held_against_everybody_from_the_beginning(launched: Service) -> None:
    assert go_on(1) == [HERE]
    after = enrolling_slices._take(1)
    assert after
    with writing() as session:
        session.query(Campaign).one().looked_to = 0  # as an edited rule does it, while a slice is worked on
    enrolling_slices._slice(1, after, keep=False)
    assert row().looked_to == 0
    while go_on(1) == [HERE]:
        pass
    assert (enrolled(), row().looked_to) == (5, None)
