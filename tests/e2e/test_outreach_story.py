"""An owner's afternoon in a real browser: a list, a segment, words, approval, launch.

Each of its steps is tested on both databases elsewhere; here they are walked through once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect
from services import databases
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.processes import free_port
from bot.webapp import create_app
from data import business_file, db, settings
from data.db import reading, writing
from data.models import Campaign, Enrollment, Sender, StaffUser
from scheduler import wake
from scheduler.campaigns import lifecycle
from scheduler.campaigns.words import fingerprint_of
from scheduler.jobs import Job
from scheduler.run import run

PASSWORD = "an owner of the tests"
LIMIT = 20_000
"""Milliseconds for anything to show."""

ROWS = "".join(f"Guest {n},+1646555{100 + n:04d},2026-0{1 + n % 5}-12\n" for n in range(24))
LIST = f"First name,Mobile,Last visit\n{ROWS}No number,,2026-01-01\n"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@pytest.fixture
def office(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the staff view of the sample business; nothing is woken."""
    before, port = settings.get(), free_port()
    with databases.sqlite_copy(sqlite_template, tmp_path) as url:
        settings.use(
            settings.isolated(
                database_url=url, rekindle_data_dir=tmp_path, twilio_from="+12125550100",
                public_base_url=f"http://127.0.0.1:{port}",
            )
        )  # fmt: skip
        app = create_app()
        with writing() as session:
            business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
            hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
            session.add(
                StaffUser(business_id=business.id, email="kim@example.com", name="Kim", password_hash=hashed)
            )
            for sender in session.scalars(select(Sender)):
                sender.registration = "10dlc:CSAMPLE"
        wake.use(lambda *_: None)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
        wake.use()
        db.dispose()
        settings.use(before)


def test_a_list_becomes_a_running_campaign(office: str, chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(LIMIT)
    expect.set_options(timeout=LIMIT)
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    (tmp_path / "guests.csv").write_text(LIST)

    page.goto(f"{office}/staff/lists")
    page.fill("#email", "kim@example.com")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.set_input_files("#file", tmp_path / "guests.csv")
    page.get_by_label("This list is the business’s own").check()
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Below 200, telephone them")).to_be_visible()
    page.get_by_role("button", name="Take in 24 rows").click()
    page.get_by_role("link", name="Choose whom to text").click()

    page.get_by_role("link", name="Lapsed customers").click()
    page.fill("#dormant_from", "3")
    page.get_by_role("button", name="Count again").click()
    expect(page.locator("#ready")).to_have_text("24")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The segment is saved.")).to_be_visible()

    page.get_by_role("link", name="Campaigns").click()
    page.get_by_role("link", name="New campaign").click()
    page.fill("#name", "Spring")
    page.select_option("#segment", "Lapsed customers")
    page.select_option("#starter", "lapsed-3-to-12-health")
    page.fill("#pilot", "20")
    page.get_by_role("button", name="Make the draft").click()

    first = page.locator("#text-0")
    expect(page.locator("#count-0")).to_contain_text("SMS segment")
    counted = page.locator("#count-0").inner_text()
    first.press("End")
    first.press_sequentially(" 你好")
    expect(page.locator("#count-0")).not_to_have_text(counted)
    first.fill(first.input_value().removesuffix(" 你好"))
    page.get_by_role("button", name="Save", exact=True).click()

    with writing() as session:  # as a dry run does; a real one takes seconds (test_campaign_lifecycle.py)
        campaign = session.scalars(select(Campaign)).one()
        lifecycle.note_dry_run(session, campaign, fingerprint_of(session, campaign))
    page.reload()
    page.get_by_role("button", name="I, Kim, approve these words").click()
    expect(page.get_by_text("Kim approved these words")).to_be_visible()
    _fits(page)
    page.get_by_role("button", name="Launch").click()

    expect(page.locator("#state")).to_have_text("Running")
    being_enrolled = page.get_by_text("Contacts are being enrolled")
    expect(being_enrolled).to_be_visible()
    run(Job("enrol", 1))  # as a worker does
    expect(being_enrolled).to_be_hidden()  # the page looks again by itself
    expect(page.get_by_text("held behind the pilot")).to_be_visible()
    with reading() as session:
        assert session.scalars(select(Campaign.approved_by_id)).one() is not None
        states = sorted(session.scalars(select(Enrollment.state)))
    assert states == ["active"] * 20 + ["held"] * 4
    assert complaints == []
    context.close()


def _fits(page: Page) -> None:
    """No page is wider than a phone."""
    at = page.url
    page.set_viewport_size({"width": 320, "height": 740})
    for path in ("", "/words", "/preview"):
        page.goto(at + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} wide on a screen of 320"
    page.goto(at)
    page.set_viewport_size({"width": 1280, "height": 800})
