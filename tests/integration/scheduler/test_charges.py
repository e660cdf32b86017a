"""What texts have really cost is asked of the provider in pages, and stands beside what was reckoned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.db import reading, writing
from data.models import Business, Contact, Message
from data.queries.messages import enqueue
from scheduler.jobs import Job
from scheduler.outreach import charges
from scheduler.run import run
from tests.world_fixtures import SARAH, Service

pytestmark = pytest.mark.database
LONG = "a text that is longer than a single segment of the network may be " * 4


def send(*bodies: str) -> None:
    with writing() as session:
        business = session.query(Business).one()
        contact = session.query(Contact).filter_by(phone=SARAH).one()
        for body in bodies:
            text = enqueue(session, business, contact, kind="staff", body=body, channel="sms")
            assert text is not None
            text.cost = 1.0


def costs() -> list[tuple[float | None, bool, int | None]]:
    with reading() as session:
        return [
            (text.cost, text.cost_known, text.segments)
            for text in session.query(Message).filter_by(direction="out").order_by(Message.id)
        ]


def test_a_text_gets_the_providers_price_and_segments_some_minutes_after_it_was_sent(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charges, "PAGE", 2)
    send("short", LONG, "short too")
    service.run_due()
    service.clock.forward(timedelta(minutes=5))
    run(Job("charges", 0))
    assert costs() == [(1.0, False, None)] * 3
    service.clock.forward(timedelta(minutes=6))
    run(Job("charges", 0))
    short, long = (pytest.approx(0.0083), True, 1), (pytest.approx(0.0166), True, 2)
    assert costs() == [short, long, short]


def test_what_cannot_be_asked_or_is_in_another_currency_stays_what_was_reckoned(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        business.profile = business.profile | {"currency": "EUR"}
    send("short")
    service.run_due()
    service.clock.forward(timedelta(minutes=11))
    assert charges.due() == [Job("charges", 0)]
    assert charges.due() == []  # one worker asks within ten minutes
    service.network.faults.add("api_error_before", status=503, calls="read")
    for _ in ("the provider is away", "it names dollars"):
        run(Job("charges", 0))
        assert costs() == [(1.0, False, None)]
