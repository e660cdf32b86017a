"""Beginning on WhatsApp: as an approved template, and by SMS in the owner's words where WhatsApp will not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.words.brief import Brief
from bot.simulator.records import Template
from data import clock
from data.db import reading, writing
from data.models import (
    Business,
    Campaign,
    Contact,
    Conversation,
    DeliveryEvent,
    Enrollment,
    Message,
    Person,
    Sender,
    Touch,
    WhatsAppTemplate,
)
from data.queries.messages import conversation_of, enqueue
from data.queries.suppressions import suppressed_for
from scheduler.reconcile import UNKNOWN_AFTER, reconcile
from scheduler.whatsapp.wording import word_template
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service

pytestmark = pytest.mark.database

SID = "HX" + "a1" * 16
WORDS = "Hello {{1}}, Example Dental's assistant here: shall I find you a time? Reply STOP to opt out."
AS_READ = WORDS.replace("{{1}}", "Sarah")
BY_SMS = "Hi Sarah, the assistant of Example Dental. Shall I find you a time? Text STOP to opt out."


@pytest.fixture
def touch(service: Service) -> int:
    """A touch in the outbox, as a utility template to Sarah; the same touch has words of its own for SMS."""
    service.network.put_template(SID, Template(WORDS, "utility", name="check_up"))
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        if session.query(Sender).filter_by(channel="whatsapp").first() is None:
            session.add(
                Sender(business_id=business.id, channel="whatsapp", address=BUSINESS_PHONE, per_second=1000.0)
            )
        template = WhatsAppTemplate(
            business_id=business.id, name="check-up", content_sid=SID, body=WORDS, category="utility",
            approval="approved", variables={"1": "{{ first_name }}"}, checked_at=clock.now(),
        )  # fmt: skip
        campaign = Campaign(
            business_id=business.id, name="spring", state="running", channel="whatsapp_first", brief={}
        )
        session.add_all([template, campaign])
        session.flush()
        step = Touch(
            campaign_id=campaign.id, step=1, template=BY_SMS.replace("Sarah", "{{ first_name }}"),
            whatsapp_template_id=template.id,
        )  # fmt: skip
        enrollment = Enrollment(
            campaign_id=campaign.id, contact_id=contact.id, began_at=clock.now(), next_step=0,
            due_at=clock.now() + timedelta(days=7),
        )  # fmt: skip
        session.add_all([step, enrollment])
        session.flush()
        conversation_of(session, contact)
        worded = word_template(template, Brief(), business, contact, session.query(Person).one())
        message = enqueue(
            session, business, contact, kind="touch", body=worded.text, channel="whatsapp",
            once=f"touch:{enrollment.id}:1", enrollment_id=enrollment.id,
        )  # fmt: skip
        assert message is not None
        message.touch_id, message.content_sid = step.id, worded.content_sid
        message.content_variables = worded.content_variables
        return message.id


def as_it_stands(message_id: int) -> Message:
    with reading() as session:
        return session.get_one(Message, message_id)


def test_a_template_leaves_by_its_content_sid_and_reads_alike_on_both_sides(
    service: Service, touch: int
) -> None:
    service.run_due()
    assert service.arrived() == [AS_READ]
    assert service.network.messages()[0].content_sid == SID
    sent = as_it_stands(touch)
    assert (sent.state, sent.body, sent.channel) == ("delivered", AS_READ, "whatsapp")


def test_what_whatsapp_does_not_take_goes_by_sms_as_the_same_touch_once(service: Service, touch: int) -> None:
    service.network.faults.add("send_failed", code=63041)
    service.run_due()
    service.run_due()
    assert service.arrived() == [BY_SMS]
    sent = as_it_stands(touch)
    assert (sent.state, sent.channel, sent.content_sid, sent.body) == ("delivered", "sms", None, BY_SMS)
    assert sent.error_code == "63041", "the first error stays to be seen"
    with reading() as session:
        business = session.query(Business).one()
        assert session.query(Message).filter_by(direction="out").count() == 1
        assert suppressed_for(session, business, SARAH, "whatsapp") is None
        approval = session.query(WhatsAppTemplate).one().approval
    assert approval == "paused", "no other touch is begun with it"


def test_a_number_without_whatsapp_gets_this_touch_and_all_others_by_sms(
    service: Service, touch: int
) -> None:
    service.network.faults.add("send_undelivered", code=63024)
    service.run_due()
    service.run_due()
    assert service.arrived() == [BY_SMS]
    with reading() as session:
        business = session.query(Business).one()
        assert suppressed_for(session, business, SARAH, "whatsapp") == "undeliverable"
        assert suppressed_for(session, business, SARAH, "sms") is None
        assert session.query(Conversation).one().channel == "sms"
        assert session.query(Enrollment).one().state == "active"


def test_a_template_whose_approval_was_withdrawn_meanwhile_goes_by_sms(service: Service, touch: int) -> None:
    service.network.put_template(SID, Template(WORDS, "utility", approval="pending"))
    service.run_due()
    service.run_due()
    assert service.arrived() == [BY_SMS]


def test_marketing_to_plus_one_is_not_delivered_by_whatsapp_and_goes_by_sms(
    service: Service, touch: int
) -> None:
    service.network.put_template(SID, Template(WORDS, "marketing"))
    service.run_due()
    service.run_due()
    assert service.arrived() == [BY_SMS]
    assert as_it_stands(touch).error_code == "63049"


def test_who_has_blocked_us_on_whatsapp_has_opted_out_everywhere(service: Service, touch: int) -> None:
    service.network.faults.add("api_reject", code=21610)
    service.run_due()
    service.run_due()
    assert service.arrived() == []
    with reading() as session:
        business = session.query(Business).one()
        assert suppressed_for(session, business, SARAH, "sms") == "opt_out"
        enrollment = session.query(Enrollment).one()
    assert (enrollment.state, enrollment.outcome) == ("stopped", "opted_out")


def test_the_daily_limit_makes_it_wait_for_tomorrow(service: Service, touch: int) -> None:
    service.network.faults.add("send_failed", code=63038)
    service.run_due()
    waits = as_it_stands(touch)
    assert waits.state == "queued"
    assert waits.due_at is not None
    assert timedelta(days=1) <= waits.due_at - clock.now() < timedelta(days=1.3)
    service.clock.until(waits.due_at)
    service.run_due()
    assert service.arrived() == [AS_READ]


def test_a_variable_that_the_provider_refuses_costs_the_contact_nothing(service: Service, touch: int) -> None:
    with writing() as session:
        session.get_one(Message, touch).content_variables = {"1": "Sarah\nand Tom"}
    service.run_due()
    service.run_due()
    assert service.arrived() == [BY_SMS]


def test_a_timeout_after_accepting_is_found_by_the_templates_words_and_not_repeated(
    service: Service, touch: int
) -> None:
    service.network.faults.add("api_close_after")
    service.network.faults.add("callback_lost", times=None)
    service.run_due()
    assert as_it_stands(touch).state == "sending"
    with writing() as session:
        message = session.get_one(Message, touch)
        assert message.claimed_at is not None
        message.claimed_at -= UNKNOWN_AFTER
    reconcile(touch)
    service.run_due()
    found = as_it_stands(touch)
    assert (found.state, found.unknowns) == ("delivered", 0)
    assert service.arrived() == [AS_READ]


def test_a_timeout_before_accepting_ends_as_unknown_and_goes_by_no_other_road(
    service: Service, touch: int
) -> None:
    service.network.faults.add("api_close_before")
    service.run_due()
    with writing() as session:
        message = session.get_one(Message, touch)
        assert message.claimed_at is not None
        message.claimed_at -= UNKNOWN_AFTER
    reconcile(touch)
    service.run_due()
    assert as_it_stands(touch).state == "unknown"
    assert service.arrived() == []


def test_who_has_no_sms_either_gets_nothing_and_the_touch_has_failed(service: Service, touch: int) -> None:
    with writing() as session:
        session.query(Sender).filter_by(channel="sms").delete()
    service.network.faults.add("send_failed", code=63041)
    service.run_due()
    service.run_due()
    assert service.arrived() == []
    assert as_it_stands(touch).state == "failed"


def test_an_unreachable_handset_is_tried_once_more_the_next_day_and_the_third_time_it_is_left_alone(
    service: Service, touch: int
) -> None:
    with writing() as session:
        earlier = enqueue(
            session, session.query(Business).one(), session.query(Contact).one(),
            kind="callback", body="earlier", channel="sms",
        )  # fmt: skip
        assert earlier is not None
        earlier.state = "undelivered"
        session.add(
            DeliveryEvent(message_id=earlier.id, provider_id="SM0", status="undelivered", error_code="30003")
        )
    service.network.faults.add("send_undelivered", times=2, code=30003)
    service.run_due()
    waits = as_it_stands(touch)
    assert waits.due_at is not None
    service.clock.until(waits.due_at)
    service.run_due()
    assert as_it_stands(touch).state == "undelivered"
    with reading() as session:
        assert suppressed_for(session, session.query(Business).one(), SARAH, "sms") == "undeliverable"
        assert session.query(Enrollment).one().outcome == "undeliverable"
