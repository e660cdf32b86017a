"""Erasing and exporting one contact: nothing personal stays anywhere, and the figures keep counting."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli.contact_command import command
from data import clock, settings
from data.contact_export import export
from data.db import reading, writing
from data.models import (
    Appointment,
    AuditEvent,
    Base,
    Business,
    CalendarConnection,
    Callback,
    Campaign,
    Contact,
    ContactBasis,
    Enrollment,
    Handoff,
    Hold,
    LocalEvent,
    Message,
    OutcomeChange,
    Person,
    Sale,
    UnansweredQuestion,
    WebhookDelivery,
    WebhookEndpoint,
)
from data.queries.messages import conversation_of, enqueue
from data.queries.suppressions import suppressed_for
from scheduler import erasing
from scheduler.run import run
from tests.world_fixtures import SARAH, Service, add_contact, service

__all__ = ["service"]

pytestmark = pytest.mark.database

TOM = "+12125550124"
SECRET = "zebediah"
"""Stands in every place where something about a person can stand."""


@pytest.fixture
def known(service: Service) -> int:
    """Sarah, of whom everything that there can be is kept; and Tom, of whom the same is nobody's business."""
    folder = settings.get().rekindle_data_dir / "lists" / "a-list"
    folder.mkdir(parents=True)
    rows = (
        f"row,reason,detail,phone,name\n3,no_basis,,(212) 555-0123,{SECRET}\n4,no_basis,,212-555-0124,Tom\n"
    )
    (folder / "refused.csv").write_text(rows, encoding="utf-8")
    waiting = f"phone;name\r\n12125550123.0;{SECRET}\r\n2125550124;Tom\r\n"
    (folder / "waiting.csv").write_bytes(waiting.encode("utf-16"))
    journal = [[3, "no_basis", "", ["2125550123", SECRET]], [4, "no_basis", "", ["2125550124", "Tom"]]]
    (folder / "died.csv.part").write_text("".join(json.dumps(row) + "\n" for row in journal))
    with writing() as session:
        business = session.query(Business).one()
        contact = session.query(Contact).one()
        add_contact(session, business, TOM, "Tom")
        contact.preferred_time, contact.postal_code = SECRET, "10001"
        person = contact.persons[0]
        person.first_name, person.last_name, person.crm_id = SECRET, SECRET, f"crm-{SECRET}"
        person.email, person.extra = f"{SECRET}@example.com", {"note": SECRET}
        session.query(ContactBasis).filter_by(contact_id=contact.id).one().evidence = SECRET
        conversation = conversation_of(session, contact)
        conversation.state = {"said": SECRET}
        campaign = Campaign(business_id=business.id, name="spring", state="running")
        endpoint = WebhookEndpoint(business_id=business.id, url="https://crm.example.com/", secret=b"x")
        session.add_all([campaign, endpoint])
        session.flush()
        session.add_all(
            [
                Enrollment(campaign_id=campaign.id, contact_id=contact.id, person_id=person.id),
                Callback(contact_id=contact.id, due_at=clock.now() + timedelta(days=9), reason=SECRET),
                Handoff(business_id=business.id, conversation_id=conversation.id, reason="complaint",
                        notice_due_at=clock.now()),
                UnansweredQuestion(business_id=business.id, conversation_id=conversation.id, text=SECRET),
                Sale(business_id=business.id, contact_id=contact.id, amount=120.0, sold_on=date(2026, 3, 1),
                     source="staff", reference=f"invoice {SECRET}"),
                AuditEvent(business_id=business.id, conversation_id=conversation.id, action="reopened",
                           detail={"reason": SECRET, "message": 1}),
                OutcomeChange(business_id=business.id, contact_id=contact.id, outcome="booked"),
                WebhookDelivery(endpoint_id=endpoint.id, event_id="1", state="waiting",
                                payload={"phone": SARAH, "name": SECRET}),
                WebhookDelivery(endpoint_id=endpoint.id, event_id="3",
                                payload={"data": {"contact_id": contact.id, "next": SECRET}}),
                WebhookDelivery(endpoint_id=endpoint.id, event_id="2", payload={"phone": TOM, "name": "Tom"}),
            ]
        )  # fmt: skip
        for ahead in (-3, 3):
            visit_of(session, business, contact, person, ahead)
        texts = [
            enqueue(session, business, contact, kind="reply", body=f"Hello {SECRET}", channel="sms"),
            enqueue(session, business, contact, kind="callback", body=f"Later, {SECRET}", channel="sms",
                    due_at=clock.now() + timedelta(days=1)),
        ]  # fmt: skip
        assert all(texts)
    service.text(f"this is {SECRET}, what is it?")
    service.run_due()
    assert service.arrived()
    return contact.id


