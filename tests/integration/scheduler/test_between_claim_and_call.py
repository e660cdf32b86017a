"""What comes between the writing of a touch and its call: other words, an answer, another touch, an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_campaign_lifecycle import FIRST, approve, edit, made, plan, rehearse
from test_outreach import campaign
from test_touch_with_openings import begin

from data import clock, db
from data.db import reading, writing
from data.models import Business, Campaign, Contact, Conversation, Enrollment, Message, Sender, Touch
from scheduler.campaigns import ending, lifecycle
from scheduler.consequences import fail
from scheduler.deliver import deliver
from scheduler.outreach import brakes, claims, fill, freshening, marks, spending
from tests.world_fixtures import SARAH, Service

pytestmark = pytest.mark.database

ANOTHER = "+12125550101"


def sender(address: str | None = None) -> Sender:
    with reading() as session:
        wanted = session.query(Sender).filter_by(channel="sms")
        return wanted.filter_by(address=address).one() if address else wanted.one()


@pytest.fixture
def launched(service: Service) -> int:
    """A campaign whose first text for Sarah is in the outbox; its id."""
    campaign_id = made()
    rehearse(campaign_id)
    approve(campaign_id)
    lifecycle.launch(campaign_id)
    fill.outreach(1)
    return campaign_id


def approve_other_words(service: Service, campaign_id: int) -> None:
    edit(campaign_id, plan(FIRST.replace("a while", "some time")))
    service.clock.forward(timedelta(minutes=1))
    rehearse(campaign_id)
    approve(campaign_id)


def resume(campaign_id: int) -> None:
    with writing() as session:
        lifecycle.resume(session, session.get_one(Campaign, campaign_id))


def test_what_a_worker_had_in_hand_when_a_word_was_changed_leaves_with_the_new_words(
    service: Service, launched: int
) -> None:
    batch = claims.claim_some(sender(), 5)
    approve_other_words(service, launched)
    resume(launched)
    about = [text.about for text in batch.claimed]
    assert marks.mark(about, clock.real(), []) == set(), "not even where it all went that quickly"
    marks.give_back([one.message for one in about], batch.at)
    assert deliver(about[0].message) == [], "nor one by one"
    assert service.arrived() == []
    service.clock.forward(timedelta(minutes=15))
    for _ in range(2):
        service.run_due()
    assert ["some time" in text for text in service.arrived()] == [True]


def test_a_text_that_is_tried_again_after_a_word_was_changed_is_worded_anew(
    service: Service, launched: int
) -> None:
    service.run_due()
    approve_other_words(service, launched)
    with writing() as session:  # the receipt of the first try comes now
        fail(session, session.query(Message).one(), "30003", "undelivered")
        session.query(Message).one().due_at = clock.now()
    resume(launched)
    for _ in range(2):
        service.run_due()
    assert ["some time" in text for text in service.arrived()] == [False, True]


def test_openings_that_will_not_be_sent_are_not_noted_over_an_answer(service: Service) -> None:
    begin()
    fill.outreach(1)
    batch = claims.claim_some(sender(), 5)
    service.clock.forward(timedelta(seconds=1))
    service.text("how much is a cleaning?")
    with reading() as session:
        business, before = session.query(Business).one(), session.query(Conversation).one().state
    (ready,) = freshening.with_live_openings(business, batch.claimed)
    assert ready.outbound.body == batch.claimed[0].outbound.body
    with reading() as session:
        assert session.query(Conversation).one().state == before


def test_openings_of_a_text_that_an_answer_has_stopped_are_not_offered(service: Service) -> None:
    begin()
    fill.outreach(1)
    batch = claims.claim_some(sender(), 5)
    with reading() as session:
        business = session.query(Business).one()
    (ready,) = freshening.with_live_openings(business, batch.claimed)
    with reading() as session:
        assert len(session.query(Conversation).one().state["offered"]) == 2
    service.clock.forward(timedelta(seconds=1))
    service.text("the second one")
    assert marks.mark([ready.about], clock.real(), []) == set()
    marks.give_back([ready.about.message], batch.at)
    assert claims.claim_some(sender(), 5).claimed == []
    with reading() as session:
        state = session.query(Conversation).one().state
    assert (state["asked"], state.get("offered")) == ("offer_to_book", None)


def text_of_another_campaign(address: str) -> None:
    """A second text for Sarah in the outbox, of another campaign."""
    with writing() as session:
        first = session.query(Message).one()
        other = Campaign(business_id=first.business_id, name="summer", state="running")
        session.add(other)
        session.flush()
        session.add(Enrollment(campaign_id=other.id, contact_id=first.contact_id))
        session.flush()
        session.add(
            Message(
                business_id=first.business_id, contact_id=first.contact_id, direction="out", channel="sms",
                kind="touch", from_address=address, to_address=SARAH, body="Hello again", state="queued",
                due_at=clock.now(), created_at=clock.now(), once="summer",
                enrollment_id=session.query(Enrollment).filter_by(campaign_id=other.id).one().id,
            )
        )  # fmt: skip


def test_of_two_texts_for_one_contact_one_is_claimed_and_the_other_keeps_its_distance(
    service: Service,
) -> None:
    campaign(days=(0,))
    fill.outreach(1)
    text_of_another_campaign(sender().address)
    assert len(claims.claim_some(sender(), 10).claimed) == 1
    assert claims.claim_some(sender(), 10).claimed == []
    put_off = service.outbox()[1].due_at
    assert put_off is not None
    assert put_off >= clock.now() + timedelta(days=3)


def test_two_workers_never_claim_two_texts_for_one_contact_together(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = sender().address
    with writing() as session:
        business = session.query(Business).one()
        session.add(Sender(business_id=business.id, channel="sms", address=ANOTHER, per_second=1_000))
    campaign(days=(0,))
    fill.outreach(1)
    with writing() as session:
        session.query(Message).one().from_address = address
    text_of_another_campaign(ANOTHER)
    others: list[claims.Batch] = []
    really = claims.verdicts

    def another_worker(*given: object) -> object:
        found = really(*given)  # type: ignore[arg-type]
        if not others:
            others.append(claims.Batch(clock.real()))
            others.append(claims.claim_some(sender(ANOTHER), 5))
        return found

    if db.engine().dialect.name == "postgresql":  # SQLite lets nobody write meanwhile
        monkeypatch.setattr(claims, "verdicts", another_worker)
    claimed = claims.claim_some(sender(address), 5).claimed
    assert len(claimed) == 1
    assert not any(batch.claimed for batch in others)
    assert claims.claim_some(sender(ANOTHER), 5).claimed == []


def test_the_end_of_a_campaign_whose_worker_died_is_taken_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = campaign(contacts=5)
    really, parts = ending.end_some_of_campaign, []

    def dies_after_a_part(*given: object) -> int:
        if parts:
            raise SystemExit
        parts.append(given)
        return really(*given, most=2)  # type: ignore[arg-type]

    monkeypatch.setattr(ending, "end_some_of_campaign", dies_after_a_part)
    with pytest.raises(SystemExit):
        lifecycle.end(ended)
    monkeypatch.setattr(ending, "end_some_of_campaign", really)
    service.run_due()
    assert open_in(ended) == 3, "whoever has it in hand may still be at it"
    with writing() as session:
        session.get_one(Campaign, ended).enrolling_until = clock.real() - timedelta(seconds=1)
    service.run_due()
    assert open_in(ended) == 0
    with reading() as session:
        row = session.get_one(Campaign, ended)
        assert (row.state, row.paused_reason, row.enrolling_until) == ("done", None, None)
        assert {one.outcome for one in session.query(Enrollment)} == {"withdrawn"}


def open_in(campaign_id: int) -> int:
    with reading() as session:
        return session.query(Enrollment).filter_by(campaign_id=campaign_id, state="active").count()


def test_a_step_that_is_gone_has_still_cost_money_and_lost_contacts(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        business.profile = business.profile | {"text_price": 0.01}
    spent = campaign(contacts=3)
    service.run_due()
    with writing() as session:
        session.query(Message).update({"state": "delivered"})
        session.query(Touch).filter_by(step=1).delete()
        first = session.query(Contact).filter(Contact.phone != SARAH).first()
        assert first is not None
        session.query(Conversation).filter_by(contact_id=first.id).one().outcome = "opted_out"
    with reading() as session:
        assert session.query(Message).filter(Message.touch_id.is_not(None)).count() == 0
        assert spending.spent_in_rows(session, spent) == pytest.approx(0.03)
        fates = brakes.fates_of(session, session.get_one(Campaign, spent), 200)
    assert sorted(fate.opted_out for fate in fates) == [False, False, True]
