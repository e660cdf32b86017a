"""The front desk in a real browser: texts arrive while a reply is typed, take over, reply, hand back.

The real webhook, simulator and jobs; only the queue is a list, worked off by a thread of the test.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.processes import free_port
from bot.simulator import Network, over_http, serving
from bot.webapp import create_app
from data import business_file, clock, settings
from data.db import writing
from data.models import Contact, ContactBasis, Person, Sender, StaffUser
from nlu.rasa import Rasa
from scheduler import wake
from scheduler.jobs import Job
from scheduler.run import run

ACCOUNT = "AC" + "0" * 31 + "9"
OURS, SARAH, TOM = "+12125550100", "+12125550123", "+12125550124"
PASSWORD = "front-desk-of-the-tests"
LIMIT = 20_000
"""Milliseconds for anything to show: far more than it takes, even on a busy machine."""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@dataclass
class House:
    """A running service with its phones."""

    address: str
    network: Network

    def arrived(self, phone: str = SARAH) -> list[str]:
        """Texts that a phone has got."""
        return [m.body for m in self.network.transcript(phone) if m.direction != "inbound"]


class _Worker:
    """Does what is woken, one job after the other, as a Celery worker would."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.errors: list[BaseException] = []

    def __enter__(self) -> _Worker:
        wake.use(lambda job, *_: self._jobs.put(job))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._jobs.put(None)
        self._thread.join(timeout=10)
        wake.use()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                for further in run(job):
                    self._jobs.put(further)
            except Exception as error:
                self.errors.append(error)


@pytest.fixture
def house(database: str, rasa: Rasa, tmp_path: Path) -> Iterator[House]:
    before = settings.get()
    port = free_port()
    network = Network(
        account_sid=ACCOUNT,
        auth_token="end-to-end",
        senders=(OURS, f"whatsapp:{OURS}"),
        webhook_url=f"http://127.0.0.1:{port}/webhooks/twilio/messages",
        clock=clock.real,
        post=over_http(),
    )
    with serving(network, pump_threads=2) as provider:
        settings.use(
            settings.isolated(
                database_url=before.database_url,
                rekindle_data_dir=tmp_path,
                rekindle_demo=True,
                public_base_url=f"http://127.0.0.1:{port}",
                rasa_url=rasa.url,
                rasa_token=rasa.token,
                twilio_account_sid=ACCOUNT,
                twilio_auth_token="end-to-end",
                twilio_from=OURS,
                twilio_api_base_url=provider,
            )
        )
        app = create_app()
        _furnish()
        for phone, label in ((SARAH, "Sarah"), (TOM, "Tom")):
            network.add_phone(phone, label=label)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        with _Worker() as worker:
            yield House(f"http://127.0.0.1:{port}", network)
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
    settings.use(before)
    assert worker.errors == []


def _furnish() -> None:
    plain = business_file.read_file(business_file.SAMPLE)
    with writing() as session:
        business = business_file.load(session, plain)
        business.profile = business.profile | {"collect_seconds": 0}
        for sender in session.query(Sender):
            sender.per_second = 1_000.0
        for phone, name in ((SARAH, "Sarah"), (TOM, "Tom")):
            contact = Contact(
                business_id=business.id, phone=phone, timezone=business.timezone, zones=[business.timezone],
                zones_source="timezone", persons=[Person(first_name=name, last_service="cleaning")],
            )  # fmt: skip
            session.add(contact)
            session.flush()
            session.add(ContactBasis(contact_id=contact.id, kind="relationship", evidence="a test's"))
        session.add(
            StaffUser(
                business_id=business.id, email="kim@example.com", name="Kim",
                password_hash=PasswordHasher().hash(PASSWORD),
            )
        )  # fmt: skip


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 800})
    made.set_default_timeout(LIMIT)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page whose script must not complain."""
    return context.new_page()


def _log_in(page: Page, house: House) -> None:
    page.goto(f"{house.address}/staff")
    page.fill("#email", "kim@example.com")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/staff")


def _living(page: Page) -> None:
    """Wait for the page's script."""
    page.wait_for_selector("html.lives")


