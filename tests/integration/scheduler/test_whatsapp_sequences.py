"""A campaign that says WhatsApp first, played to its end: one text at a time, each on the right channel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.simulator.records import Template
from data import clock
from data.db import reading, writing
from data.models import (
    Business,
    Campaign,
    Contact,
    ContactBasis,
    Enrollment,
    Message,
    Person,
    Sender,
    Touch,
    WhatsAppTemplate,
)
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service

pytestmark = pytest.mark.database

SID = "HX" + "c3" * 16
WORDS = "Hello {{1}}, Example Dental's assistant here: shall I find you a time? Reply STOP to opt out."
ENID = "+447700900123"
"""In London, where WhatsApp delivers marketing; Sarah, in New York, is where it does not."""

FIRST = "Hi {{ first_name }}, Example Dental's assistant here. Would a time suit you? Text STOP to opt out."
SECOND = "{{ first_name }}, a second and last thought from Example Dental. Text STOP to opt out."


@pytest.fixture
def campaign(service: Service) -> Service:
    """Two touches, day 0 and day 5, of which the first has a marketing template; Enid and Sarah are in it."""
    service.network.put_template(SID, Template(WORDS, "marketing"))
    service.network.add_phone(ENID, label="Enid")
    with writing() as session:
        business, sarah = session.query(Business).one(), session.query(Contact).one()
        if session.query(Sender).filter_by(channel="whatsapp").first() is None:
            session.add(Sender(business_id=business.id, channel="whatsapp", address=BUSINESS_PHONE))
        for sender in session.query(Sender):
            sender.per_second, sender.registration = 1_000.0, "10dlc: for this test"
        enid = Contact(
            business_id=business.id, phone=ENID, country="GB", zones=["Europe/London"], zones_source="number",
            persons=[Person(first_name="Enid")],
        )  # fmt: skip
        template = WhatsAppTemplate(
            business_id=business.id, name="first", content_sid=SID, body=WORDS, category="marketing",
            approval="approved", variables={"1": "{{ first_name }}"}, checked_at=clock.now(),
        )  # fmt: skip
        running = Campaign(
            business_id=business.id, name="spring", state="running", channel="whatsapp_first",
            sms_after_hours=6 * 24, started_at=clock.now(),
        )  # fmt: skip
        session.add_all([enid, template, running])
        session.flush()
        session.add_all(
            [
                ContactBasis(contact_id=enid.id, kind="consent", evidence="test"),
                Touch(campaign_id=running.id, step=1, template=FIRST, whatsapp_template_id=template.id),
                Touch(
                    campaign_id=running.id, step=2, day=5, template=SECOND, whatsapp_template_id=template.id
                ),
                Enrollment(campaign_id=running.id, contact_id=enid.id, due_at=clock.now()),
                Enrollment(campaign_id=running.id, contact_id=sarah.id, due_at=clock.now()),
            ]
        )
    return service


def got(service: Service, phone: str) -> list[tuple[str, str]]:
    """What has arrived on a phone: the channel, and how the text begins."""
    return [(m.channel, m.body[:8]) for m in service.network.transcript(phone) if m.direction != "inbound"]


def play(service: Service, days: int) -> None:
    """Days go by: it is the same hour again, after the night."""
    for _ in range(days):
        for hours in (20, 4):
            service.clock.forward(timedelta(hours=hours))
            service.run_due()


def test_whatsapp_first_then_sms_after_the_set_silence_and_sms_at_once_where_whatsapp_may_not(
    campaign: Service,
) -> None:
    campaign.run_due()
    assert got(campaign, ENID) == [("whatsapp", "Hello En")]
    assert got(campaign, SARAH) == [("sms", "Hi Sarah")]
    play(campaign, 5)
    assert got(campaign, SARAH) == [("sms", "Hi Sarah"), ("sms", "Sarah, a")]
    assert got(campaign, ENID) == [("whatsapp", "Hello En")], "six days of silence were asked for, not five"
    play(campaign, 1)
    assert got(campaign, ENID) == [("whatsapp", "Hello En"), ("sms", "Enid, a ")]
    play(campaign, 8)
    assert len(got(campaign, ENID)) == len(got(campaign, SARAH)) == 2
    with reading() as session:
        assert {row.outcome for row in session.query(Enrollment)} == {"no_reply"}
        assert session.query(Message).filter_by(kind="touch").count() == 4


def test_an_answer_on_whatsapp_ends_the_sequence_on_both_channels(campaign: Service) -> None:
    campaign.run_due()
    campaign.text("no idea, who is this", phone=ENID, channel="whatsapp")
    play(campaign, 7)
    with reading() as session:
        enid = session.query(Contact).filter_by(phone=ENID).one()
        touches = session.query(Message).filter_by(kind="touch", contact_id=enid.id)
        assert [touch.channel for touch in touches] == ["whatsapp"]


def test_a_place_that_stays_empty_for_somebody_makes_it_an_sms(campaign: Service) -> None:
    with writing() as session:
        session.query(WhatsAppTemplate).one().variables = {"1": "{{ last_service }}"}
    campaign.run_due()
    assert got(campaign, ENID) == [("sms", "Hi Enid,")]
