"""What staff do with a conversation, through the forms that they use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from staff_desk import Desk

from data import clock
from data.db import reading, writing
from data.models import AuditEvent, Business, Contact, Conversation, Handoff, Message
from data.queries.suppressions import suppress, suppressed_for


def _opted_out(talk: int) -> None:
    with writing() as session:
        conversation = session.get_one(Conversation, talk)
        contact = session.get_one(Contact, conversation.contact_id)
        business = session.get_one(Business, conversation.business_id)
        suppress(session, business, contact.phone, reason="opt_out", source="text")
        conversation.outcome = "opted_out"


def test_opening_a_conversation_is_looking_and_nobody_else_is_told_any_more(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "a person please", handoff="asked_for_person")
    kim = desk.kim()

    kim.get(f"/staff/conversations/{talk}")
    kim.get(f"/staff/conversations/{talk}")

    with reading() as session:
        handoff = session.scalars(select(Handoff)).one()
    assert handoff.seen_at is not None
    assert handoff.notice_due_at is None
    assert desk.audits().count("looked") == 1


def test_taking_over_silences_the_assistant_and_says_who_did(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    done = kim.post(f"/staff/conversations/{talk}/take-over")
    page = kim.get(f"/staff/conversations/{talk}").text

    assert done.status_code == 303
    assert desk.row(talk).staff_took_over_at is not None
    assert "Kim took over. The assistant is silent." in page
    assert "With you" in page


def test_a_reply_is_signed_queued_and_takes_the_conversation_over(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    done = kim.post(f"/staff/conversations/{talk}/reply", text="Shall I ring you?", nonce="nonce-0001")
    page = kim.get(f"/staff/conversations/{talk}").text

    sent = desk.sent(talk)
    assert done.status_code == 303
    assert [text.body for text in sent] == ["Shall I ring you?\nKim"]
    assert ("deliver", sent[0].id) in [(job.kind, job.row) for job in desk.woken]
    assert desk.row(talk).staff_took_over_at is not None
    assert "Waiting to be sent" in page


def test_the_same_text_sent_twice_leaves_once(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    answers = [
        kim.post(f"/staff/conversations/{talk}/reply", json=True, text="Yes", nonce="nonce-0001")
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(desk.sent(talk)) == 1


def test_lines_arrive_as_the_phone_network_counts_them(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")

    desk.kim().post(f"/staff/conversations/{talk}/reply", text="one\r\ntwo", nonce="nonce-0001")

    assert desk.sent(talk)[0].body == "one\ntwo\nKim"


@pytest.mark.parametrize("by_script", [False, True])
def test_after_an_opt_out_a_reply_is_refused_with_the_reason_and_comes_back(
    desk: Desk, by_script: bool
) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()
    kim.get(f"/staff/conversations/{talk}")
    _opted_out(talk)

    refused = kim.post(
        f"/staff/conversations/{talk}/reply", json=by_script, text="just <one> more", nonce="nonce-0001"
    )

    assert refused.status_code == 409
    if by_script:
        assert "opted out" in refused.get_json()["error"]
    else:
        assert "just &lt;one&gt; more</textarea>" in refused.text
        assert 'value="nonce-0001"' in refused.text
        assert "opted out" in refused.text
    assert desk.sent(talk) == []
    assert desk.row(talk).staff_took_over_at is None


def test_outside_whatsapps_window_the_composer_says_why_and_a_reply_is_refused(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello", channel="whatsapp", ago=timedelta(hours=25))
    kim = desk.kim()

    page = kim.get(f"/staff/conversations/{talk}").text
    refused = kim.post(f"/staff/conversations/{talk}/reply", text="still there?", nonce="nonce-0001")

    assert "within 24 hours" in page
    assert "readonly" in page
    assert refused.status_code == 409
    assert "still there?</textarea>" in refused.text
    assert desk.sent(talk) == []


def test_a_text_that_is_too_long_or_empty_comes_back(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    long = kim.post(f"/staff/conversations/{talk}/reply", text="x" * 1700, nonce="nonce-0001")
    empty = kim.post(f"/staff/conversations/{talk}/reply", text="  ", nonce="nonce-0002")

    assert (long.status_code, empty.status_code) == (409, 409)
    assert "x" * 1700 in long.text
    assert "Write something first" in empty.text


def test_handing_back_is_said_to_the_contact_and_closes_what_waited(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "a person please", handoff="asked_for_person")
    kim = desk.kim()
    kim.post(f"/staff/conversations/{talk}/take-over")

    kim.post(f"/staff/conversations/{talk}/hand-back")

    with reading() as session:
        assert session.scalars(select(Handoff.closed_at)).one() is not None
    assert desk.row(talk).staff_took_over_at is None
    assert len(desk.sent(talk)) == 1
    assert "Kim handed back to the assistant." in kim.get(f"/staff/conversations/{talk}").text


def test_what_needs_no_answer_is_marked_as_done_without_a_text(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "look at this", handoff="media")
    kim = desk.kim()
    before = kim.get(f"/staff/conversations/{talk}").text

    kim.post(f"/staff/conversations/{talk}/hand-back")

    assert "Mark as done" in before
    assert desk.sent(talk) == []
    assert "Kim marked it as done." in kim.get(f"/staff/conversations/{talk}").text


def test_a_no_is_reopened_only_with_a_reason_that_is_kept(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "no thanks", outcome="declined")
    with writing() as session:
        session.get_one(Conversation, talk).closed_reason = "price"
    kim = desk.kim()

    refused = kim.post(f"/staff/conversations/{talk}/reopen", reason=" ")
    done = kim.post(f"/staff/conversations/{talk}/reopen", reason="Phoned us <today>")

    assert (refused.status_code, done.status_code) == (409, 303)
    assert desk.row(talk).closed_reason is None
    assert (
        "Kim reopened the conversation: Phoned us &lt;today&gt;"
        in kim.get(f"/staff/conversations/{talk}").text
    )


def test_an_opt_out_is_entered_only_when_it_was_confirmed(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    refused = kim.post(f"/staff/conversations/{talk}/opt-out")
    done = kim.post(f"/staff/conversations/{talk}/opt-out", confirmed="y")

    with reading() as session:
        conversation = session.get_one(Conversation, talk)
        contact = session.get_one(Contact, conversation.contact_id)
        business = session.get_one(Business, conversation.business_id)
        reason = suppressed_for(session, business, contact.phone, "sms")
    assert refused.status_code == 409
    assert "Tick the box first" in refused.text
    assert done.status_code == 303
    assert reason == "opt_out"
    assert conversation.outcome == "opted_out"
    assert "has opted out" in kim.get(f"/staff/conversations/{talk}").text


def test_every_act_leaves_a_row_that_says_who(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    for act in ("take-over", "hand-back"):
        kim.post(f"/staff/conversations/{talk}/{act}")

    with reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.conversation_id == talk)).all()
    assert {row.action for row in rows} >= {"took over", "handed back"}
    assert all(row.staff_user_id is not None for row in rows)


def test_another_businesss_conversation_is_not_there_for_reading_or_acting(desk: Desk) -> None:
    theirs = desk.conversation("Secret", "hello", business="Other Dental")
    kim = desk.kim()

    read = kim.get(f"/staff/conversations/{theirs}")
    news = kim.get(f"/staff/news?conversation={theirs}&mark=x", headers={"Accept": "application/json"})
    acted = [
        kim.post(f"/staff/conversations/{theirs}/{act}", text="hi", nonce="nonce-0001", confirmed="y")
        for act in ("take-over", "hand-back", "reply", "reopen", "opt-out", "looked")
    ]

    assert read.status_code == 404
    assert "Secret" not in read.text
    assert news.status_code == 404
    assert [answer.status_code for answer in acted] == [404] * 6
    assert desk.row(theirs).staff_took_over_at is None
    assert desk.sent(theirs) == []


def test_what_contacts_write_is_shown_as_text_and_no_link_is_made_of_it(desk: Desk) -> None:
    talk = desk.conversation("<b>Sarah</b>", "<script>alert(1)</script> https://example.com/x")
    kim = desk.kim()

    for page in (kim.get(f"/staff/conversations/{talk}").text, kim.get("/staff").text):
        assert "<script>alert" not in page
        assert "<b>Sarah" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; https://example.com/x" in page
        assert 'href="https://example.com' not in page


def test_a_text_of_ours_shows_its_state_its_times_and_what_an_error_means(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    with writing() as session:
        conversation = session.get_one(Conversation, talk)
        for number, (state, more) in enumerate(
            [
                ("undelivered", {"error_code": "30003", "sent_at": clock.now()}),
                ("cancelled", {"cancelled_reason": "staff_took_over"}),
            ]
        ):
            session.add(
                Message(
                    business_id=conversation.business_id, contact_id=conversation.contact_id, direction="out",
                    channel="sms", kind="reply", from_address="+12125550100", to_address="+12125550001",
                    body=f"text {number}", state=state, **more,
                )
            )  # fmt: skip

    page = desk.kim().get(f"/staff/conversations/{talk}").text

    assert "Not delivered: the handset is unreachable (30003)" in page
    assert "Not sent: you took over first" in page
    assert "question: price · 0.93 · model" in page
