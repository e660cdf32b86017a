"""From a draft to its end: nothing leaves that nobody has approved, and a changed word voids the approval."""

from __future__ import annotations

import pytest

from data.db import reading, writing
from data.models import AuditEvent, Business, Campaign, Enrollment, ImportBatch, Message, StaffUser
from data.queries.senders import sender_for
from scheduler.campaigns import lifecycle
from scheduler.campaigns.lifecycle import NotReady
from scheduler.campaigns.plan import Plan, read_plan
from scheduler.campaigns.words import fingerprint_of
from tests.world_fixtures import SARAH, Service, add_contact

pytestmark = pytest.mark.database

FIRST = (
    "Hi {{ first_name | or_else('there') }}, this is the automated assistant of {{ business }}. It has been"
    " a while since you were with us. Shall I find you a time? Reply STOP to opt out."
)
SECOND = "Hello, the assistant of {{ business }} again. Which day suits you best? Reply STOP to opt out."
THIRD = "Hello from {{ business }}: mornings or afternoons, what is easier? Reply STOP to opt out."


def plan(first: str = FIRST, **more: object) -> Plan:
    texts = [
        {"text": first, "angle": "continuity"},
        {"text": SECOND, "day": 5, "angle": "convenience"},
        {"text": THIRD, "day": 12, "angle": "open_door"},
    ]
    return read_plan({"touches": texts, "in_business_hours": False} | more)


def made(name: str = "spring", **more: object) -> int:
    with writing() as session:
        business = session.query(Business).one()
        if session.query(StaffUser).count() == 0:
            session.add(
                StaffUser(business_id=business.id, email="kim@example.com", name="Kim", password_hash="")
            )
        return lifecycle.new(session, business.id, name, plan(**more)).id


def approve(campaign_id: int) -> None:
    with writing() as session:
        staff = session.query(StaffUser).one()
        lifecycle.approve(session, session.get_one(Campaign, campaign_id), staff)


def rehearse(campaign_id: int) -> None:
    with writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        lifecycle.note_dry_run(session, campaign, fingerprint_of(session, campaign))


def edit(campaign_id: int, changed: Plan) -> None:
    with writing() as session:
        lifecycle.edit_words(session, session.get_one(Campaign, campaign_id), changed)


def state(campaign_id: int) -> tuple[str, str | None]:
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        return campaign.state, campaign.paused_reason


def missing(campaign_id: int) -> str:
    with pytest.raises(NotReady) as refused:
        lifecycle.launch(campaign_id)
    return " ".join(refused.value.missing)


def test_nothing_is_launched_before_a_dry_run_and_an_approval_by_name(service: Service) -> None:
    campaign = made()
    assert "dry run" in missing(campaign)
    rehearse(campaign)
    assert missing(campaign) == "Nobody has approved the words yet."
    approve(campaign)
    assert lifecycle.launch(campaign).enrolled == 1
    service.run_due()
    assert len(service.arrived()) == 1
    assert lifecycle.launch(campaign).enrolled == 0, "a launch may be repeated"
    with reading() as session:
        acts = [event.action for event in session.query(AuditEvent).order_by(AuditEvent.id)]
        assert acts == ["made a campaign", "played a campaign through", "approved the words of a campaign",
                        "launched a campaign"]  # fmt: skip
        assert session.query(AuditEvent).where(AuditEvent.staff_user_id.is_not(None)).count() == 1


def test_a_changed_word_voids_approval_and_dry_run_and_nothing_else_does(service: Service) -> None:
    campaign = made()
    rehearse(campaign)
    approve(campaign)
    edit(campaign, plan(budget=50.0, pilot=20))
    edit(campaign, plan(FIRST.replace("find", "look for")))
    lacking = missing(campaign)
    assert "since the last dry run" in lacking
    assert "approve them again" in lacking
    edit(campaign, plan())
    lifecycle.launch(campaign)  # the words that were approved are back


def test_whoever_changes_a_word_of_a_running_campaign_pauses_it_and_no_old_word_leaves(
    service: Service,
) -> None:
    campaign = made()
    rehearse(campaign)
    approve(campaign)
    with writing() as session:
        sender_for(session, session.query(Business).one(), "sms").stopped_reason = "by hand"
    lifecycle.launch(campaign)
    service.run_due()
    with reading() as session:
        waited = session.query(Message).where(Message.kind == "touch", Message.state == "queued").count()
    edit(campaign, plan(FIRST.replace("find", "look for")))
    assert state(campaign) == ("paused", "words_changed")
    with reading() as session:
        assert session.query(Message).where(Message.kind == "touch").count() == 0, f"{waited} waited"
    with writing() as session:
        sender_for(session, session.query(Business).one(), "sms").stopped_reason = None
        with pytest.raises(NotReady):
            lifecycle.resume(session, session.get_one(Campaign, campaign))
    rehearse(campaign)
    approve(campaign)
    with writing() as session:
        lifecycle.resume(session, session.get_one(Campaign, campaign))
    service.run_due()
    assert ["look for" in text for text in service.arrived()] == [True]


def test_words_with_an_error_cannot_be_approved(service: Service) -> None:
    campaign = made(first="Hi, {{ business }} here. Act now, this is your last chance!")
    with pytest.raises(NotReady, match="opt out"):
        approve(campaign)


def test_a_list_that_nobody_has_vouched_for_keeps_a_campaign_back(service: Service) -> None:
    campaign = made()
    rehearse(campaign)
    approve(campaign)
    with writing() as session:
        business = session.query(Business).one()
        batch = ImportBatch(business_id=business.id, filename="bought.csv", sha256="", counts={})
        session.add(batch)
        session.flush()
        add_contact(session, business, "+12125550124", "Tom").import_batch_id = batch.id
    assert "bought.csv" in missing(campaign)


def test_paused_nothing_leaves_and_ended_everybody_is_out(service: Service) -> None:
    campaign = made()
    rehearse(campaign)
    approve(campaign)
    lifecycle.launch(campaign)
    with writing() as session:
        lifecycle.pause(session, session.get_one(Campaign, campaign))
    service.run_due()
    assert service.arrived(SARAH) == []
    assert lifecycle.end(campaign) == 1
    assert lifecycle.end(campaign) == 0
    with reading() as session:
        assert session.query(Enrollment).one().outcome == "withdrawn"
    assert "has ended" in missing(campaign)