def _until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for something outside the browser, while the browser goes on."""
    for _ in range(LIMIT // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited too long")


def test_the_desk_types_while_texts_arrive_takes_over_replies_and_hands_back(
    house: House, page: Page
) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    seen = expect
    seen.set_options(timeout=LIMIT)

    _log_in(page, house)
    seen(page.get_by_text("No conversations yet")).to_be_visible()

    house.network.text(SARAH, "can i talk to a real person please")
    page.locator("a.row", has_text="Sarah").click()
    transcript = page.locator("#transcript")
    seen(transcript.get_by_text("can i talk to a real person please")).to_be_visible()
    seen(transcript.get_by_text("Sarah asks for a person")).to_be_visible()
    _until(page, lambda: len(house.arrived()) == 1)

    _living(page)
    page.locator("#text").press_sequentially("Hello Sarah, this is")
    house.network.text(SARAH, "it is about my insurance")
    seen(transcript.get_by_text("it is about my insurance")).to_be_visible()
    assert page.locator("#text").input_value() == "Hello Sarah, this is"
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type(" Kim from the practice")

    page.reload()
    _living(page)
    assert page.locator("#text").input_value() == "Hello Sarah, this is Kim from the practice"

    page.get_by_role("button", name="Take over").click()
    seen(page.get_by_text("You have taken over.")).to_be_visible()
    assert page.locator("#text").input_value() == "Hello Sarah, this is Kim from the practice"
    page.locator("#text").press("Control+Enter")
    _until(page, lambda: "Hello Sarah, this is Kim from the practice\nKim" in house.arrived())
    seen(transcript.locator(".staff .state", has_text="Delivered")).to_be_visible()
    seen(page.locator("#text")).to_have_value("")

    told = len(house.arrived())
    house.network.text(SARAH, "great, do you take delta?")
    seen(transcript.get_by_text("great, do you take delta?")).to_be_visible()
    assert len(house.arrived()) == told

    page.get_by_role("button", name="Hand back").click()
    seen(transcript.get_by_text("Kim handed back to the assistant.")).to_be_visible()
    _until(page, lambda: len(house.arrived()) == told + 1)
    house.network.text(SARAH, "is there parking?")
    _until(page, lambda: len(house.arrived()) == told + 2)
    assert complaints == []


def test_a_reader_further_up_stays_there_and_is_told_of_a_new_text(house: House, page: Page) -> None:
    for number in range(14):
        house.network.text(TOM, "STOP" if number == 0 else f"and another line, number {number}\n" * 3)
    expect.set_options(timeout=LIMIT)
    _log_in(page, house)
    page.locator("a.row", has_text="Tom").click()
    expect(page.locator("#transcript")).to_contain_text("number 13")
    scroll = page.locator("#scroll")
    scroll.evaluate("element => { element.scrollTop = -element.scrollHeight; }")
    before = page.locator("#transcript .bubble").first.bounding_box()

    house.network.text(TOM, "the very newest")

    expect(page.locator("#newer")).to_be_visible()
    after = page.locator("#transcript .bubble").first.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 3
    page.locator("#newer").click()
    expect(page.locator("#transcript").get_by_text("the very newest")).to_be_in_viewport()
    expect(page.locator("#refusal")).to_contain_text("opted out")
    expect(page.locator("#send")).to_be_disabled()


def test_without_a_script_everything_can_be_read_and_answered(house: House, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.set_default_timeout(LIMIT)
    page = context.new_page()
    house.network.text(SARAH, "START")
    _log_in(page, house)
    while not page.locator("a.row").count():
        page.reload()
    page.locator("a.row").first.click()
    page.locator("#text").fill("Hello from the desk")
    page.locator("#send").click()
    expect(page.locator(".staff .bubble")).to_contain_text("Hello from the desk")
    _until(page, lambda: "Hello from the desk\nKim" in house.arrived())
    page.get_by_role("button", name="Hand back").click()
    expect(page.locator("#transcript")).to_contain_text("Kim handed back")
    context.close()


def test_the_list_is_used_by_keys_and_fits_a_phone(house: House, page: Page) -> None:
    house.network.text(SARAH, "hello")
    _log_in(page, house)
    expect(page.locator("a.row", has_text="Sarah")).to_be_visible(timeout=LIMIT)
    _living(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sarah")
    _living(page)
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} wide on a screen of {width}"
