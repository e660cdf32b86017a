"""Outreach from queue to phone: the best first, fairly shared, each touch once, and stopped by everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from data import clock
from data.db import reading, writing
from data.models import (
    AuditEvent,
    Business,
    Campaign,
    Contact,
    Conversation,
    Enrollment,
    Message,
    Sender,
    Suppression,
    Touch,
)
from data.queries.messages import conversation_of
from data.queries.suppressions import PROMISED_LAST, suppressed_for
from scheduler.outreach import brakes, claims, fill, lane, marks
from scheduler.outreach.sequence import ANSWER_WITHIN
from scheduler.reconcile import reconcile
from scheduler.troubles import troubles
from tests.world_fixtures import SARAH, Service, add_contact

pytestmark = pytest.mark.database

WORDS = "Hi {{ first_name }}, this is the automated assistant of {{ business }}. Reply STOP to opt out."
DAYS = (0, 5, 12)


def campaign(
    name: str = "spring", days: tuple[int, ...] = DAYS, *, contacts: int = 0, last: bool = False
) -> int:
    """A running campaign with Sarah, or with so many others, in its queue; its id."""
    with writing() as session:
        business = session.query(Business).one()
        made = Campaign(business_id=business.id, name=name, state="running")
        session.add(made)
        session.flush()
        for step, day in enumerate(days, 1):
            is_last = last and step == len(days)
            words = f"{step}: {WORDS}"
            session.add(Touch(campaign_id=made.id, step=step, day=day, template=words, is_last=is_last))
        first = session.query(Contact).count()
        phones = [f"+1212555{first + n:04d}" for n in range(contacts)]
        people = [add_contact(session, business, phone, "Sample") for phone in phones]
        people = people or [session.query(Contact).filter_by(phone=SARAH).one()]
        for score, contact in enumerate(people):
            row = Enrollment(campaign_id=made.id, contact_id=contact.id, score=score, due_at=clock.now())
            row.queued = True
            session.add(row)
        return made.id


def enrollment() -> Enrollment:
    with reading() as session:
        return session.query(Enrollment).one()


def change(what: Callable[[Contact, Conversation], None]) -> None:
    with writing() as session:
        contact = session.query(Contact).filter_by(phone=SARAH).one()
        what(contact, conversation_of(session, contact))


def weeks_pass(service: Service, weeks: int = 4) -> None:
    for _ in range(weeks * 7):
        service.clock.forward(timedelta(days=1))
        service.run_due()


def test_a_whole_sequence_leaves_on_its_days_and_ends_in_silence(service: Service) -> None:
    campaign()
    service.run_due()
    begun = service.clock()
    weeks_pass(service)
    assert [text[:2] for text in service.arrived()] == ["1:", "2:", "3:"]
    sent = [text.sent_at - begun for text in service.outbox() if text.sent_at]
    assert [round(span / timedelta(days=1)) for span in sent] == [0, 5, 12]
    assert (enrollment().state, enrollment().outcome) == ("finished", "no_reply")
    with reading() as session:
        contact = session.query(Contact).filter_by(phone=SARAH).one()
        assert contact.cool_until is not None
        assert contact.cool_until > date(2026, 5, 1)
        assert contact.archived_at is None


def test_two_sequences_that_met_silence_archive_the_contact(service: Service) -> None:
    for name in ("spring", "summer"):
        campaign(name, (0,))
        weeks_pass(service, 2)
    with reading() as session:
        assert session.query(Contact).filter_by(phone=SARAH).one().archived_at is not None


STOPS: dict[str, Callable[[Contact, Conversation], None]] = {
    "replied": lambda _, talk: setattr(talk, "last_inbound_at", clock.now() + timedelta(seconds=1)),
    "booked": lambda contact, _: setattr(contact.persons[0], "booked_until", date(2026, 6, 1)),
    "visited": lambda contact, _: setattr(contact.persons[0], "last_visit", date(2026, 3, 12)),
    "called": lambda contact, _: setattr(contact, "called_at", clock.now() + timedelta(hours=1)),
    "declined": lambda _, talk: setattr(talk, "closed_reason", "price"),
    "with_staff": lambda _, talk: setattr(talk, "staff_took_over_at", clock.now()),
}


@pytest.mark.parametrize("outcome", STOPS)
def test_a_sequence_stops_by_every_road_with_its_outcome(service: Service, outcome: str) -> None:
    campaign()
    service.run_due()
    change(STOPS[outcome])
    weeks_pass(service, 1)
    assert len(service.arrived()) == 1
    assert (enrollment().state, enrollment().outcome) == ("stopped", outcome)
    assert enrollment().ended_at is not None


@pytest.mark.parametrize("outcome", STOPS)
def test_what_has_come_between_claim_and_call_stops_the_text(
    service: Service, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign()
    fill.outreach(1)
    change(lambda *_: None)  # there is a conversation, as with everybody who has got a text before
    really = lane.mark

    def just_before(*given: object) -> set[int]:
        if outcome in ("replied", "declined", "with_staff"):
            change(STOPS[outcome])
        else:
            with writing() as session:
                session.query(Enrollment).one().state = "stopped"
        return really(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lane, "mark", just_before)
    service.run_due()
    assert service.arrived() == []
    assert service.outbox()[0].state != "sending"


def test_an_opt_out_and_a_pause_take_hold_between_two_texts_of_a_batch(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = campaign(contacts=6)
    fill.outreach(1)
    monkeypatch.setattr(lane, "TOGETHER", 1)  # so that it is certain which texts have been called for
    sent: list[object] = []
    really = lane.mark

    def pause_after_two(*given: object) -> set[int]:
        if len(sent) == 2:
            with writing() as session:
                session.get_one(Campaign, made).state = "paused"
        sent.append(given)
        return really(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lane, "mark", pause_after_two)
    service.run_due()
    assert [text.state for text in service.outbox() if not text.sent_at] == ["queued"] * 4
    with writing() as session:
        session.get_one(Campaign, made).state = "running"
    monkeypatch.setattr(lane, "mark", really)
    service.run_due()
    assert all(text.sent_at for text in service.outbox())


def test_the_best_of_a_queue_go_first(service: Service) -> None:
    campaign(contacts=40)
    with writing() as session:
        for sender in session.query(Sender):
            sender.per_second = 0.5
    fill.outreach(1)
    with reading() as session:
        scores = [row.score for row in session.query(Enrollment).filter(Enrollment.queued.is_(False))]
    assert sorted(scores) == [float(n) for n in range(30, 40)]


def test_campaigns_share_the_room_equally_and_what_one_does_not_need_goes_to_the_others(
    service: Service,
) -> None:
    with writing() as session:
        for sender in session.query(Sender):
            sender.per_second = 1.5
    names = {campaign(name, contacts=size): name for name, size in (("a", 40), ("b", 40), ("c", 2))}
    fill.outreach(1)
    with reading() as session:
        rows = session.query(Enrollment).filter(Enrollment.queued.is_(False)).all()
    counts = {name: sum(row.campaign_id == made for row in rows) for made, name in names.items()}
    assert counts["c"] == 2
    assert abs(counts["a"] - counts["b"]) <= 1
    assert sum(counts.values()) == 30


def test_a_text_whose_worker_died_before_its_call_goes_back_without_asking_anybody(service: Service) -> None:
    campaign()
    fill.outreach(1)
    with reading() as session:
        sender = session.query(Sender).filter_by(channel="sms").one()
    (claimed,) = claims.claim_some(sender, 5).claimed
    with writing() as session:
        message = session.get_one(Message, claimed.about.message)
        assert message.claimed_at is not None
        message.claimed_at -= timedelta(minutes=2)
    service.network.faults.add("api_error_before", times=None, calls="read")  # nobody is asked
    assert reconcile(claimed.about.message) == []
    assert service.outbox()[0].state == "queued"
    assert not marks.mark([claimed.about], clock.real(), []), "who wakes up late must not call any more"
    service.run_due()
    assert len(service.arrived()) == 1


def test_a_promised_last_text_binds_campaigns_and_nothing_else(service: Service) -> None:
    campaign(days=(0,), last=True)
    service.run_due()
    with reading() as session:
        business = session.query(Business).one()
        row = session.query(Suppression).one()
        assert (row.reason, row.source) == (PROMISED_LAST, "campaign")
        assert suppressed_for(session, business, SARAH, "sms") is None
    service.text("can I come on Thursday?")
    with reading() as session:
        assert session.query(Suppression).one().lifted_at is None
        assert session.query(Conversation).one().outcome != "opted_out"
    service.clock.forward(timedelta(days=60))
    campaign("summer", (0,))
    service.run_due()
    assert len([text for text in service.arrived() if text.startswith("1:")]) == 1
    with reading() as session:
        reasons = {row.stopped_reason for row in session.query(Enrollment)}
    assert reasons == {"replied", PROMISED_LAST}


def test_a_text_that_was_never_sent_promises_nothing(service: Service) -> None:
    service.network.faults.add("api_reject", times=1, code=30004)
    campaign(days=(0,), last=True)
    service.run_due()
    with reading() as session:
        assert session.query(Suppression).count() == 0


def test_what_is_over_the_senders_day_waits_for_the_next(service: Service) -> None:
    with writing() as session:
        session.query(Sender).filter_by(channel="sms").one().per_day = 3
    campaign(contacts=5, days=(0,))
    for _ in range(3):
        service.run_due()
        service.clock.forward(timedelta(minutes=30))
    assert sum(text.sent_at is not None for text in service.outbox()) == 3
    service.clock.forward(timedelta(days=1))
    service.run_due()
    service.run_due()
    assert sum(text.sent_at is not None for text in service.outbox()) == 5


def test_contacts_keep_to_one_of_several_numbers_even_when_it_is_stopped(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        session.add(Sender(business_id=business.id, channel="sms", address="+12125550101", per_second=1_000))
    service.network.ground.senders = (*service.network.ground.senders, "+12125550101")
    campaign(contacts=12)
    service.run_due()
    with writing() as session:
        known = {row.id: row.sender_id for row in session.query(Contact) if row.phone != SARAH}
        used = set(known.values())
        stopped = session.query(Sender).filter_by(address="+12125550101").one()
        stopped.stopped_reason = "30034: the number is not registered for 10DLC"
        halted = stopped.id
    assert len(used) == 2
    weeks_pass(service, 1)
    second = [text for text in service.outbox() if text.body.startswith("2:") and text.sent_at]
    assert {known[text.contact_id or 0] for text in second} == used - {halted} | (
        {halted} & {known[text.contact_id or 0] for text in second[:1]}
    )


def test_a_spent_budget_pauses_the_campaign_and_tells_staff(service: Service) -> None:
    made = campaign(contacts=5)
    with writing() as session:
        business = session.query(Business).one()
        business.profile = business.profile | {"text_price": 0.01}
        session.get_one(Campaign, made).budget = 0.035
    service.run_due()
    with reading() as session:
        assert session.get_one(Campaign, made).paused_reason == "budget"
        assert session.query(AuditEvent).filter_by(action=brakes.PAUSED).count() == 1
        assert "budget" in " ".join(one.words for one in troubles(session, 1))
        assert sum(text.cost or 0.0 for text in session.query(Message)) <= 0.035


def test_a_campaign_that_many_opt_out_of_brakes_and_what_was_seen_brakes_no_more(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brakes, "LOOK_EVERY", 0.0)
    made = campaign(contacts=60)
    service.run_due()
    with writing() as session:
        for number, text in enumerate(session.query(Message)):
            text.state = "delivered"
            if number < 5:
                contact = session.get_one(Contact, text.contact_id)
                conversation_of(session, contact).outcome = "opted_out"
    with reading() as session:
        running = session.get_one(Campaign, made)
    assert not brakes.holds(running)
    with writing() as session:
        paused = session.get_one(Campaign, made)
        assert (paused.state, paused.paused_reason) == ("paused", "opt_outs")
        paused.state, paused.braked_to = "running", max(text.id for text in session.query(Message))
        assert brakes.fates_of(session, paused, 200) == []


def test_the_end_of_a_sequence_waits_for_a_text_that_has_not_left(service: Service) -> None:
    campaign(days=(0,))
    fill.outreach(1)
    with writing() as session:
        for sender in session.query(Sender):
            sender.stopped_reason = "the owner is on holiday"
    service.clock.forward(ANSWER_WITHIN + timedelta(hours=2))
    service.run_due()
    assert enrollment().state == "active"
