"""Who gets into the staff view, and how often somebody may try."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from argon2 import PasswordHasher
from sqlalchemy import select
from staff_desk import OLD_HASH, Desk

from bot.processes import free_port
from bot.staff.sessions import IDLE, local_path
from bot.webapp import create_app
from data import db, settings
from data.db import reading, writing
from data.models import StaffUser


def test_a_stranger_is_led_to_the_login_and_on_to_the_page_they_wanted(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    browser = desk.browser()

    away = browser.get(f"/staff/conversations/{talk}?show=open")
    onward = parse_qs(urlsplit(away.headers["Location"]).query)["next"][0]
    inside = browser.log_in(to=f"?next={onward}")

    assert away.status_code == 302
    assert onward == f"/staff/conversations/{talk}?show=open"
    assert inside.headers["Location"] == onward


@pytest.mark.parametrize(
    "target",
    [
        "https://example.com/staff", "//example.com/staff", "/\\example.com", "/staff\\..\\x", "javascript:x",
        "/webhooks/twilio/messages", "/staff\n//example.com", "staff", "", None,
    ],
)  # fmt: skip
def test_the_way_on_behind_the_login_never_leads_anywhere_else(target: str | None) -> None:
    assert local_path(target) is None


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(desk: Desk) -> None:
    wrong = desk.browser().log_in(password="not the password")
    unknown = desk.browser().log_in(email="nobody@example.com")

    assert wrong.status_code == unknown.status_code == 401
    assert "not right" in wrong.text
    assert wrong.text.count("\n") == unknown.text.count("\n")


def test_a_log_in_leaves_an_audit_row_and_a_hash_by_todays_parameters(desk: Desk) -> None:
    desk.browser().log_in()

    with reading() as session:
        kept = session.scalars(select(StaffUser.password_hash).where(StaffUser.name == "Kim")).one()
    assert desk.audits() == ["logged in"]
    assert kept != OLD_HASH
    assert not PasswordHasher().check_needs_rehash(kept)
    assert desk.browser().log_in().status_code == 303


def test_a_form_without_its_token_is_refused(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    answers = [
        kim.client.post(url, data={"text": "hi", "nonce": "12345678", "email": "kim@example.com"})
        for url in (
            "/staff/login",
            f"/staff/conversations/{talk}/reply",
            f"/staff/conversations/{talk}/take-over",
            f"/staff/conversations/{talk}/looked",
            "/staff/logout",
        )
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert "This form has expired" in answers[1].text
    assert desk.row(talk).staff_took_over_at is None


def test_an_account_takes_five_wrong_passwords_and_then_waits_while_others_get_in(desk: Desk) -> None:
    browser = desk.browser()

    tried = [browser.log_in(password="wrong").status_code for _ in range(6)]
    late = browser.log_in()

    assert tried == [401] * 5 + [429]
    assert late.status_code == 429
    assert "Too many attempts" in late.text
    assert desk.browser().log_in(email="ana@example.com").status_code == 303


def test_an_address_may_try_ten_times_a_minute_whoever_it_says_it_is(desk: Desk) -> None:
    browser = desk.browser()

    tried = [browser.log_in(email=f"guess{n}@example.com", password="").status_code for n in range(11)]

    assert tried == [400] * 10 + [429]


def test_behind_a_trusted_proxy_one_who_guesses_keeps_nobody_else_out(desk: Desk) -> None:
    settings.use(settings.get().model_copy(update={"trusted_proxies": 1}))
    lone = Desk(create_app(), [])

    def guess(number: int, chain: str) -> int:
        browser = lone.browser()
        form = {"csrf_token": browser.token("/staff/login"), "email": f"g{number}@example.com"}
        return browser.client.post("/staff/login", data=form, headers={"X-Forwarded-For": chain}).status_code

    tried = [guess(n, f"198.51.100.{n}, 192.0.2.1") for n in range(11)]

    assert tried == [400] * 10 + [429]
    assert guess(11, "192.0.2.1, 192.0.2.2") == 400


def test_no_limit_and_no_token_stands_before_the_providers_webhooks(desk: Desk) -> None:
    client = desk.app.test_client()

    answers = {client.post("/webhooks/twilio/messages", data={"Body": "hi"}).status_code for _ in range(40)}

    assert answers == {403}  # not signed by the provider: the webhook itself has answered


def test_with_redis_away_the_limit_still_holds_and_nobody_waits_for_long(desk: Desk) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    settings.use(settings.get().model_copy(update={"redis_url": away}))
    lone = Desk(create_app(), [])
    begun = time.monotonic()

    tried = [lone.browser().log_in(password="wrong").status_code for _ in range(6)]
    inside = lone.browser().log_in(email="ana@example.com")

    assert tried == [401] * 5 + [429]
    assert inside.status_code == 303
    assert time.monotonic() - begun < 8


@contextmanager
def hanging_server() -> Iterator[tuple[int, list[socket.socket]]]:
    """A server that takes every connection and never says a word: its port, and who has come."""
    came: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            while True:
                try:
                    came.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listener.getsockname()[1], came
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=10)
    for connection in came:
        connection.close()


def test_a_redis_that_hangs_is_asked_by_log_ins_alone_and_not_again_and_again(desk: Desk) -> None:
    with hanging_server() as (port, came):
        settings.use(settings.get().model_copy(update={"redis_url": f"redis://127.0.0.1:{port}/0"}))
        lone = Desk(create_app(), [])
        kim = lone.kim()

        tried = [lone.browser().log_in(password="wrong").status_code for _ in range(6)]
        asked = len(came)
        pages, forged = set(), set()
        for minutes in range(5):
            with time_machine.travel(time.time() + 60 * minutes):
                pages.add(kim.get("/staff").status_code)
                forged.add(kim.client.post("/webhooks/twilio/messages").status_code)

        assert tried == [401] * 5 + [429]
        assert 1 <= asked <= 4
        assert (pages, forged) == ({200}, {403})
        assert len(came) == asked


def test_two_processes_count_together_through_redis(desk: Desk, redis_url: str) -> None:
    settings.use(settings.get().model_copy(update={"redis_url": redis_url}))
    address = f"guess-{time.monotonic_ns()}@example.com"
    first = Desk(create_app(), [])
    tried = [first.browser().log_in(email=address).status_code for _ in range(5)]

    second = Desk(create_app(), [])

    assert tried == [401] * 5
    assert second.browser().log_in(email=address).status_code == 429


def test_a_session_ends_twelve_hours_after_its_last_use(desk: Desk) -> None:
    kim = desk.kim()
    with kim.client.session_transaction() as session:
        session["used_at"] -= IDLE + 1

    assert kim.get("/staff").status_code == 302


def test_a_screen_that_is_left_open_does_not_keep_its_session_alive(desk: Desk) -> None:
    kim = desk.kim()
    with kim.client.session_transaction() as session:
        session["used_at"] -= IDLE - 600
        before = session["used_at"]

    kim.get("/staff/news?list=x")
    with kim.client.session_transaction() as session:
        after_news = session["used_at"]
    kim.get("/staff")
    with kim.client.session_transaction() as session:
        after_use = session["used_at"]

    assert after_news == before
    assert after_use > before


def test_a_new_password_or_a_closed_account_ends_what_is_open(desk: Desk) -> None:
    kim, ana = desk.kim(), desk.logged_in("Ana")
    with writing() as session:
        for user in session.scalars(select(StaffUser)):
            if user.name == "Kim":
                user.password_hash = PasswordHasher().hash("another password")
            else:
                user.active = False

    assert kim.get("/staff").status_code == 302
    assert ana.get("/staff").status_code == 302
    assert desk.browser().log_in(email="ana@example.com").status_code == 401


def test_logging_out_ends_the_session_and_is_audited(desk: Desk) -> None:
    kim = desk.kim()

    out = kim.post("/staff/logout")

    assert out.status_code == 303
    assert kim.get("/staff").status_code == 302
    assert desk.audits() == ["logged in", "logged out"]


def test_our_own_script_is_told_in_its_own_language_that_nobody_is_logged_in(desk: Desk) -> None:
    answer = desk.browser().get("/staff/news?list=x", headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert answer.is_json


def test_nothing_that_contacts_wrote_is_kept_by_a_cache_and_no_foreign_script_runs(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()

    for url in ("/staff", f"/staff/conversations/{talk}", "/staff/unknown", "/staff/nothing", "/staff/login"):
        answer = kim.get(url)
        assert answer.headers["Cache-Control"] == "no-store", url
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"], url
        assert "style=" not in answer.text, url
        assert "<script>" not in answer.text, url


def test_with_the_database_away_the_page_says_so_and_tells_nothing_else(desk: Desk, tmp_path: Path) -> None:
    kim = desk.kim()
    db.connect(f"sqlite:///{tmp_path / 'empty.sqlite3'}")

    broken = kim.get("/staff")

    assert broken.status_code == 500
    assert "Something broke on our side" in broken.text
    assert "SELECT" not in broken.text


def test_a_form_that_is_too_long_is_refused_in_words(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")

    refused = desk.kim().post(f"/staff/conversations/{talk}/reply", text="x" * 300_000, nonce="nonce-0001")

    assert refused.status_code == 413
    assert "That is too long" in refused.text
