"""A campaign that was really played against phones: its figures are what has happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from services.waiting import wait_until

from data.db import reading, writing
from data.figures import by_campaign, check, funnel, report, spend
from data.models import Business
from data.profile import Profile
from data.queries.enrollments import end_some_of_campaign
from scheduler.campaigns.enrolling import begin
from scheduler.jobs import Job
from scheduler.run import run
from tests.world_fixtures import SARAH, Service, add_contact

DEAD, SILENT, LEAVING = "+12125550131", "+12125550132", "+12125550133"


def all_sent(service: Service) -> bool:
    """Whether every opener is out; the sender's pace, which is real time, may let a few wait."""
    service.run_due()
    return sum(text.sent_at is not None for text in service.outbox()) == 4


@pytest.mark.database
def test_the_figures_of_a_played_campaign_are_what_happened_at_the_phones(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        for phone in (DEAD, SILENT, LEAVING):
            add_contact(session, business, phone, "Sample")
            service.network.add_phone(phone)
        opener = Profile.model_validate(business.profile).opener
        campaign = begin(session, business, "spring", opener).campaign
    service.network.faults.add("send_undelivered", number=DEAD, code=30005)
    wait_until(lambda: all_sent(service), what="the last opener")
    service.clock.forward(timedelta(minutes=7))
    service.text("how much is a cleaning?", phone=SARAH)
    service.text("STOP", phone=LEAVING)
    service.clock.forward(timedelta(minutes=13))
    run(Job("charges", 0))
    with reading() as session:
        (row,) = funnel(session, campaign)
        page = report(session, campaign)
        assert check(session, campaign) == []
        assert by_campaign(session, [campaign])[campaign].replied == 2
    assert (row.enrolled, row.sent, row.delivered, row.failed) == (4, 4, 3, 1)
    assert (row.replied, row.conversing, row.booked, row.opted_out) == (2, 0, 0, 1)
    assert row.median_reply == row.p90_reply == timedelta(minutes=7)
    assert page.outcomes.ended.get("opted_out") == page.outcomes.ended.get("undeliverable") == 1
    assert page.outcomes.ended.get("replied") == 1
    assert [(error.code, error.texts) for error in page.errors] == [("30005", 1)]
    assert page.dead_numbers == 1
    assert page.spend.unpriced == 0
    with writing() as session:
        end_some_of_campaign(session, campaign, "campaign_ended")
    with reading() as session:
        assert check(session, campaign) == []
        assert spend(session, campaign).known == pytest.approx(spend(session, campaign).total)
