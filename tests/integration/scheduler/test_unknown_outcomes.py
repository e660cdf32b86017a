"""Outcomes that nobody knows, one after the other, counted at the provider: at most one of each text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from data import clock
from data.db import reading, writing
from data.models import Business, Contact, Handoff, Message
from data.queries.messages import claim, conversation_of, enqueue
from scheduler import deliver as delivering
from scheduler.deliver import deliver
from scheduler.provider import client, reach
from scheduler.receipts import receive_receipt
from scheduler.reconcile import reconcile
from tests.world_fixtures import SARAH, Service

pytestmark = pytest.mark.database

Way = Callable[[Service, int], None]
A_MINUTE = timedelta(seconds=61)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT", 0.2)
    monkeypatch.setattr(reach, "TRY_EVERY", 0.0)


def a_fault(kind: str, **more: object) -> Way:
    def strike(service: Service, message: int) -> None:
        service.network.faults.add(kind, **more)  # type: ignore[arg-type]
        deliver(message)

    return strike


def died_before_the_call(service: Service, message: int) -> None:
    with writing() as session:
        text = claim(session, message)
        assert text
        text.called_at = text.claimed_at


def long_ago() -> None:
    """The touches before this one count no more among those that a contact has got lately."""
    with writing() as session:
        for text in session.query(Message).where(Message.kind == "touch", Message.state != "queued"):
            text.created_at -= timedelta(days=60)
            text.sent_at = text.sent_at and text.sent_at - timedelta(days=60)


def died_after_the_call(service: Service, message: int) -> None:
    died_before_the_call(service, message)
    text = row(message)
    form = {"To": text.to_address, "From": text.from_address, "Body": text.body}
    service.network.outbound.create(form | {"StatusCallback": "http://127.0.0.1:8000/elsewhere"})


TAKEN: dict[str, Way] = {
    "timed out after": a_fault("api_hang_after", seconds=0.5),
    "slower than our patience": a_fault("api_slow", seconds=0.5),
    "500 after": a_fault("api_error_after"),
    "503 after": a_fault("api_error_after", status=503),
    "closed after": a_fault("api_close_after"),
    "reset after": a_fault("api_reset_after"),
    "died after": died_after_the_call,
}
NOT_TAKEN: dict[str, Way] = {
    "timed out before": a_fault("api_hang_before", seconds=0.5),
    "500 before": a_fault("api_error_before"),
    "503 before": a_fault("api_error_before", status=503),
    "closed before": a_fault("api_close_before"),
    "reset before": a_fault("api_reset_before"),
    "died before": died_before_the_call,
}
LISTS: dict[str, dict[str, object] | None] = {
    "in order": None,
    "failing": {"kind": "api_error_before", "status": 503, "times": 2, "calls": "read"},
    "refused": {"kind": "api_unauthorized", "calls": "read"},
    "slow": {"kind": "api_slow", "seconds": 0.5, "calls": "read"},
    "late": {"kind": "list_late", "seconds": 20, "times": None},
}


def queue(service: Service, kind: str, body: str) -> int:
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        conversation_of(session, contact).last_inbound_at = service.clock()
        message = enqueue(session, business, contact, kind=kind, body=body, channel="sms")
        assert message is not None
        return message.id


def row(message_id: int) -> Message:
    with reading() as session:
        return session.get_one(Message, message_id)


def a_minute_passes(service: Service, message_id: int) -> None:
    """For both clocks: reconciling runs on real time."""
    service.clock.forward(A_MINUTE)
    with writing() as session:
        message = session.get_one(Message, message_id)
        if message.claimed_at is not None:
            message.claimed_at -= A_MINUTE


def until_settled(service: Service, message_id: int) -> None:
    """What the sweeper does with it over the next minutes."""
    for _ in range(6):
        a_minute_passes(service, message_id)
        reconcile(message_id)
        if row(message_id).state == "queued":
            deliver(message_id)


def taken(service: Service, body: str) -> int:
    return sum(kept.body == body for kept in service.network.messages())


@pytest.mark.parametrize("kind", ["reply", "touch"])
def test_what_the_provider_has_taken_is_found_and_never_sent_again(service: Service, kind: str) -> None:
    service.network.faults.add("callback_lost", times=None)
    wrong = []
    for name, way in TAKEN.items():
        for listing, fault in LISTS.items() if name == "500 after" else (("in order", None),):
            body = f"{name}, the list {listing}"
            long_ago()
            message = queue(service, kind, body)
            way(service, message)
            if row(message).state != "sending":
                wrong.append(f"{body}: at once {row(message).state}")
            extra = service.network.faults.add(**fault) if fault else None  # type: ignore[arg-type]
            until_settled(service, message)
            if extra:
                service.network.faults.clear(extra.id)
            if (row(message).state, taken(service, body)) != ("sent", 1):
                wrong.append(f"{body}: {row(message).state}, taken {taken(service, body)}")
            service.network.run_due()
    assert wrong == []


@pytest.mark.parametrize("kind", ["reply", "touch"])
def test_what_it_has_not_taken_goes_once_more_if_it_is_an_answer(service: Service, kind: str) -> None:
    ends = {"reply": ("delivered", 1), "touch": ("unknown", 0)}[kind]
    wrong = []
    for name, way in NOT_TAKEN.items():
        long_ago()
        message = queue(service, kind, name)
        way(service, message)
        service.network.faults.add("api_error_before", calls="read")
        until_settled(service, message)
        service.network.run_due()
        if (row(message).state, taken(service, name)) != ends:
            wrong.append(f"{name}: {row(message).state}, taken {taken(service, name)}")
    assert wrong == []


def test_a_text_behind_a_thousand_others_to_the_same_number_is_found(service: Service) -> None:
    """The list comes in pages."""
    service.network.faults.add("callback_lost", times=None)
    service.network.faults.add("api_error_after")
    message = queue(service, "reply", "the first")
    deliver(message)
    form = {"To": SARAH, "From": row(message).from_address, "Body": "another"}
    for _ in range(client.PAGE * 2):
        service.network.outbound.create(form)
    until_settled(service, message)
    assert (row(message).state, taken(service, "the first")) == ("sent", 1)


def taken_but_answered_with_an_error(service: Service, fate: str, **details: int) -> int:
    """A reply that the provider has, though it answered 500 and calls nobody back; the message's id."""
    service.network.faults.add("callback_lost", times=None)
    service.network.faults.add(fate, **details)
    service.network.faults.add("api_error_after")
    message = queue(service, "reply", "hello")
    deliver(message)
    service.network.run_due()
    return message


