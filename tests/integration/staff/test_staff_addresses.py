"""Addresses that somebody typed or made up: not found in words, and never an error of the database."""

from __future__ import annotations

from staff_desk import Desk

TOO_LARGE = (2**31, 2**63, 10**30)


MARKS = [*map(str, TOO_LARGE), "-1", "x", "²", "1" * 5_000, "\x00"]


def test_a_conversation_that_no_row_can_be_is_not_found(desk: Desk) -> None:
    kim = desk.kim()

    for number in TOO_LARGE:
        shown = kim.get(f"/staff/conversations/{number}")
        act = kim.post(f"/staff/conversations/{number}/take-over")
        assert shown.status_code == 404
        assert "There is nothing here" in shown.text
        assert act.status_code in (404, 405)


def test_a_page_that_does_not_exist_is_the_first_page(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    for mark in MARKS:
        for url in ("/staff", "/staff/unknown", "/staff/record", f"/staff/conversations/{talk}"):
            for value in (mark, f"1.{mark}", f"{mark}.1"):
                assert kim.get(url, query_string={"before": value}).status_code == 200, (url, value[:40])
        assert kim.get("/staff/news", query_string={"conversation": mark}).status_code == 204


def test_a_nul_in_what_is_typed_breaks_nothing(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello", outcome="declined")
    kim = desk.kim()

    stranger = desk.browser().log_in(email="kim\x00@example.com", password="wrong\x00")
    kim.post(f"/staff/conversations/{talk}/reply", text="Shall I \x00ring?", nonce="nonce-0001")
    reopened = kim.post(f"/staff/conversations/{talk}/reopen", reason="rang\x00 us")

    assert stranger.status_code == 401
    assert [text.body for text in desk.sent(talk)] == ["Shall I ring?\nKim"]
    assert reopened.status_code == 303
    assert kim.get("/staff", query_string={"q": "a\x00b"}).status_code == 200
