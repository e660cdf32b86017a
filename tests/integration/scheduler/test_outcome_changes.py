"""A contact's first answer is news for a CRM, on the quick way of an ordinary text too."""

from __future__ import annotations

import pytest

from data.db import reading, writing
from data.models import Business, Contact, OutcomeChange
from data.queries.crm import add_endpoint
from data.queries.messages import conversation_of
from nlu import gate
from scheduler.arrivals import Inbound
from scheduler.ordinary import receive_ordinary
from scheduler.receive import receive
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service, add_contact

pytestmark = pytest.mark.database


def test_the_first_answer_is_noted_once_where_somebody_listens_and_never_elsewhere(service: Service) -> None:
    first, second = "+12125550131", "+12125550132"
    with writing() as session:
        for phone in (first, second):
            conversation_of(session, add_contact(session, session.query(Business).one(), phone, "Sample"))
    receive(Inbound("SM1", "sms", SARAH, BUSINESS_PHONE, "hello"))
    quick = Inbound("SM2", "sms", first, BUSINESS_PHONE, "hello")
    assert receive_ordinary(quick, gate.check("hello")) is not None
    with writing() as session:
        assert session.query(OutcomeChange).count() == 0
        add_endpoint(session, session.query(Business).one(), "http://127.0.0.1:9/hook", b"0" * 24)
    for number in (3, 4):
        quick = Inbound(f"SM{number}", "sms", second, BUSINESS_PHONE, "hello")
        assert receive_ordinary(quick, gate.check("hello")) is not None
    with reading() as session:
        (noted,) = session.query(OutcomeChange).all()
        assert noted.outcome == "open"
        assert session.get_one(Contact, noted.contact_id).phone == second
