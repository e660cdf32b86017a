"""Who did what: every act of staff leaves a row, and staff can read it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from staff_desk import Desk

from bot.cli.staff_command import command
from data import clock
from data.db import reading, writing
from data.models import AuditEvent, Business, Conversation, StaffUser
from data.queries import audit


def lines(page: str) -> list[str]:
    """The record as somebody reads it, without its times."""
    return [
        " ".join(re.sub(r"<time.*?</time>|<[^>]+>", " ", item, flags=re.DOTALL).split())
        for item in re.findall(r"<li>(.*?)</li>", page.partition('id="record"')[2], re.DOTALL)
    ]


def test_every_act_is_told_with_who_did_it_and_to_whom(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello", outcome="declined", handoff="asked_for_person")
    kim = desk.browser()
    kim.log_in(password="wrong")
    kim.log_in()
    at = f"/staff/conversations/{talk}"
    kim.get(at)
    kim.post(f"{at}/take-over")
    kim.post(f"{at}/reply", text="Shall I ring you?", nonce="nonce-0001")
    kim.post(f"{at}/hand-back")
    kim.post(f"{at}/hand-back")
    kim.post(f"{at}/reopen", reason="rang us")
    kim.post(f"{at}/opt-out", confirmed="y")
    kim.post("/staff/logout")

    page = desk.kim().get("/staff/record").text

    assert lines(page) == [
        "Kim logged in",
        "Kim logged out",
        "Kim entered an opt-out for Sarah",
        "Kim reopened the conversation with Sarah rang us",
        "Kim marked as done the conversation with Sarah",
        "Kim handed back the conversation with Sarah",
        "Kim wrote to Sarah",
        "Kim took over the conversation with Sarah",
        "Kim read the conversation with Sarah",
        "Kim logged in",
        "Kim tried to log in, with a wrong password",
    ]
    assert f'href="{at}"' in page


def test_releasing_after_an_emergency_is_told_as_such(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello", handoff="emergency")
    with writing() as session:
        session.get_one(Conversation, talk).frozen_at = clock.now()
    kim = desk.kim()

    kim.post(f"/staff/conversations/{talk}/hand-back")

    assert lines(kim.get("/staff/record").text)[0] == (
        "Kim marked as done the conversation with Sarah after an emergency"
    )


def test_a_failed_log_in_is_kept_by_account_and_never_by_what_was_typed(desk: Desk) -> None:
    desk.browser().log_in(email="kim@example.com", password="planted-password")
    desk.browser().log_in(email="planted@example.com", password="planted-password")

    with reading() as session:
        rows = session.scalars(select(AuditEvent)).all()
        kim = session.scalars(select(StaffUser.id).where(StaffUser.name == "Kim")).one()
    assert [(row.action, row.staff_user_id, row.detail) for row in rows] == [
        (audit.LOG_IN_FAILED, kim, {}),
        (audit.LOG_IN_FAILED, None, {}),
    ]
    page = desk.kim().get("/staff/record").text
    assert "planted" not in page
    assert "Somebody unknown tried to log in, with an address that nobody has" in lines(page)


def test_nobody_reads_what_another_business_did(desk: Desk) -> None:
    theirs = desk.conversation("Tom", "hello", business="Other Dental")
    bo = desk.logged_in("Bo")
    bo.post(f"/staff/conversations/{theirs}/take-over")

    assert "Tom" not in desk.kim().get("/staff/record").text
    assert "Bo took over the conversation with Tom" in lines(bo.get("/staff/record").text)


def test_the_record_goes_back_page_by_page_and_loses_nothing(desk: Desk) -> None:
    with writing() as session:
        business = session.scalars(select(Business.id).where(Business.name == "Example Dental")).one()
        for number in range(2 * audit.PAGE):
            row = audit.note(session, business, "reopened", None, reason=f"reason {number}.")
            row.created_at = clock.now() - timedelta(days=1)
    kim = desk.kim()
    told: list[str] = []
    url = "/staff/record"
    while url:
        page = kim.get(url).text
        told += re.findall(r"reason \d+\.", page)
        older = re.search(r'href="(/staff/record\?before=\d+)"', page)
        url = older[1] if older else ""

    assert told == [f"reason {number}." for number in reversed(range(2 * audit.PAGE))]


def test_a_stranger_does_not_read_the_record(desk: Desk) -> None:
    assert desk.browser().get("/staff/record").status_code == 302


@pytest.fixture
def typed(desk: Desk) -> CliRunner:
    return CliRunner()


def test_accounts_made_and_closed_by_command_are_on_record(desk: Desk, typed: CliRunner) -> None:
    add = ["add", "mo@example.com", "--name", "Mo", "--password", "a long password"]
    done = [
        typed.invoke(command, arguments).exit_code for arguments in (add, add, ["close", "mo@example.com"])
    ]
    nobody = typed.invoke(command, ["close", "nobody@example.com"])

    assert done == [0, 0, 0]
    assert nobody.exit_code == 2
    assert lines(desk.kim().get("/staff/record").text)[1:] == [
        "Mo may not log in any more by whoever runs this installation",
        "Mo was given a new password by whoever runs this installation",
        "Mo was added to the staff by whoever runs this installation",
    ]


def test_a_closed_account_is_out_at_once(desk: Desk, typed: CliRunner) -> None:
    kim = desk.kim()

    typed.invoke(command, ["close", "KIM@example.com"])

    assert kim.get("/staff").status_code == 302
    assert desk.browser().log_in().status_code == 401