def visit_of(session, business: Business, contact: Contact, person: Person, ahead: int) -> None:  # type: ignore[no-untyped-def]
    """A visit some days from now, with its event and hold."""
    start, calendar = clock.now() + timedelta(days=ahead), session.query(CalendarConnection).one()
    visit = Appointment(
        business_id=business.id, contact_id=contact.id, person_id=person.id,
        calendar_connection_id=calendar.id,
        service="cleaning", start_at=start, end_at=start + timedelta(minutes=45), timezone="America/New_York",
        event_id=f"event{ahead}", state="booked",
    )  # fmt: skip
    session.add(visit)
    session.flush()
    session.add_all(
        [
            Hold(calendar_connection_id=calendar.id, contact_id=contact.id, appointment_id=visit.id,
                 start_at=visit.start_at, end_at=visit.end_at),
            LocalEvent(calendar_connection_id=calendar.id, event_id=visit.event_id, start_at=visit.start_at,
                       end_at=visit.end_at, title=f"{SECRET} +1 212 555 0123", description=SECRET),
        ]
    )  # fmt: skip


def everything() -> str:
    """Each cell of each row of each table, as text."""
    with reading() as session:
        rows = [(table.name, *session.execute(select(table)).all()) for table in Base.metadata.sorted_tables]
    return repr(rows)


def counts() -> dict[str, object]:
    """What figures are made of."""
    with reading() as session:
        return {
            "texts": sorted((m.direction, m.kind, m.channel) for m in session.query(Message) if m.contact_id),
            "sales": sum(sale.amount for sale in session.query(Sale)),
            "visits": session.query(Appointment).count(),
            "enrolled": session.query(Enrollment).count(),
        }


def erase(phone: str = SARAH) -> tuple[int, str]:
    done = CliRunner().invoke(command, ["erase", phone, "--reason", "by mail on 3 March", "--yes"])
    return done.exit_code, done.stderr


def test_nothing_about_an_erased_contact_stays_and_the_figures_stay(service: Service, known: int) -> None:
    before = counts()
    code, said = erase()
    assert code == 0, said
    kept = everything()
    assert SECRET not in kept
    assert "2125550123" not in kept.replace(" ", "").replace("-", "")
    assert counts() == before
    for file in ("refused.csv", "waiting.csv", "died.csv.part"):
        raw = (settings.get().rekindle_data_dir / "lists" / "a-list" / file).read_bytes()
        text = raw.decode("utf-16" if file == "waiting.csv" else "utf-8")
        assert SECRET not in text
        assert "Tom" in text
    assert [m for m in service.network.messages() if SECRET in m.body] == [], "the provider's copies"
    assert TOM in kept
    with reading() as session:
        assert [
            e.removed_at is not None for e in session.query(LocalEvent).order_by(LocalEvent.start_at)
        ] == [
            False,
            True,
        ]
        assert {e.title for e in session.query(LocalEvent)} == {"Visit"}
        assert (session.query(Enrollment).one().outcome, session.query(Hold).count()) == ("replied", 0)
        assert session.query(Handoff).filter_by(closed_at=None).count() == 0
        assert session.query(AuditEvent).filter_by(action="erased a contact").count() == 1


