"""What an open page is told: nothing while nothing is new, else the pieces that changed."""

from __future__ import annotations

import re

from staff_desk import Browser, Desk

from data.db import writing
from data.models import Message


def _mark(kim: Browser, talk: int) -> str:
    found = re.search(r'data-id="\d+" data-mark="([^"]+)"', kim.get(f"/staff/conversations/{talk}").text)
    assert found
    return found[1]


def _news(kim: Browser, query: str):  # type: ignore[no-untyped-def]
    return kim.get(f"/staff/news?{query}", headers={"Accept": "application/json"})


def test_an_open_conversation_is_told_nothing_until_something_has_changed(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()
    mark = _mark(kim, talk)
    still = _news(kim, f"conversation={talk}&mark={mark}")

    desk.says(talk, "one more thing")
    told = _news(kim, f"conversation={talk}&mark={mark}")

    assert (still.status_code, still.data) == (204, b"")
    assert "one more thing" in told.get_json()["transcript"]
    assert _news(kim, f"conversation={talk}&mark={told.get_json()['mark']}").status_code == 204


def test_a_delivery_state_and_an_understanding_reach_the_open_page(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()
    kim.post(f"/staff/conversations/{talk}/reply", text="Hi", nonce="nonce-0001")
    mark = _mark(kim, talk)

    with writing() as session:
        session.get_one(Message, desk.sent(talk)[0].id).state = "delivered"
    delivered = _news(kim, f"conversation={talk}&mark={mark}").get_json()
    with writing() as session:
        session.query(Message).where(Message.direction == "in").update({"understanding": None})
    changed = _news(kim, f"conversation={talk}&mark={delivered['mark']}")

    assert "Delivered" in delivered["transcript"]
    assert changed.status_code == 200


def test_an_opt_out_closes_the_open_composer_with_the_reason(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim, ana = desk.kim(), desk.logged_in("Ana")
    mark = _mark(kim, talk)

    ana.post(f"/staff/conversations/{talk}/opt-out", confirmed="y")
    told = _news(kim, f"conversation={talk}&mark={mark}").get_json()

    assert "has opted out" in told["refusal"]
    assert told["hint"] == ""


def test_the_list_is_told_of_a_new_text_and_of_nothing_else(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()
    first = _news(kim, "list=").get_json()
    still = _news(kim, f"list={first['list_mark']}")

    desk.says(talk, "here I am again")
    told = _news(kim, f"list={first['list_mark']}").get_json()

    assert still.status_code == 204
    assert "here I am again" in told["list"]
    assert told["needs_you"] == 0


def test_a_list_whose_rows_stand_as_they_were_is_not_sent_again(desk: Desk) -> None:
    desk.conversation("Sarah", "hello")
    kim = desk.kim()
    newest, _, shown = _news(kim, "list=").get_json()["list_mark"].split("~")

    late = _news(kim, f"list={newest}~1~{shown}").get_json()

    assert "list" not in late
    assert late["list_mark"].endswith(shown)


def test_looking_from_an_open_page_takes_the_marker_away(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()
    kim.get(f"/staff/conversations/{talk}")
    desk.says(talk, "more")
    before = kim.get("/staff").text

    looked = kim.post(f"/staff/conversations/{talk}/looked")

    assert "New text from" in before
    assert looked.status_code == 204
    assert "New text from" not in kim.get("/staff").text


def test_a_page_of_earlier_texts_leads_back_to_the_latest(desk: Desk) -> None:
    talk = desk.conversation("Sarah", *[f"text number {n}." for n in range(205)])
    kim = desk.kim()

    page = kim.get(f"/staff/conversations/{talk}").text
    earlier = re.search(r'href="([^"]+before=\d+)"', page)
    assert earlier
    before = kim.get(earlier[1]).text

    assert "text number 204." in page
    assert "text number 0." not in page
    assert "text number 0." in before
    assert "Back to the latest texts" in before
