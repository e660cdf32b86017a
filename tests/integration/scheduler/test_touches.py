"""What the business starts: it waits while something holds it up, and one bad row stops nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from actions.decision import CallBack, Decision, Effect, Freeze, HandOver
from actions.state import State
from data import clock
from data.db import reading, writing
from data.models import (
    Business,
    Callback,
    Campaign,
    Contact,
    Enrollment,
    Handoff,
    Message,
    Sender,
    StaffUser,
    Touch,
)
from data.profile import Profile
from data.queries.messages import conversation_of, enqueue
from data.queries.suppressions import suppress
from scheduler.apply import Scene, apply
from scheduler.campaigns import enrolling
from scheduler.due import due_jobs
from scheduler.staff_acts import hand_back, take_over
from tests.world_fixtures import SARAH, Service, add_contact

pytestmark = pytest.mark.database

OWED = "as you asked"


def decide(*effects: Effect) -> None:
    with writing() as session:
        contact = session.query(Contact).where(Contact.phone == SARAH).one()
        business, conversation = session.query(Business).one(), conversation_of(session, contact)
        apply(
            Scene(session, business, contact, conversation, "sms"),
            Decision(None, effects, State()),
            once="decided",
        )


def begin(name: str = "spring") -> None:
    with writing() as session:
        business = session.query(Business).one()
        enrolling.begin(session, business, name, Profile.model_validate(business.profile).opener)


def queue_touch() -> int:
    """An opener that is in the outbox already."""
    begin()
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        enrollment = session.query(Enrollment).one()
        enrollment.state, enrollment.due_at = "finished", None
        message = enqueue(
            session, business, contact, kind="touch", body="hello", channel="sms", enrollment_id=enrollment.id
        )
        conversation_of(session, contact)
        assert message is not None
        return message.id


def callback_state() -> str:
    with reading() as session:
        return session.query(Callback).one().state


def swept(kind: str) -> list[int]:
    with reading() as session:
        return [due.job.row for due in due_jobs(session, clock.now()) if due.job.kind == kind]


def somebody(session) -> StaffUser:  # type: ignore[no-untyped-def]
    user = session.query(StaffUser).one_or_none()
    if user is None:
        business = session.query(Business).one()
        user = StaffUser(business_id=business.id, email="desk@example.com", name="Kim", password_hash="x")
        session.add(user)
        session.flush()
    return user


def release() -> None:
    with writing() as session:
        hand_back(session, conversation_of(session, session.query(Contact).one()), somebody(session))


def test_a_callback_behind_an_open_question_is_not_swallowed(service: Service) -> None:
    decide(HandOver("unanswered_question", silent=False), CallBack(clock.now(), ""))
    service.run_due()
    assert any(OWED in text for text in service.arrived())
    assert callback_state() == "sent"


@pytest.mark.parametrize("held", [HandOver("complaint"), Freeze()])
def test_a_callback_waits_while_staff_or_an_emergency_have_the_conversation(
    service: Service, held: Effect
) -> None:
    decide(held, CallBack(clock.now(), ""))
    for _ in range(5):
        service.clock.forward(timedelta(hours=5))
        service.run_due()
    assert service.arrived() == []
    assert callback_state() == "pending"
    assert swept("callback") == []
    release()
    service.clock.until(datetime(2026, 3, 12, 15, 0, tzinfo=UTC))
    service.run_due()
    assert [OWED in text for text in service.arrived()] == [True]


def test_a_held_up_callback_that_is_asked_about_stays_pending(service: Service) -> None:
    from scheduler.touches import callback

    decide(Freeze(), CallBack(clock.now(), ""))
    with reading() as session:
        row = session.query(Callback).one().id
    assert callback(row) == []
    assert callback_state() == "pending"
    with reading() as session:
        assert session.query(Message).count() == 0


def test_a_callback_to_somebody_who_declined_meanwhile_is_cancelled(service: Service) -> None:
    decide(CallBack(clock.now(), ""))
    with writing() as session:
        conversation_of(session, session.query(Contact).one()).closed_reason = "price"
    service.run_due()
    assert service.arrived() == []
    assert callback_state() == "cancelled"
    with reading() as session:
        assert session.query(Handoff).count() == 0


def test_a_callback_whose_text_cannot_be_used_goes_to_a_person(service: Service) -> None:
    decide(CallBack(clock.now(), ""))
    with writing() as session:
        business = session.query(Business).one()
        business.profile = business.profile | {"callback": "Hi {firstname}, as you asked."}
    service.run_due()
    assert callback_state() == "cancelled"
    with reading() as session:
        assert [handoff.reason for handoff in session.query(Handoff)] == ["callback_failed"]


def test_a_callback_to_a_number_without_lawful_hours_goes_to_a_person(service: Service) -> None:
    decide(CallBack(clock.now(), ""))
    with writing() as session:
        contact = session.query(Contact).one()
        contact.timezone, contact.zones = None, ["Pacific/Honolulu", "Europe/London", "Asia/Tokyo"]
    service.run_due()
    assert callback_state() == "cancelled"
    with reading() as session:
        assert [handoff.reason for handoff in session.query(Handoff)] == ["callback_failed"]


def test_a_queued_touch_waits_for_a_paused_campaign_and_leaves_afterwards(service: Service) -> None:
    message = queue_touch()
    with writing() as session:
        session.query(Campaign).one().state = "paused"
    assert swept("deliver") == []
    service.clock.forward(timedelta(days=1))
    service.run_due()
    assert service.arrived() == []
    with writing() as session:
        waiting = session.get_one(Message, message)
        assert (waiting.state, waiting.attempts) == ("queued", 0)
        session.query(Campaign).one().state = "running"
    service.clock.forward(timedelta(minutes=15))
    service.run_due()
    assert service.arrived() == ["hello"]


def test_a_held_up_touch_that_is_delivered_all_the_same_waits_and_burns_nothing(service: Service) -> None:
    from scheduler.deliver import deliver

    message = queue_touch()
    with writing() as session:
        conversation_of(session, session.query(Contact).one()).frozen_at = clock.now()
    assert deliver(message) == []
    with reading() as session:
        waiting = session.get_one(Message, message)
        assert (waiting.state, waiting.attempts, waiting.cancelled_reason) == ("queued", 0, None)
        assert waiting.due_at is not None
        assert waiting.due_at > clock.now()


def test_a_touch_whose_campaign_is_done_is_dropped(service: Service) -> None:
    message = queue_touch()
    with writing() as session:
        session.query(Campaign).one().state = "done"
    service.run_due()
    with reading() as session:
        assert session.get_one(Message, message).cancelled_reason == "campaign_ended"


def test_after_an_emergency_nothing_that_the_business_starts_leaves(service: Service) -> None:
    begin()
    decide(CallBack(clock.now() + timedelta(days=1), ""))
    service.text("I can't breathe")
    service.run_due()
    said = service.arrived()
    for _ in range(10):
        service.clock.forward(timedelta(days=1, hours=1))
        service.run_due()
    assert service.arrived() == said
    assert len(said) == 1


def test_an_opener_at_night_waits_with_its_enrollment_and_not_in_the_outbox(service: Service) -> None:
    service.clock.until(datetime(2026, 3, 11, 3, 0, tzinfo=UTC))  # 23:00 in New York
    begin()
    service.run_due()
    assert service.outbox() == []
    with reading() as session:
        assert session.query(Enrollment).one().due_at == datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
    service.clock.until(datetime(2026, 3, 11, 12, 0, tzinfo=UTC))
    service.run_due()
    assert len(service.arrived()) == 1


def test_a_suppressed_contacts_enrollment_ends_with_the_reason(service: Service) -> None:
    begin()
    with writing() as session:
        suppress(session, session.query(Business).one(), SARAH, reason="opt_out", source="staff")
    service.run_due()
    with reading() as session:
        enrollment = session.query(Enrollment).one()
    assert (enrollment.state, enrollment.stopped_reason) == ("stopped", "opt_out")


def sweep_for_a_while(service: Service) -> None:
    for _ in range(10):
        service.run_due()
        service.clock.forward(timedelta(seconds=5))


def test_contacts_without_lawful_hours_do_not_block_a_campaign(service: Service) -> None:
    with writing() as session:
        business, sarah = session.query(Business).one(), session.query(Contact).one()
        for sender in session.query(Sender):
            sender.per_second = 1.0
        for n in range(8):
            add_contact(session, business, f"+121255501{40 + n}", "Sample")
        enrolling.begin(session, business, "spring", Profile.model_validate(business.profile).opener)
        for stranger in session.query(Contact).where(Contact.id != sarah.id):  # moved away since
            stranger.timezone, stranger.zones = None, ["Pacific/Honolulu", "Europe/London", "Asia/Tokyo"]
        enrolled = session.query(Enrollment).where(Enrollment.contact_id == sarah.id).one()
        enrolled.due_at = clock.now() + timedelta(seconds=1)
    sweep_for_a_while(service)
    assert len(service.outbox()) >= 1
    with reading() as session:
        assert session.query(Message).where(Message.to_address == SARAH).count() == 1
        stopped = session.query(Enrollment).where(Enrollment.state == "stopped")
        assert {row.stopped_reason for row in stopped} == {"no_lawful_time"}
        assert stopped.count() == 8


def test_a_campaign_with_a_broken_text_does_not_block_the_others(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        for sender in session.query(Sender):
            sender.per_second = 1.0
        broken = Campaign(business_id=business.id, name="broken", state="running")
        session.add(broken)
        session.flush()
        session.add(Touch(campaign_id=broken.id, step=1, template="Hi {firstname}"))
        early = clock.now() - timedelta(minutes=1)
        for n in range(20):
            contact = add_contact(session, business, f"+121255501{40 + n}", "Sample")
            session.add(Enrollment(campaign_id=broken.id, contact_id=contact.id, due_at=early))
        session.flush()
        enrolling.begin(session, business, "sound", Profile.model_validate(business.profile).opener)
    sweep_for_a_while(service)
    with reading() as session:
        assert session.query(Message).where(Message.to_address == SARAH).count() == 1
        assert session.query(Enrollment).where(Enrollment.stopped_reason == "unusable_text").count() == 20


def test_the_openers_of_a_stopped_sender_stay_out_of_the_outbox(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        for n in range(30):
            add_contact(session, business, f"+121255501{40 + n}", "Sample")
        for sender in session.query(Sender):
            sender.stopped_reason = "stopped by hand"
    begin()
    sweep_for_a_while(service)
    assert len(service.outbox()) <= 1


def test_whom_a_later_list_says_to_be_booked_elsewhere_gets_no_further_touch(service: Service) -> None:
    begin()
    with writing() as session:
        contact = session.query(Contact).where(Contact.phone == SARAH).one()
        contact.persons[0].booked_until = clock.now().date() + timedelta(days=9)
    service.run_due()
    assert service.arrived() == []
    with reading() as session:
        assert session.query(Enrollment).one().stopped_reason == "booked_elsewhere"


def test_staff_who_take_over_and_hand_back_lose_no_callback(service: Service) -> None:
    decide(CallBack(clock.now(), ""))
    with writing() as session:
        conversation = conversation_of(session, session.query(Contact).one())
        take_over(session, conversation, somebody(session))
    service.run_due()
    assert service.arrived() == []
    release()
    service.clock.forward(timedelta(minutes=15))
    service.run_due()
    assert sum(OWED in text for text in service.arrived()) == 1
