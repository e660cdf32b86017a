"""How long a session lasts, what its cookie says, and that a copy of it dies with it."""

from __future__ import annotations

import threading
import time

import pytest
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import select
from staff_desk import PASSWORD, Browser, Desk

from bot.staff import passwords
from bot.staff.sessions import IDLE, LONGEST, TOUCHED_EVERY
from bot.webapp import create_app
from data import settings
from data.db import reading, writing
from data.models import StaffUser


def cookie_of(browser: Browser) -> str:
    found = browser.client.get_cookie("rekindle")
    assert found is not None
    return found.value


def with_cookie(desk: Desk, value: str) -> Browser:
    thief = desk.browser()
    thief.client.set_cookie("rekindle", value)
    return thief


def age(browser: Browser, name: str, seconds: int) -> None:
    with browser.client.session_transaction() as session:
        session[name] -= seconds


def test_a_copied_cookie_is_worth_nothing_once_its_owner_has_logged_out(desk: Desk) -> None:
    kim = desk.browser()
    kim.log_in()
    thief = with_cookie(desk, cookie_of(kim))
    before = thief.get("/staff").status_code

    kim.post("/staff/logout")

    assert before == 200
    assert thief.get("/staff").status_code == 302
    assert thief.get("/staff/news?list=x", headers={"Accept": "application/json"}).status_code == 401


def test_logging_out_here_leaves_the_other_screens_logged_in(desk: Desk) -> None:
    kim, at_home, ana = desk.kim(), desk.kim(), desk.logged_in("Ana")

    kim.post("/staff/logout")

    assert kim.get("/staff").status_code == 302
    assert at_home.get("/staff").status_code == 200
    assert ana.get("/staff").status_code == 200


def test_a_session_ends_after_seven_days_however_much_it_was_used(desk: Desk) -> None:
    kim = desk.kim()

    age(kim, "began_at", LONGEST - 60)
    still = kim.get("/staff").status_code
    age(kim, "began_at", 61)

    assert still == 200
    assert kim.get("/staff").status_code == 302


def test_use_keeps_a_session_alive_within_its_seven_days(desk: Desk) -> None:
    kim = desk.kim()

    for _ in range(3):
        age(kim, "used_at", IDLE - TOUCHED_EVERY)
        assert kim.get("/staff").status_code == 200


@pytest.mark.parametrize("name", ["log_in", "began_at", "used_at", "_user_id"])
def test_a_session_that_lacks_a_part_is_none(desk: Desk, name: str) -> None:
    kim = desk.kim()
    with kim.client.session_transaction() as session:
        del session[name]

    assert kim.get("/staff").status_code == 302


def test_a_log_in_of_somebody_else_does_not_carry_a_session(desk: Desk) -> None:
    kim, ana = desk.kim(), desk.logged_in("Ana")
    with ana.client.session_transaction() as hers, kim.client.session_transaction() as his:
        his["log_in"] = hers["log_in"]

    assert kim.get("/staff").status_code == 302


def test_logging_in_begins_a_session_anew(desk: Desk) -> None:
    browser = desk.browser()
    browser.get("/staff/login")
    with browser.client.session_transaction() as session:
        planted = session["csrf_token"]
        session["planted"] = "by somebody else"

    browser.log_in()

    with browser.client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != planted


@pytest.mark.parametrize(
    ("base", "name", "secure"),
    [("https://texts.example.com", "__Host-rekindle", True), ("http://127.0.0.1:8000", "rekindle", False)],
)
def test_the_cookie_travels_over_https_alone_and_no_script_reads_it(
    desk: Desk, base: str, name: str, secure: bool
) -> None:
    settings.use(settings.get().model_copy(update={"public_base_url": base}))
    # behind the proxy that speaks https for us
    answer = create_app().test_client().get("/staff/login")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie.split("; ")
    assert "Domain" not in cookie
    assert ("Secure" in cookie) is secure
    assert ("Strict-Transport-Security" in answer.headers) is secure


def test_below_a_path_every_page_and_the_way_on_stay_there(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    settings.use(settings.get().model_copy(update={"public_base_url": "http://127.0.0.1:8000/texts"}))
    lone = Desk(create_app(), [])
    browser = lone.browser()

    away = browser.get(f"/texts/staff/conversations/{talk}")
    inside = browser.post(
        away.headers["Location"], seen_on=away.headers["Location"], email="kim@example.com", password=PASSWORD
    )
    page = browser.get("/staff").text  # a proxy that takes the path off

    assert away.headers["Location"].startswith("/texts/staff/login?next=/staff/")
    assert inside.headers["Location"] == f"/texts/staff/conversations/{talk}"
    assert 'href="/texts/staff/static/staff.css' in page
    assert 'href="/staff' not in page


def test_a_password_is_kept_by_the_parameters_of_rfc_9106() -> None:
    kept = passwords.hashed("a long enough password")

    today = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not today.check_needs_rehash(kept)
    assert passwords.renewed(kept, "a long enough password") is None


def test_a_new_password_by_command_ends_what_is_open(desk: Desk) -> None:
    kim = desk.kim()
    with writing() as session:
        user = session.scalars(select(StaffUser).where(StaffUser.name == "Kim")).one()
        user.password_hash = passwords.hashed("another long password")

    assert kim.get("/staff").status_code == 302


def test_a_flood_of_log_ins_is_told_to_wait_and_holds_no_thread_for_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    taken = [passwords._turns.acquire(timeout=5) for _ in range(passwords.AT_ONCE)]
    try:
        busy = desk.browser().log_in()
    finally:
        for _ in taken:
            passwords._turns.release()

    assert busy.status_code == 503
    assert "Try again" in busy.text
    assert desk.browser().log_in().status_code == 303


def test_passwords_are_checked_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    real = passwords._hasher.verify

    class Counting:
        def verify(self, kept: str, typed: str) -> bool:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            try:
                return bool(real(kept, typed))
            finally:
                with lock:
                    inside -= 1

    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x")
    passwords._nobodys()
    monkeypatch.setattr(passwords, "_hasher", Counting())
    monkeypatch.setattr(passwords, "PATIENCE", 30.0)
    threads = [threading.Thread(target=passwords.fits, args=(kept, "x")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert 1 <= most <= passwords.AT_ONCE


def test_the_time_that_a_session_counts_is_real_time(desk: Desk) -> None:
    kim = desk.kim()

    with kim.client.session_transaction() as session:
        assert abs(session["began_at"] - time.time()) < 60
    with reading() as session_:
        assert session_.scalar(select(StaffUser.active).where(StaffUser.name == "Kim"))