def test_one_that_still_waits_in_the_providers_queue_is_found(service: Service) -> None:
    message = taken_but_answered_with_an_error(service, "send_slow", seconds=3_600)
    until_settled(service, message)
    assert (row(message).state, taken(service, "hello")) == ("sent", 1)


def test_one_that_is_found_failed_is_known_to_have_failed(service: Service) -> None:
    message = taken_but_answered_with_an_error(service, "send_undelivered", code=30004)
    a_minute_passes(service, message)
    reconcile(message)
    assert (row(message).state, row(message).error_code) == ("undelivered", "30004")
    with reading() as session:
        assert session.query(Handoff).one().reason == "text_failed"


def test_a_promised_text_whose_outcome_stays_unknown_is_a_persons(service: Service) -> None:
    message = queue(service, "callback", "hello")
    died_before_the_call(service, message)
    until_settled(service, message)
    assert row(message).state == "unknown"
    with reading() as session:
        assert session.query(Handoff).one().reason == "callback_failed"


def test_a_receipt_of_an_answer_that_was_thought_lost_keeps_it_from_going_again(service: Service) -> None:
    message = queue(service, "reply", "hello")
    service.network.faults.add("callback_late", times=None, seconds=90)
    service.network.faults.add("list_late", times=None, seconds=300)
    service.network.faults.add("api_error_after")
    deliver(message)
    service.network.run_due()
    a_minute_passes(service, message)
    assert [job.kind for job in reconcile(message)] == ["deliver"]
    service.clock.forward(timedelta(seconds=40))
    service.network.run_due()  # the receipts come at last
    deliver(message)
    assert (row(message).state, taken(service, "hello")) == ("delivered", 1)


def test_a_worker_that_was_stopped_before_its_call_makes_it_no_more(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one looks for the text after a minute, finds nothing and sends it: that is the only one."""
    monkeypatch.setattr(delivering, "CALL_WITHIN", timedelta(0))  # any pause is too long
    message = queue(service, "touch", "hello")
    deliver(message)
    assert (row(message).state, row(message).attempts) == ("queued", 0)
    assert taken(service, "hello") == 0


@pytest.mark.parametrize("answer", ["api_reject", "api_rate_limited"])
def test_an_answer_to_a_claim_that_is_over_moves_nothing(service: Service, answer: str) -> None:
    message = queue(service, "reply", "hello")
    with writing() as session:
        claimed, _ = delivering._claim(session, message, probe=False)
    assert claimed is not None
    with writing() as session:  # it took too long: another worker has it by now
        session.get_one(Message, message).claimed_at = clock.real() + timedelta(seconds=5)
    service.network.faults.add(answer, code=21211)
    delivering._send(claimed, delivering.Permit("+12125550100", 1.0, message))
    assert row(message).state == "sending"


def test_a_worker_that_is_to_end_gives_back_what_it_has_not_sent(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = queue(service, "reply", "hello")

    def end() -> None:
        raise SystemExit

    monkeypatch.setattr(delivering, "provider", end)  # the signal comes just here
    with pytest.raises(SystemExit):
        deliver(message)
    assert (row(message).state, row(message).attempts) == ("queued", 0)


def test_with_the_provider_away_few_texts_try_and_none_is_spent(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "TRY_EVERY", 60.0)
    fault = service.network.faults.add("api_error_before", times=None)
    touches = [queue(service, "touch", f"text {n}") for n in range(12)]
    for message in touches:
        deliver(message)
        long_ago()
    assert fault.struck == 4  # three to know it, and one to see whether it is back
    assert sum(row(message).state == "queued" for message in touches) == 8


def test_with_the_list_away_few_texts_are_looked_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "TRY_EVERY", 60.0)
    texts = [queue(service, "reply", f"text {n}") for n in range(8)]
    for message in texts:
        died_before_the_call(service, message)
        a_minute_passes(service, message)
    fault = service.network.faults.add("api_error_before", times=None, calls="read")
    for message in texts:
        reconcile(message)
    assert fault.struck == 4
    assert {row(message).state for message in texts} == {"sending"}


def test_a_receipt_for_another_text_is_not_taken_for_this_one(service: Service) -> None:
    message = queue(service, "reply", "hello")
    receive_receipt("SMsomebodys", "delivered", None, message)
    assert (row(message).state, row(message).provider_id) == ("queued", None)
