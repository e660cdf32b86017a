"""Campaigns in the staff view: written, approved by name, launched, piloted, paused, ended, reported on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk_contacts import FIRST, SECOND, THIRD, Hand, people
from sqlalchemy import select
from staff_desk import Desk

from data import clock
from data.db import reading, writing
from data.models import Campaign, Conversation, Enrollment, Message, Person, Sale
from scheduler.campaigns import lifecycle
from scheduler.campaigns.words import fingerprint_of
from scheduler.jobs import Job
from scheduler.run import run

WORDS = {
    "text-0": FIRST, "day-0": "0", "angle-0": "continuity",
    "text-1": SECOND, "day-1": "5", "angle-1": "convenience",
    "text-2": THIRD, "day-2": "12", "angle-2": "open_door",
}  # fmt: skip


def row() -> Campaign:
    with reading() as session:
        return session.scalars(select(Campaign)).one()


def states() -> list[str]:
    with reading() as session:
        return sorted(session.scalars(select(Enrollment.state)))


def rehearse() -> None:
    """As the dry run does that found nothing (tests/integration/rehearsal plays real ones)."""
    with writing() as session:
        campaign = session.scalars(select(Campaign)).one()
        lifecycle.note_dry_run(session, campaign, fingerprint_of(session, campaign))


def shown_words(kim: Hand, page: str) -> str:
    found = re.search(r'name="words" value="([0-9a-f]{64})"', kim.get(page).text)
    assert found
    return found[1]


def launch(kim: Hand, page: str) -> None:
    """The button, and what a worker does then."""
    assert kim.post(f"{page}/launch").status_code == 303
    assert "Contacts are being enrolled." in kim.get(page).text
    while run(Job("enrol", row().id)) == [Job("enrol", row().id)]:
        pass
    assert "Contacts are being enrolled." not in kim.get(page).text


@pytest.fixture
def kim(desk: Desk) -> Hand:
    return Hand(desk.kim())


@pytest.fixture
def draft(kim: Hand) -> str:
    """A campaign with words that nothing speaks against."""
    new = "/staff/campaigns/new"
    words = kim.post(new, name="Spring", channel="sms").headers["Location"]
    assert kim.post(words, act="done", **WORDS).status_code == 303
    return words.removesuffix("/words")


@pytest.fixture
def approved(kim: Hand, draft: str) -> str:
    rehearse()
    kim.post(f"{draft}/approve", words=shown_words(kim, draft))
    return draft


def test_a_campaign_goes_from_a_starter_through_approval_to_its_first_enrollments(
    desk: Desk, kim: Hand
) -> None:
    people("Ada", "Ben")
    new = "/staff/campaigns/new"
    sent = kim.post(new, name="Spring", starter="lapsed-3-to-12-health", pilot="20")
    words = sent.headers["Location"]
    assert "this is the automated assistant of" in kim.get(words).text
    assert row().pilot_size == 20

    bare = WORDS | {"text-0": "Hi {{ first_name }}, come in."}
    assert kim.post(words, **bare).status_code == 303
    assert "Must change" in kim.get(words).text
    page = words.removesuffix("/words")
    assert "disabled>I, Kim, approve" in kim.get(page).text
    assert kim.post(f"{page}/approve", words=shown_words(kim, page)).status_code == 409

    kim.post(words, act="done", **WORDS)
    lacking = kim.post(f"{page}/launch")
    assert lacking.status_code == 409
    assert "do a dry run" in lacking.text
    rehearse()
    kim.post(f"{page}/approve", words=shown_words(kim, page))
    assert "Kim approved these words" in kim.get(page).text

    launch(kim, page)
    assert row().state == "running"
    assert states() == ["active", "active"]
    assert "launched a campaign" in desk.audits()
    assert "Kim launched it" in kim.get(page).text


def test_approval_holds_for_the_words_that_were_on_the_screen(kim: Hand, draft: str) -> None:
    rehearse()
    seen = shown_words(kim, draft)
    kim.post(f"{draft}/words", **(WORDS | {"day-1": "6"}))

    stale = kim.post(f"{draft}/approve", words=seen)

    assert (stale.status_code, "have been changed since you opened" in stale.text) == (409, True)
    assert row().approved_words is None


def test_a_changed_word_voids_the_approval_and_pauses_what_runs(kim: Hand, approved: str) -> None:
    people("Ada")
    launch(kim, approved)
    assert row().state == "running"

    kim.post(f"{approved}/words", **(WORDS | {"text-1": SECOND.replace("best", "well")}))

    assert (row().state, row().paused_reason) == ("paused", "words_changed")
    page = kim.get(approved).text
    assert "Void" in page
    assert "Paused because words were changed." in page
    assert kim.post(f"{approved}/resume").status_code == 409


def test_what_was_typed_stays_where_it_cannot_be_saved(kim: Hand, draft: str) -> None:
    words = f"{draft}/words"
    answer = kim.post(words, **(WORDS | {"day-1": "soon", "offer": "a free coffee"}))
    assert answer.status_code == 400
    assert "Text 2, day: " in answer.text
    assert 'value="soon"' in answer.text
    assert 'value="a free coffee"' in answer.text
    assert SECOND in kim.get(words).text


def test_a_pilot_is_released_after_its_report_then_paused_resumed_and_ended(kim: Hand, approved: str) -> None:
    people("Ada", "Ben", "Cleo")
    launch(kim, approved)
    with writing() as session:
        campaign = session.scalars(select(Campaign)).one()
        campaign.pilot_size = 20
        for enrollment in session.scalars(select(Enrollment).limit(2)):
            enrollment.state, enrollment.due_at = "held", None
    page = kim.get(approved).text
    assert "2 contacts wait behind it" in page

    for act, state in (("release", "running"), ("pause", "paused"), ("resume", "running"), ("end", "done")):
        assert kim.post(f"{approved}/{act}").status_code == 303, act
        assert row().state == state
    assert states() == ["stopped"] * 3
    assert kim.post(f"{approved}/pause").status_code == 409


def test_the_preview_shows_real_contacts_with_the_worst_first(kim: Hand, draft: str) -> None:
    people("Ada", "Wilhelmina-Theodora", "")
    page = kim.get(f"{draft}/preview").text
    assert "Hi Wilhelmina-Theodora, this is the automated assistant of Example Dental." in page
    assert "No name is known" in page


def test_another_business_sees_and_does_nothing_of_it(desk: Desk, approved: str) -> None:
    bo = Hand(desk.logged_in("Bo"))
    for path in ("", "/words", "/preview", "/report", "/enrollments.csv"):
        assert bo.get(approved + path).status_code == 404, path
    fields = {"words": "0" * 64, **WORDS}
    for act in ("words", "dry-run", "approve", "launch", "release", "pause", "resume", "end"):
        assert bo.post(f"{approved}/{act}", **fields).status_code == 404, act
    assert "Spring" not in bo.get("/staff/campaigns").text
    assert row().state == "draft"


def talked(contact: int) -> int:
    """The contact got a text of the campaign and answered it; the conversation's id."""
    now = clock.now()
    with writing() as session:
        enrollment = session.scalars(select(Enrollment).where(Enrollment.contact_id == contact)).one()
        campaign = session.get_one(Campaign, enrollment.campaign_id)
        enrollment.began_at = enrollment.touched_at = now - timedelta(days=2)
        touch = lifecycle.touches_of(session, campaign.id)[0]
        talk = Conversation(business_id=campaign.business_id, contact_id=contact, last_inbound_at=now)
        common = {"business_id": campaign.business_id, "contact_id": contact, "channel": "sms"}
        session.add_all(
            [
                talk,
                Message(
                    direction="out", kind="touch", from_address="+12125550100", to_address="+16465550100",
                    body="Hi Ada", state="delivered", sent_at=now - timedelta(days=2), segments=1, cost=0.02,
                    enrollment_id=enrollment.id, touch_id=touch.id, created_at=now - timedelta(days=2),
                    **common,
                ),
                Message(
                    direction="in", kind="text", from_address="+16465550100", to_address="+12125550100",
                    body="yes", state="handled", provider_id="SM1", created_at=now - timedelta(days=1),
                    **common,
                ),
            ]
        )  # fmt: skip
        session.flush()
        return talk.id


