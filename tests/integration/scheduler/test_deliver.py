"""Delivering: once, only while nothing speaks against it, and never again where the outcome is unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data import clock
from data.db import reading, writing
from data.models import Business, Contact, Enrollment, Handoff, Message, Sender
from data.profile import Profile
from data.queries.campaigns import start_campaign
from data.queries.messages import claim, enqueue
from data.queries.suppressions import suppress, suppressed_for
from scheduler.deliver import deliver
from scheduler.due import due_jobs
from scheduler.reconcile import reconcile
from tests.world_fixtures import SARAH, Service

pytestmark = pytest.mark.database


def queue(kind: str = "reply", body: str = "hello", channel: str = "sms", once: str | None = None) -> int:
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        message = enqueue(session, business, contact, kind=kind, body=body, channel=channel, once=once)
        assert message is not None
        return message.id


def state_of(message_id: int) -> tuple[str, str | None]:
    with reading() as session:
        message = session.get_one(Message, message_id)
        return message.state, message.cancelled_reason or message.error_code


def start(service: Service, name: str = "spring") -> None:
    with writing() as session:
        business = session.query(Business).one()
        start_campaign(session, business, name, Profile.model_validate(business.profile).opener)


def test_a_text_reaches_the_phone_and_its_receipts_are_recorded(service: Service) -> None:
    message = queue()
    deliver(message)
    service.network.run_due()
    assert service.arrived() == ["hello"]
    assert state_of(message) == ("delivered", None)


def test_a_message_already_sent_is_not_sent_again(service: Service) -> None:
    message = queue()
    deliver(message)
    deliver(message)
    service.network.run_due()
    assert service.arrived() == ["hello"]


def test_a_claimed_text_cannot_be_claimed_by_another_worker(service: Service) -> None:
    message = queue()
    with writing() as session:
        assert claim(session, message) is not None
    with writing() as session:
        assert claim(session, message) is None


def test_the_same_text_cannot_be_queued_twice(service: Service) -> None:
    queue(once="reply:1")
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        again = enqueue(session, business, contact, kind="reply", body="x", channel="sms", once="reply:1")
    assert again is None


def test_nothing_leaves_to_a_number_suppressed_after_it_was_queued(service: Service) -> None:
    message = queue("touch")
    with writing() as session:
        suppress(session, session.query(Business).one(), SARAH, reason="opt_out", source="staff")
    deliver(message)
    assert service.arrived() == []
    assert state_of(message) == ("cancelled", "opt_out")


def test_a_campaign_reaches_a_contact_once_however_often_it_is_started(service: Service) -> None:
    start(service)
    start(service)
    start(service, "another name")
    service.run_due()
    service.run_due()
    assert len(service.arrived()) == 1
    assert "automated assistant of Example Dental" in service.arrived()[0]
    assert "STOP" in service.arrived()[0]


def test_an_opener_waits_for_the_hours_of_the_contact(service: Service) -> None:
    with writing() as session:
        contact = session.query(Contact).one()
        contact.timezone, contact.zones = "Pacific/Honolulu", ["Pacific/Honolulu"]
    start(service)  # 11:00 in New York is 5:00 in Honolulu
    service.run_due()
    assert service.arrived() == []
    service.clock.until(datetime(2026, 3, 10, 18, 0, tzinfo=UTC))
    service.run_due()
    assert len(service.arrived()) == 1


def test_an_opener_queued_late_does_not_leave_at_night(service: Service) -> None:
    message = queue("touch")
    service.clock.until(datetime(2026, 3, 11, 2, 0, tzinfo=UTC))  # 22:00 in New York
    deliver(message)
    assert service.arrived() == []
    assert state_of(message)[0] == "queued"
    service.clock.until(datetime(2026, 3, 11, 12, 0, tzinfo=UTC))
    service.run_due()
    assert len(service.arrived()) == 1


def test_who_answers_gets_no_further_touch(service: Service) -> None:
    start(service)
    service.run_due()
    service.text("hm")
    with reading() as session:
        assert session.query(Enrollment).one().due_at is None


def test_a_lost_answer_is_reconciled_and_not_repeated(service: Service) -> None:
    service.network.faults.add("api_close_after", times=1)
    message = queue()
    deliver(message)
    assert state_of(message)[0] == "sending"
    _a_minute_passes(message)
    reconcile(message)
    service.network.run_due()
    assert service.arrived() == ["hello"]
    assert state_of(message)[0] in ("sent", "delivered")


def test_a_reply_that_never_arrived_goes_once_more(service: Service) -> None:
    service.network.faults.add("api_error_before", times=1)
    message = queue()
    deliver(message)
    _a_minute_passes(message)
    assert [job.kind for job in reconcile(message)] == ["deliver"]
    deliver(message)
    service.network.run_due()
    assert service.arrived() == ["hello"]


def test_a_touch_whose_outcome_stays_unknown_is_never_repeated(service: Service) -> None:
    service.network.faults.add("api_error_before", times=1)
    message = queue("touch")
    deliver(message)
    _a_minute_passes(message)
    assert reconcile(message) == []
    service.run_due()
    assert service.arrived() == []
    assert state_of(message)[0] == "unknown"


def test_a_number_that_does_not_exist_is_suppressed(service: Service) -> None:
    service.network.faults.add("api_reject", times=1, code=21211)
    message = queue("touch")
    deliver(message)
    assert state_of(message) == ("failed", "21211")
    with reading() as session:
        business = session.query(Business).one()
        assert suppressed_for(session, business, SARAH, "sms") == "undeliverable"


def test_the_providers_unsubscribed_becomes_our_opt_out(service: Service) -> None:
    service.network.faults.add("api_reject", times=1, code=21610)
    deliver(queue("touch"))
    with reading() as session:
        business = session.query(Business).one()
        assert suppressed_for(session, business, SARAH, "sms") == "opt_out"


def test_a_reply_that_fails_rings_staff(service: Service) -> None:
    service.network.faults.add("api_reject", times=1, code=30004)
    deliver(queue("reply"))
    with reading() as session:
        assert session.query(Handoff).one().reason == "text_failed"


def test_refused_credentials_stop_the_sender_and_lose_nothing(service: Service) -> None:
    service.network.faults.add("api_unauthorized", times=1)
    message = queue()
    deliver(message)
    with reading() as session:
        assert "20003" in (session.query(Sender).filter_by(channel="sms").one().stopped_reason or "")
    assert state_of(message)[0] == "queued"


def test_free_text_outside_whatsapps_window_does_not_leave(service: Service) -> None:
    message = queue("reply", channel="whatsapp")
    deliver(message)
    assert state_of(message) == ("cancelled", "outside_whatsapp_window")


def test_a_late_receipt_never_moves_a_text_backwards(service: Service) -> None:
    from scheduler.receipts import receive_receipt

    message = queue()
    deliver(message)
    service.network.run_due()
    with reading() as session:
        sid = session.get_one(Message, message).provider_id or ""
    receive_receipt(sid, "queued", None, message)
    receive_receipt(sid, "failed", "30008", message)
    assert state_of(message)[0] == "delivered"


def test_a_receipt_that_overtakes_the_answer_finds_its_row(service: Service) -> None:
    from scheduler.receipts import receive_receipt

    message = queue()
    with writing() as session:
        claim(session, message)
    receive_receipt("SMunknown", "delivered", None, message)
    assert state_of(message)[0] == "delivered"


def test_a_swept_text_is_found_by_its_row_alone(service: Service) -> None:
    message = queue()
    with reading() as session:
        jobs = [due.job for due in due_jobs(session, clock.now())]
    assert ("deliver", message) in [(job.kind, job.row) for job in jobs]


def _a_minute_passes(message_id: int) -> None:
    """For reconciling, which runs on real time: the claim lies in the past."""
    with writing() as session:
        message = session.get_one(Message, message_id)
        assert message.claimed_at is not None
        message.claimed_at -= timedelta(minutes=2)
