"""The short way of an ordinary text writes what the long way writes, and is taken by nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import inspect

from data import clock
from data.db import reading, writing
from data.models import Business, Campaign, Contact, Conversation, Enrollment, Message, Sender
from data.queries.messages import conversation_of, enqueue
from data.queries.suppressions import suppress
from nlu import gate
from scheduler.arrivals import Inbound, Received
from scheduler.ordinary import receive_ordinary
from scheduler.receive import receive
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service, add_contact

pytestmark = pytest.mark.database
FIRST, SECOND = "+12125550131", "+12125550132"
OWN = {"id", "contact_id", "provider_id", "phone", "from_address", "to_address", "once", "conversation_id"}
"""Columns that are different for each contact or text."""


def inbound(body: str, phone: str, sid: str, channel: str = "sms") -> Inbound:
    return Inbound(sid, channel, phone, BUSINESS_PHONE, body, media=("https://example.com/1.png",))


def the_short_way(text: Inbound) -> Received | None:
    return receive_ordinary(text, gate.check(text.body))


def prepare(phone: str) -> None:
    """A contact in a campaign: with a conversation, an opener that waits, a nudge that would come."""
    with writing() as session:
        business = session.query(Business).one()
        contact = add_contact(session, business, phone, "Sample")
        campaign = session.query(Campaign).one_or_none() or Campaign(
            business_id=business.id, name="Sample", state="running"
        )
        session.add(campaign)
        session.flush()
        session.add(Enrollment(campaign_id=campaign.id, contact_id=contact.id, due_at=clock.now()))
        conversation_of(session, contact).nudge_due_at = clock.now() + timedelta(hours=1)
        enqueue(
            session, business, contact, kind="touch", body="opener", channel="sms", once=f"t:{contact.id}"
        )


def rows_of(phone: str) -> list[dict[str, object]]:
    with reading() as session:
        contact = session.query(Contact).filter_by(phone=phone).one()
        found = [contact]
        for model in (Conversation, Enrollment, Message):
            found += session.query(model).filter_by(contact_id=contact.id).order_by(model.id)
        return [
            {c.key: getattr(row, c.key) for c in inspect(type(row)).column_attrs if c.key not in OWN}
            for row in found
        ]


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_the_short_way_writes_the_very_rows_of_the_long_one(service: Service, channel: str) -> None:
    for phone in (FIRST, SECOND):
        prepare(phone)
    long = receive(inbound("do you have parking?", FIRST, "SM1", channel))
    short = the_short_way(inbound("do you have parking?", SECOND, "SM2", channel))
    assert short is not None
    assert (short.delay, [job.kind for job in short.jobs]) == (long.delay, [job.kind for job in long.jobs])
    assert rows_of(SECOND) == rows_of(FIRST)


@pytest.mark.parametrize("text", ["STOP", "help", "start", "please stop texting me", "i cannot breathe"])
def test_what_the_rules_settle_takes_the_long_way(service: Service, text: str) -> None:
    service.text("hello")
    assert the_short_way(inbound(text, SARAH, "SM1")) is None


def test_a_stranger_a_replay_and_a_suppressed_number_take_the_long_way(service: Service) -> None:
    service.text("hello")
    prepare(FIRST)
    assert the_short_way(inbound("hello", "+12125550177", "SM1")) is None
    assert the_short_way(inbound("hello", SARAH, "SM2")) is not None
    assert the_short_way(inbound("hello", SARAH, "SM2")) is None
    with writing() as session:
        suppress(session, session.query(Business).one(), FIRST, reason="wrong_number", source="text")
    assert the_short_way(inbound("hello", FIRST, "SM3")) is None


def test_a_number_that_has_gone_to_another_business_is_asked_for_anew(service: Service) -> None:
    service.text("hello")
    with writing() as session:
        for sender in session.query(Sender):
            sender.address = "+12125550188"
    assert the_short_way(inbound("hello", SARAH, "SM1")) is None


def test_the_wait_for_a_second_text_is_what_the_owner_says_now(service: Service) -> None:
    service.text("hello")
    with writing() as session:
        business = session.query(Business).one()
        business.profile = business.profile | {"collect_seconds": 9}
    received = the_short_way(inbound("hello", SARAH, "SM1"))
    assert received is not None
    assert received.delay == 9
    with reading() as session:
        due = session.query(Contact).filter_by(phone=SARAH).one().due_at
    assert due == clock.now() + timedelta(seconds=9)