def test_report_files_and_figures_count_what_happened(kim: Hand, approved: str) -> None:
    [ada, _] = people("Ada", "Ben")
    launch(kim, approved)
    talk = f"/staff/conversations/{talked(ada)}"
    kim.post(f"{talk}/sale", amount="$250", reference="R-1")

    report = kim.get(f"{approved}/report").text
    figures = kim.get("/staff/figures").text
    file = kim.get(f"{approved}/enrollments.csv")

    assert "Only 1 contacts have got a touch" in report
    assert "250.00" in report
    assert re.search(r'<th scope="row">Spring</th>\s*<td class="number">2</td>', figures)
    assert "250.00" in figures
    assert file.headers["Content-Disposition"] == 'attachment; filename="spring-enrollments.csv"'
    assert len(file.text.splitlines()) == 3
    assert kim.get(f"{approved}/secrets.csv").status_code == 404


def test_what_staff_know_is_noted_beside_the_conversation_and_stops_the_campaign(
    desk: Desk, kim: Hand, approved: str
) -> None:
    [ada] = people("Ada")
    launch(kim, approved)
    talk = f"/staff/conversations/{talked(ada)}"
    page = kim.get(talk).text
    assert "campaign text 1, continuity" in page
    assert "text 1 comes next" in page

    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()
    assert kim.post(f"{talk}/visited", day=tomorrow).status_code == 409
    assert kim.post(f"{talk}/visited", day="2026-02-30").status_code == 409
    assert kim.post(f"{talk}/visited", day="").status_code == 303
    assert states() == ["stopped"]
    assert "stopped: they came by another road" in kim.get(talk).text
    assert kim.post(f"{talk}/visited/undo").status_code == 303
    assert kim.post(f"{talk}/visited/undo").status_code == 409

    kim.post(f"{talk}/unhappy")
    with reading() as session:
        assert session.scalars(select(Person.unhappy).where(Person.contact_id == ada)).one()
    assert "It is settled" in kim.get(talk).text
    kim.post(f"{talk}/unhappy/undo")
    assert kim.post(f"{talk}/unhappy/undo").status_code == 409

    for amount in ("0", "nothing", "-5"):
        assert kim.post(f"{talk}/sale", amount=amount).status_code == 409
    kim.post(f"{talk}/sale", amount="120.50", reference="R-1")
    kim.post(f"{talk}/sale", amount="120.50", reference="R-1")
    with reading() as session:
        assert session.scalars(select(Sale.amount)).all() == [120.5]
    assert "Kim entered a sale of 120.50." in kim.get(talk).text
    assert "noted a visit of" in kim.get("/staff/record").text


def test_everything_that_is_kept_of_somebody_is_one_download_and_on_record(desk: Desk, kim: Hand) -> None:
    talk = desk.conversation("Sarah", "hello there")
    file = kim.get(f"/staff/conversations/{talk}/kept.json")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.json is not None
    assert [row["body"] for row in file.json["message"]] == ["hello there"]
    assert desk.audits()[-1] == "exported what is kept of a contact"
    assert desk.logged_in("Bo").get(f"/staff/conversations/{talk}/kept.json").status_code == 404