def test_an_erased_number_is_left_alone_and_no_list_brings_it_back(
    service: Service, known: int, tmp_path: Path
) -> None:
    from data.imports import open_list, take_in

    erase()
    service.clock.forward(timedelta(days=30))
    service.run_due()
    texts = len(service.arrived())
    with reading() as session:
        business = session.query(Business).one()
        assert suppressed_for(session, business, SARAH, "sms") == "erased"
    again = tmp_path / "again.csv"
    again.write_text("phone,first_name,last_visit,relationship\n2125550123,Sarah,2026-01-05,customer\n")
    done = take_in(open_list(again), attested_by="the owner")
    assert (done.accepted, done.by_reason) == (0, {"suppressed": 1})
    service.text("hello?")
    service.run_due()
    assert len(service.arrived()) == texts, "a stranger's text is stored and not answered"

    once = counts()
    code, said = erase()
    assert (code, counts()) == (0, once), "erasing again changes nothing"
    assert "No contact has this number" in said


def test_what_could_not_be_reached_is_said_and_tried_again_until_it_is_gone(
    service: Service, known: int
) -> None:
    fault = service.network.faults.add("api_error_before", times=None, calls="read")
    with writing() as session:
        session.query(CalendarConnection).one().disconnected_at = clock.now()
    nobody_reads = settings.get().rekindle_data_dir / "lists" / "circle.csv"
    nobody_reads.symlink_to(nobody_reads)
    code, said = erase()
    assert code == 1
    assert "Not reached yet" in said
    assert "Not gone through: lists/circle.csv" in said
    with writing() as session:
        session.query(CalendarConnection).one().disconnected_at = None
    service.network.faults.clear(fault.id)
    for job in erasing.due():
        run(job)
    assert SECRET not in everything()
    assert [m for m in service.network.messages() if SECRET in m.body] == []
    with reading() as session:
        assert session.query(AuditEvent).filter_by(action="is erasing a contact").count() == 0


def test_a_text_that_was_under_way_is_deleted_once_the_provider_has_it(service: Service, known: int) -> None:
    with writing() as session:
        business, contact = session.query(Business).one(), session.get_one(Contact, known)
        text = enqueue(session, business, contact, kind="reply", body=SECRET, channel="sms")
        assert text is not None
        text.state, text.claimed_at = "sending", clock.real()
        page = f"https://texts.example.com/staff/conversations/{conversation_of(session, contact).id}"
        told = enqueue(
            session, business, None, kind="notice", body=f"{SECRET}: {page}", channel="sms", to=TOM
        )
        other = enqueue(session, business, None, kind="notice", body=f"Tom: {page}7", channel="sms", to=TOM)
        assert told
        assert other
    assert erase()[0] == 1
    with writing() as session:
        row = session.get_one(Message, text.id)
        assert session.get_one(Message, told.id).state == "cancelled", "the notice to staff names them"
        assert session.get_one(Message, other.id).state == "queued"
        assert (row.state, row.body, row.to_address) == ("unknown", "", "")
        row.provider_id = "SM" + "0" * 32
    for job in erasing.due():
        run(job)
    with reading() as session:
        assert session.query(AuditEvent).filter_by(action="is erasing a contact").count() == 0


def test_an_export_holds_every_row_that_leads_to_the_contact(
    service: Service, known: int, tmp_path: Path
) -> None:
    out = tmp_path / "sarah.json"
    done = CliRunner().invoke(command, ["export", "--crm-id", f"crm-{SECRET}", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.stat().st_mode & 0o077 == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert set(found) >= {
        "contact", "person", "contact_basis", "conversation", "message", "delivery_event", "appointment",
        "callback", "enrollment", "sale", "audit_event", "unanswered_question", "handoff", "outcome_change",
        "campaigns",
    }  # fmt: skip
    assert "Tom" not in out.read_text(encoding="utf-8")
    assert found["message"][0]["body"] == f"Hello {SECRET}"
    with reading() as session:
        assert export(session, session.query(Business).one(), "+12125550177") == {}
    assert CliRunner().invoke(command, ["export", "+12125550177"]).exit_code == 2
    assert CliRunner().invoke(command, ["export"]).exit_code == 2
