"""Answers: what no entry answers waits for staff, and what they add is the assistant's from then on."""

from __future__ import annotations

from sqlalchemy import select
from staff_desk import Desk

from data import business_file
from data.db import reading, writing
from data.models import AuditEvent, Business, Conversation, FaqEntry, UnansweredQuestion
from scheduler.gather import business_facts

WIFI = {"question": "Do you have wifi?", "answer": "Yes. The password is at the desk."}


def asked(desk: Desk, text: str, business: str = "Example Dental") -> int:
    """Somebody asked what no entry answers; the question's id."""
    talk = desk.conversation("Sarah", text, business=business)
    with writing() as session:
        owner = session.get_one(Conversation, talk).business_id
        question = UnansweredQuestion(business_id=owner, conversation_id=talk, text=text)
        session.add(question)
        session.flush()
        return question.id


def own_entries() -> list[tuple[str, str]]:
    with reading() as session:
        rows = session.scalars(select(FaqEntry).where(FaqEntry.by_staff))
        return [(row.question, row.answer) for row in rows]


def test_a_question_without_an_answer_waits_with_its_conversation(desk: Desk) -> None:
    asked(desk, "got wifi there?")
    page = desk.kim().get("/staff/answers").text
    assert "got wifi there?" in page
    assert 'href="/staff/conversations/' in page


def test_an_answer_that_staff_add_is_the_assistants_and_settles_the_question(desk: Desk) -> None:
    question = asked(desk, "got wifi there?")
    kim = desk.kim()
    assert kim.post("/staff/answers", **WIFI, settles=str(question)).status_code == 303
    with reading() as session:
        business = session.scalars(select(Business).where(Business.name == "Example Dental")).one()
        said = [(entry.question, entry.answer) for entry in business_facts(session, business).faq]
    assert (WIFI["question"], WIFI["answer"]) in said
    assert "got wifi there?" not in kim.get("/staff/answers").text


def test_loading_the_business_file_anew_keeps_what_staff_added(desk: Desk) -> None:
    desk.kim().post("/staff/answers", **WIFI, settles="")
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
    assert own_entries() == [(WIFI["question"], WIFI["answer"])]


def test_a_question_may_be_left_out(desk: Desk) -> None:
    question = asked(desk, "are you a morning person")
    kim = desk.kim()
    kim.post(f"/staff/answers/questions/{question}/leave-out")
    assert "are you a morning person" not in kim.get("/staff/answers").text
    assert own_entries() == []


def test_an_answer_may_be_taken_away_again_but_not_one_of_the_business_file(desk: Desk) -> None:
    kim = desk.kim()
    kim.post("/staff/answers", **WIFI, settles="")
    with reading() as session:
        own = session.scalars(select(FaqEntry.id).where(FaqEntry.by_staff)).one()
        files = session.scalars(select(FaqEntry.id).where(~FaqEntry.by_staff).limit(1)).one()
    assert kim.post(f"/staff/answers/{own}/remove").status_code == 303
    assert kim.post(f"/staff/answers/{files}/remove").status_code == 404
    assert own_entries() == []


def test_what_was_typed_is_not_lost_where_it_cannot_be_taken(desk: Desk) -> None:
    answer = desk.kim().post("/staff/answers", question="Wifi?", answer="x" * 400, settles="")
    assert answer.status_code == 400
    assert "Wifi?" in answer.text
    assert "x" * 400 in answer.text


def test_curly_quotes_that_would_cost_a_segment_are_made_straight(desk: Desk) -> None:
    desk.kim().post("/staff/answers", question="Wifi?", answer="It’s “free” – ask us…", settles="")
    assert own_entries() == [("Wifi?", 'It\'s "free" - ask us...')]


def test_another_business_sees_and_settles_nothing_of_it(desk: Desk) -> None:
    question = asked(desk, "got wifi there?")
    stranger = desk.logged_in("Bo")
    assert "got wifi" not in stranger.get("/staff/answers").text
    stranger.post(f"/staff/answers/questions/{question}/leave-out")
    assert "got wifi" in desk.kim().get("/staff/answers").text


def test_who_added_an_answer_is_on_record(desk: Desk) -> None:
    kim = desk.kim()
    kim.post("/staff/answers", **WIFI, settles="")
    with reading() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
    assert "added an answer" in actions
    assert "added an answer" in kim.get("/staff/record").text
