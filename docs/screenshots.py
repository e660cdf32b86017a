"""Takes the pictures of README.md from a running demo, after a few short conversations on its phones.

    .venv/bin/python docs/screenshots.py [--phones ADDRESS --staff ADDRESS]

Without addresses it starts a fresh demo of its own, on free ports and with a data folder that is thrown away,
and ends it afterwards. It waits for what it needs to see, never for a number of seconds.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import requests

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Browser, Page  # noqa: E402
from services import browser  # noqa: E402

from bot.demo.stage import STAFF_EMAIL, STAFF_PASSWORD  # noqa: E402
from bot.processes import free_port  # noqa: E402

T = TypeVar("T")

IMAGES = ROOT / "docs" / "images"
LARGEST = 200_000  # bytes of one picture: a README is read over slow lines too
PATIENCE = 120.0

# What each phone, in the order of the demo's list, is made to say; a text waits for the answer before it.
# The first conversation is the one that the pictures show.
CONVERSATIONS = (
    ("hi, how much is a cleaning?", "ok do you have anything thursday after 3", "the second one"),
    ("busy this week, can you try me next month",),
    ("can I talk to a person about my bill?",),
    ("we moved away last year, sorry",),
    ("STOP",),
)


def until(happened: Callable[[], T | None], what: str) -> T:
    """What `happened` gives once it gives something. Raises SystemExit after a while."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := happened():
            return found
        time.sleep(0.1)
    sys.exit(f"waited {PATIENCE:.0f} s in vain for {what}")


class Phones:
    """The simulator's control API."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.base}/sim/{path}", timeout=10).json()
        return found

    def contacts(self) -> list[dict[str, Any]]:
        return [phone for phone in self.get("phones")["phones"] if phone["role"] == "contact"]

    def heard(self, number: str) -> list[str]:
        """What has arrived on a phone."""
        texts = self.get(f"phones/{number}/transcript")["texts"]
        return [text["body"] for text in texts if text["from"] == "business"]

    def say(self, number: str, body: str) -> None:
        answer = requests.post(f"{self.base}/sim/texts", json={"from": number, "body": body}, timeout=10)
        answer.raise_for_status()


def play(phones: Phones) -> dict[str, Any]:
    """Hold all conversations at once; returns the phone that the pictures show."""

    def reached() -> list[dict[str, Any]] | None:
        some = [phone for phone in phones.contacts() if phones.heard(phone["number"])]
        return some if len(some) >= len(CONVERSATIONS) else None

    chosen = until(reached, "the openers")[: len(CONVERSATIONS)]
    for turn in range(max(map(len, CONVERSATIONS))):
        waiting = {}
        for phone, says in zip(chosen, CONVERSATIONS, strict=True):
            if turn < len(says):
                waiting[phone["number"]] = len(phones.heard(phone["number"]))
                phones.say(phone["number"], says[turn])
        for number, before in waiting.items():
            until(lambda n=number, b=before: len(phones.heard(n)) > b, "an answer")  # type: ignore[misc]
    star: dict[str, Any] = chosen[0]
    until(lambda: any("booked" in text for text in phones.heard(star["number"])), "the confirmation")
    return star


def take(page: Page, name: str) -> None:
    """Write one picture."""
    page.evaluate("document.fonts.ready")
    picture = page.screenshot(animations="disabled", caret="hide")
    if len(picture) > LARGEST:
        sys.exit(f"{name}.png has {len(picture)} bytes, more than {LARGEST}: make its window smaller")
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / f"{name}.png").write_bytes(picture)
    print(f"docs/images/{name}.png  {len(picture) // 1000} kB")


def pictures(running: Browser, phones: Phones, staff: str, star: dict[str, Any]) -> None:
    context = running.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
    page = context.new_page()
    page.goto(phones.base)
    page.get_by_role("navigation", name="Phones").get_by_text(star["label"], exact=True).click()
    page.get_by_role("log", name="Texts").get_by_text("You're booked").wait_for()
    page.get_by_label("Front desk").get_by_text("asks for a person").wait_for()
    page.locator("li", has_text=star["label"]).locator(".badge").wait_for(state="hidden")
    # the phone's own clock ticks once a second, and begins before the demo's time is known
    page.wait_for_function(
        "document.querySelector('.time').innerText.includes(document.getElementById('device-time').innerText)"
    )
    take(page, "phones")

    page.set_viewport_size({"width": 1240, "height": 760})
    page.goto(f"{staff}/staff")
    page.get_by_label("E-mail address").fill(STAFF_EMAIL)
    page.get_by_label("Password").fill(STAFF_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    row = page.get_by_role("link").filter(has_text=star["label"])
    row.filter(has_text="Booked").wait_for()
    take(page, "conversations")
    row.click()
    page.get_by_role("log", name="Transcript").get_by_text("You're booked").wait_for()
    take(page, "transcript")
    address = page.url

    page.set_viewport_size({"width": 1240, "height": 980})
    page.goto(f"{staff}/staff/campaigns/1")
    page.get_by_role("heading", level=1).wait_for()
    take(page, "campaign")

    small = running.new_context(
        viewport={"width": 390, "height": 844}, storage_state=context.storage_state(), color_scheme="light"
    )
    phone = small.new_page()
    phone.goto(address)
    phone.get_by_role("log", name="Transcript").get_by_text("You're booked").wait_for()
    take(phone, "transcript-on-a-phone")


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """A demo of our own: the addresses of its phones and of its staff view."""
    web, simulator = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="rekindle-pictures-") as folder:
        process = subprocess.Popen(
            [str(ROOT / ".venv/bin/rekindle"), "demo", "--simulator-port", str(simulator)],
            env={**os.environ, "REKINDLE_DATA_DIR": folder, "REKINDLE_PORT": str(web)},
            cwd=ROOT,
        )
        staff = f"http://127.0.0.1:{web}"

        def answers() -> bool | None:
            if process.poll() is not None:
                sys.exit("the demo has ended; what it said stands above")
            try:
                return requests.get(f"{staff}/healthz", timeout=2).ok or None
            except requests.RequestException:
                return None

        try:
            until(answers, "the demo")
            yield f"http://127.0.0.1:{simulator}", staff
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=90)


def main() -> None:
    """Play, then take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--phones", help="address of a running demo's phones")
    parser.add_argument("--staff", help="address of that demo's service")
    asked = parser.parse_args()
    if bool(asked.phones) != bool(asked.staff):
        parser.error("give both addresses or none")
    with browser.running() as running:
        if asked.phones:
            phones = Phones(asked.phones)
            pictures(running, phones, asked.staff.rstrip("/"), play(phones))
        else:
            with demo() as (address, staff):
                phones = Phones(address)
                pictures(running, phones, staff, play(phones))


if __name__ == "__main__":
    main()
