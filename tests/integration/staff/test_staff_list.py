"""The list of conversations: who needs somebody, filters, search, pages, and whose it is."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import event, text
from staff_desk import Browser, Desk

from data import clock, db
from data.db import reading, writing
from data.models import Message
from data.queries import inbox
from data.queries.inbox import Asked, Key


def shown(page: str) -> list[str]:
    """The names in the list, from above."""
    return re.findall(r'<span class="name">(?:<span class="dot">.*?</span></span>)?([^<]+)</span>', page)


def _names(browser: Browser, query: str = "") -> list[str]:
    return shown(browser.get(f"/staff{query}").text)


def test_who_needs_somebody_stands_on_top_the_urgent_first(desk: Desk) -> None:
    desk.conversation("Latest", "hi", ago=timedelta(minutes=1))
    desk.conversation("Asking", "a person", handoff="asked_for_person", ago=timedelta(hours=3))
    desk.conversation("Hurting", "my tooth", handoff="urgent", urgent=True, ago=timedelta(hours=1))
    desk.conversation("Older", "hi", ago=timedelta(days=2))

    page = desk.kim().get("/staff").text

    assert shown(page) == ["Hurting", "Asking", "Latest", "Older"]
    assert "has pain or needs urgent care" in page
    assert 'id="needs-you">2<' in page


def test_a_household_is_named_by_its_first_names_and_one_person_in_full(desk: Desk) -> None:
    desk.conversation("Sarah & Tom", "hi", ago=timedelta(minutes=2))
    desk.conversation("Ann", "hi", last_name="Sample", ago=timedelta(minutes=3))

    assert _names(desk.kim()) == ["Sarah &amp; Tom", "Ann Sample"]


def test_a_conversation_with_staff_needs_somebody_again_when_the_contact_writes(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()
    kim.post(f"/staff/conversations/{talk}/reply", text="Hi", nonce="nonce-0001")
    answered = _names(kim, "?show=needs_you"), _names(kim, "?show=with_staff")

    desk.says(talk, "are you there?")

    assert answered == ([], ["Sarah"])
    assert _names(kim, "?show=needs_you") == ["Sarah"]
    assert "waits for an answer" in kim.get("/staff").text


def test_filters_show_one_outcome_and_say_so_where_there_is_none(desk: Desk) -> None:
    desk.conversation("Booked", "yes", outcome="booked")
    desk.conversation("Talking", "hi", outcome="open")
    kim = desk.kim()

    assert _names(kim, "?show=booked") == ["Booked"]
    assert "No conversation has the outcome" in kim.get("/staff?show=cancelled").text
    assert "Nobody is waiting" in kim.get("/staff?show=needs_you").text
    assert "Nothing is with staff" in kim.get("/staff?show=with_staff").text
    assert sorted(_names(kim, "?show=nonsense")) == ["Booked", "Talking"]


def test_search_finds_names_numbers_and_texts_and_takes_signs_literally(desk: Desk) -> None:
    desk.conversation("Sarah", "is parking 100% free?", last_name="Miller")
    desk.conversation("Tom", "hello")
    desk.conversation("Eve", "parking", business="Other Dental")
    kim = desk.kim()

    assert _names(kim, "?q=mill sar") == ["Sarah Miller"]
    assert _names(kim, "?q=555 0002") == ["Tom"]
    assert _names(kim, "?q=PARKING") == ["Sarah Miller"]
    assert _names(kim, "?q=100%25") == ["Sarah Miller"]
    assert _names(kim, "?q=%25%25") == []
    assert "Nothing found for" in kim.get("/staff?q=zebra").text


def test_pages_hold_every_conversation_once_also_where_many_wrote_at_the_same_moment(desk: Desk) -> None:
    ago = timedelta(hours=1)
    for number in range(inbox.PAGE + 7):
        desk.conversation(f"C{number}", "hi", ago=ago if number % 2 else ago + timedelta(minutes=number))
    kim = desk.kim()

    seen, url = list[str](), "/staff"
    for _ in range(4):
        page = kim.get(url).text
        seen += shown(page)
        further = re.search(r'id="older" href="([^"]+)"', page)
        if further is None:
            break
        url = further[1].replace("&amp;", "&")

    assert sorted(seen) == sorted(f"C{number}" for number in range(inbox.PAGE + 7))


def test_a_key_that_is_none_begins_at_the_top() -> None:
    assert Key.parse("") is None
    assert Key.parse("1' or '1'='1") is None
    key = Key(clock.now(), 7)
    assert Key.parse(str(key)) == key


def test_a_conversation_is_new_until_somebody_has_looked(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim, ana = desk.kim(), desk.logged_in("Ana")

    before = ana.get("/staff").text
    kim.get(f"/staff/conversations/{talk}")
    after = ana.get("/staff").text
    desk.says(talk, "and another thing")

    assert "New text from" in before
    assert "New text from" not in after
    assert "New text from" in ana.get("/staff").text


def test_nobody_sees_another_businesss_conversations_or_unknown_senders(desk: Desk) -> None:
    desk.conversation("Theirs", "secret", business="Other Dental", handoff="asked_for_person")
    _stranger("whom do I owe this?")
    kim, bo = desk.kim(), desk.logged_in("Bo")

    assert "Theirs" not in kim.get("/staff").text
    assert _names(kim, "?show=needs_you") == []
    assert _names(bo) == ["Theirs"]
    assert "whom do I owe" in kim.get("/staff/unknown").text
    assert "whom do I owe" not in bo.get("/staff/unknown").text
    assert "Nobody unknown has written" in bo.get("/staff/unknown").text


def test_an_empty_desk_says_how_it_fills(desk: Desk) -> None:
    assert "No conversations yet" in desk.kim().get("/staff").text


def test_a_page_of_the_list_reads_an_index_and_sorts_nothing(desk: Desk) -> None:
    if db.engine().dialect.name != "sqlite":
        return  # PostgreSQL chooses by statistics, which an empty table does not have
    seen: list[str] = []

    @event.listens_for(db.engine(), "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        if "ORDER BY conversation.last_text_at" in statement:
            seen.append(statement)

    with reading() as session:
        inbox.page(session, 1, Asked(), after=Key(clock.now(), 5))
        plan = session.execute(text("EXPLAIN QUERY PLAN " + seen[0].replace("?", "1"))).all()
    told = " ".join(str(row) for row in plan)
    assert "last_text_at" in told
    assert "TEMP B-TREE FOR ORDER BY" not in told


def _stranger(body: str) -> None:
    with writing() as session:
        session.add(
            Message(
                business_id=1, direction="in", channel="sms", kind="text", from_address="+12125550188",
                to_address="+12125550100", body=body, state="handled", provider_id="SMstranger",
            )
        )  # fmt: skip
