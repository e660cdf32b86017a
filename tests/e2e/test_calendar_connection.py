"""An owner connects the Google Calendar in a real browser: from the click to the first event, and beyond."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from calendar_practice import DESK, EMAIL, PASSWORD, SARAH, Practice, practice
from google_server.server import GoogleServer
from playwright.sync_api import Browser, Page, expect
from services.databases import sqlite_copy

from data import clock, db

LIMIT = 20_000
"""Milliseconds for anything to show: far more than it takes, even on a busy machine."""


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[Practice]:
    """On one kind of database: what connecting writes is held on both by the tests of the staff view."""
    google = GoogleServer()
    try:
        with sqlite_copy(sqlite_template, tmp_path) as url, practice(url, tmp_path, google) as running:
            yield running
    finally:
        google.close()
        db.dispose()
        clock.use()
    assert not google.problems, google.problems


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page whose script and policy must not complain."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(LIMIT)
    expect.set_options(timeout=LIMIT)
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda said: complaints.append(said.text) if "policy" in said.text.lower() else None)
    yield made
    context.close()
    assert complaints == []


def until(page: Page, house: Practice, condition: Callable[[], bool]) -> None:
    """Let the service work until something outside the browser is so."""
    for _ in range(LIMIT // 50):
        house.settle()
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited too long")


def consent(page: Page, button: str, answer: str = "Allow") -> None:
    """From our page to Google's and back."""
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Sample accounts")).to_be_visible()
    page.get_by_role("button", name=answer).click()


def test_from_the_click_to_the_first_event_then_disconnected_withdrawn_and_connected_again(
    house: Practice, page: Page
) -> None:
    page.goto(f"{house.address}/staff")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Settings").click()
    expect(page.locator("#connection")).to_contain_text("A calendar inside this service")

    consent(page, "Connect Google Calendar", "Cancel")
    expect(page.get_by_role("heading", name="Google was not allowed to let us in")).to_be_visible()
    page.get_by_role("link", name="To the calendar’s settings").click()
    consent(page, "Connect Google Calendar")
    expect(page.get_by_text("Connected as owner@example.com.")).to_be_visible()
    page.get_by_role("radio", name="Front desk").check()
    page.get_by_role("checkbox", name="Dr. Sample").check()
    page.get_by_role("button", name="Use these").click()
    expect(page.locator("#connection")).to_contain_text("Front desk Connected")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("heading", name="All of it works")).to_be_visible()
    expect(page.locator("#steps > li")).to_have_count(7)
    assert house.events() == []

    start = house.ask_sarah()
    house.network.text(SARAH, "yes")
    until(page, house, lambda: any("You're booked" in text for text in house.arrived()))
    [event] = house.events()
    assert event["summary"] == "Appointment: Sarah"
    assert datetime.fromisoformat(event["start"]["dateTime"]) == start

    page.goto(f"{house.address}/staff/settings/calendar")
    page.get_by_text("Disconnect this calendar…").click()
    expect(page.get_by_text("1 booked visit stays on the calendar")).to_be_visible()
    page.get_by_role("button", name="Disconnect", exact=True).click()
    expect(page.locator("#troubles")).to_contain_text("The calendar was disconnected here")
    assert house.connection().token is None
    assert len(house.events()) == 1
    consent(page, "Reconnect")
    expect(page.get_by_text("Front desk is connected again.")).to_be_visible()
    expect(page.locator("#troubles")).to_be_empty()

    house.google.oauth.withdraw()
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("heading", name="The test found something")).to_be_visible()
    expect(page.locator("#troubles")).to_contain_text("The calendar refuses us")
    house.tell_troubles()
    until(page, house, lambda: len(house.arrived(DESK)) == 1)
    assert house.arrived(DESK)[0].endswith(f"{house.address}/staff/settings/calendar")
    page.goto(f"{house.address}/staff/record")
    page.get_by_role("link", name="Reconnect").click()
    consent(page, "Reconnect")
    expect(page.get_by_text("Front desk is connected again.")).to_be_visible()
    house.tell_troubles()
    until(page, house, lambda: len(house.arrived(DESK)) == 2)
    assert house.arrived(DESK)[1].startswith("It works again: the calendar is connected.")
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
