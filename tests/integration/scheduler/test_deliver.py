"""Delivering: once, only while nothing speaks against it, and never again where the outcome is unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.version import Version
from twilio.http.response import Response

from data import clock, settings
from data.db import reading, writing
from data.models import Business, Contact, Enrollment, Handoff, Message, Sender
from data.profile import Profile
from data.queries.messages import claim, conversation_of, enqueue
from data.queries.suppressions import suppress, suppressed_for
from scheduler import stopping
from scheduler.campaigns.enrolling import begin
from scheduler.deliver import deliver
from scheduler.due import due_jobs
from scheduler.jobs import Job
from scheduler.provider.client import code_of
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
        begin(session, business, name, Profile.model_validate(business.profile).opener)


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


def stopped() -> set[str]:
    with reading() as session:
        return {sender.channel for sender in session.query(Sender) if sender.stopped_reason}


def test_refused_credentials_stop_every_sender_of_the_account(service: Service) -> None:
    service.network.faults.add("api_unauthorized", times=1)
    deliver(queue())
    assert stopped() == {"sms", "whatsapp"}


def test_a_stopped_sender_probes_with_one_text_at_a_time_and_costs_no_attempts(service: Service) -> None:
    refusals = service.network.faults.add("api_unauthorized", times=None)
    messages = [queue(body=f"text {n}") for n in range(5)]
    for message in messages:
        deliver(message)
    for _ in range(3):
        service.clock.forward(timedelta(minutes=6))
        for message in messages:
            deliver(message)
    assert refusals.struck == 2  # the one that stopped it, and one probe in these few real seconds
    assert [text.attempts for text in service.outbox() if text.kind == "reply"] == [0] * 5
    assert {text.state for text in service.outbox()} == {"queued"}


def test_a_probe_that_the_provider_accepts_starts_all_senders_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.network.faults.add("api_unauthorized", times=2)
    message = queue()
    deliver(message)
    monkeypatch.setattr(stopping, "PROBE_EVERY", timedelta(0))  # it runs on real time
    service.clock.forward(timedelta(minutes=6))
    deliver(message)
    assert stopped() == {"sms", "whatsapp"}
    service.clock.forward(timedelta(minutes=6))
    deliver(message)
    service.network.run_due()
    assert stopped() == set()
    assert service.arrived() == ["hello"]


def test_a_sender_that_somebody_stopped_by_hand_does_not_probe(service: Service) -> None:
    with writing() as session:
        for sender in session.query(Sender):
            sender.stopped_reason = "the owner is on holiday"
    message = queue()
    deliver(message)
    assert service.arrived() == []
    assert state_of(message)[0] == "queued"


def test_a_provider_that_is_not_reached_costs_no_attempt(service: Service) -> None:
    message = queue()
    address = settings.get().twilio_api_base_url
    settings.use(settings.get().model_copy(update={"twilio_api_base_url": "http://127.0.0.1:9"}))
    deliver(message)
    settings.use(settings.get().model_copy(update={"twilio_api_base_url": address}))
    with reading() as session:
        waiting = session.get_one(Message, message)
        assert (waiting.state, waiting.attempts) == ("queued", 0)
    service.clock.forward(timedelta(seconds=10))
    deliver(message)
    service.network.run_due()
    assert service.arrived() == ["hello"]


def test_a_text_that_waited_too_long_goes_to_a_person_instead(service: Service) -> None:
    message = queue()
    service.clock.forward(timedelta(days=3, hours=1))
    service.run_due()
    assert service.arrived() == []
    assert state_of(message) == ("cancelled", "too_late")
    with reading() as session:
        assert session.query(Handoff).one().reason == "text_failed"


def test_a_late_reply_does_not_leave_at_night(service: Service) -> None:
    message = queue()
    with writing() as session:
        conversation_of(session, session.query(Contact).one()).last_inbound_at = clock.now()
    service.clock.until(datetime(2026, 3, 11, 7, 0, tzinfo=UTC))  # 3:00 in New York, 16 hours later
    deliver(message)
    assert service.arrived() == []
    service.clock.until(datetime(2026, 3, 11, 12, 0, tzinfo=UTC))
    service.run_due()
    assert service.arrived() == ["hello"]


def test_a_reply_that_whatsapp_no_longer_takes_goes_to_a_person(service: Service) -> None:
    with writing() as session:
        conversation_of(session, session.query(Contact).one())
    deliver(queue("reply", channel="whatsapp"))
    with reading() as session:
        assert session.query(Handoff).one().reason == "text_failed"


def test_texts_leave_at_the_senders_pace_and_far_places_are_left_to_the_sweeper(service: Service) -> None:
    with writing() as session:
        for sender in session.query(Sender):
            sender.per_second = 0.25
    messages = [queue(body=str(n)) for n in range(4)]
    for message in messages:
        deliver(message)
    service.network.run_due()
    assert service.arrived() == ["0"]
    with reading() as session:
        places = [session.get_one(Message, message).due_at for message in messages[1:]]
    ahead = [round((place - clock.now()).total_seconds()) for place in places if place]
    assert ahead == [4, 8, 12]
    assert service.woken == [Job("deliver", messages[1])]


def test_after_an_outage_the_backlog_does_not_leave_all_at_once(service: Service) -> None:
    with writing() as session:
        for sender in session.query(Sender):
            sender.per_second = 0.25
    messages = [queue(body=str(n)) for n in range(4)]
    for message in messages:
        deliver(message)
    service.clock.forward(timedelta(hours=1))
    for message in messages:
        deliver(message)
    service.network.run_due()
    assert service.arrived() == ["0"]
    assert [text.state for text in service.outbox()[1:]] == ["queued"] * 3


@pytest.mark.parametrize(("status", "code"), [(401, "20003"), (429, "20429"), (403, "403")])
def test_an_answer_without_a_code_is_known_by_its_status(status: int, code: str) -> None:
    response = Response(status, "<html>no</html>")
    refusal = Version.exception("POST", "/Messages.json", response, "no")
    assert code_of(refusal.code, refusal.status) == code


def _a_minute_passes(message_id: int) -> None:
    """For reconciling, which runs on real time: the claim lies in the past."""
    with writing() as session:
        message = session.get_one(Message, message_id)
        assert message.claimed_at is not None
        message.claimed_at -= timedelta(minutes=2)
