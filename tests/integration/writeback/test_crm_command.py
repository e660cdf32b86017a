"""`rekindle crm`: an address is added with a secret shown once, tried, removed; outcomes as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from services.listener import listening

from bot.cli.crm_command import command
from data import business_file, clock
from data.clock import HandClock
from data.db import reading, writing
from data.models import Appointment, CalendarConnection, Contact, Conversation, Person, WebhookDelivery
from data.models.commerce import WebhookEndpoint

pytestmark = pytest.mark.database
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_business_with_a_booked_household(database: str) -> None:
    clock.use(HandClock(NOW))
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        contact = Contact(business_id=business.id, phone="+12125550123", zones=[])
        contact.persons = [Person(crm_id="A-17"), Person(crm_id="=A-18"), Person()]
        session.add(contact)
        session.flush()
        talk = Conversation(
            business_id=business.id, contact_id=contact.id, outcome="booked", last_text_at=NOW
        )
        session.add(talk)
        connection = session.query(CalendarConnection).first()
        assert connection is not None
        for number, days in enumerate((-3, 4, 9)):
            start = NOW + timedelta(days=days)
            session.add(
                Appointment(
                    business_id=business.id, contact_id=contact.id, calendar_connection_id=connection.id,
                    service="cleaning", start_at=start, end_at=start + timedelta(hours=1), state="booked",
                    timezone=business.timezone, event_id=f"e{number}",
                )
            )  # fmt: skip


def call(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def test_outcomes_come_as_one_row_for_each_id_that_the_crm_knows() -> None:
    rows = list(csv.DictReader(io.StringIO(call("export", "--since", "2026-03-10").stdout)))
    assert [row["crm_id"] for row in rows] == ["A-17", "'=A-18", ""]
    assert rows[0] == {
        "crm_id": "A-17", "phone": "+12125550123", "outcome": "booked", "at": "2026-03-10T11:00:00-04:00",
        "next_appointment": "2026-03-14T11:00:00-04:00", "opted_out": "no", "contact_id": "1",
    }  # fmt: skip
    assert call("export", "--since", "2026-03-11").stdout.splitlines()[1:] == []
    assert call("export", "--campaign", "none").exit_code == 2


def test_an_address_is_added_tried_and_removed_and_its_secret_shown_once() -> None:
    assert call("add", "http://crm.example.com/").exit_code == 2
    with listening() as listener:
        added = call("add", listener.url)
        assert added.stdout.startswith("whsec_")
        assert call("add", listener.url).exit_code == 2
        assert call("test", listener.url).exit_code == 0
        listener.answers = [(500, {})]
        assert call("test", listener.url).exit_code == 1
        assert all(head["webhook-signature"].startswith("v1,") for head, _ in listener.heard)
        with writing() as session:
            payload = {"data": {"contact_id": 1, "outcome": "booked"}}
            for number, state in enumerate(("waiting", "given_up")):
                row = WebhookDelivery(endpoint_id=1, event_id=str(number), payload=payload, state=state)
                session.add(row)
        assert call("list").stdout == f"{listener.url}: 0 taken, 1 waiting, 1 given up\n"
        assert len(call("log").stdout.splitlines()) == 2
        assert "contact 1 booked: given up" in call("log", "--failed").stdout
        assert call("retry", "1").exit_code == 2
        assert call("retry").exit_code == 0
        assert call("remove", listener.url).exit_code == 0
        assert call("test", listener.url).exit_code == 2
    assert "whsec_" not in call("list").stdout
    with reading() as session:
        assert [row.state for row in session.query(WebhookDelivery)] == ["given_up", "given_up"]
        assert not session.query(WebhookEndpoint).one().active
