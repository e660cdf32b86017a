"""Takes the pictures of google-calendar.md: connecting a calendar, played against the tests' Google.

.venv/bin/python docs/screenshots_calendar.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from calendar_practice import EMAIL, PASSWORD, practice  # noqa: E402
from google_server.server import GoogleServer  # noqa: E402
from playwright.sync_api import Browser, Locator, Page  # noqa: E402
from services import browser  # noqa: E402

from data import db, settings  # noqa: E402

IMAGES = ROOT / "docs" / "images"
LARGEST = 200_000  # bytes of one picture, as tests/unit/test_docs.py holds


def take(page: Page, name: str, last: Locator) -> None:
    """Write one picture: from the top of the page to the end of what it is about."""
    page.evaluate("document.fonts.ready")
    box = last.bounding_box()
    assert box is not None
    width = (page.viewport_size or {"width": 900})["width"]
    clip = {"x": 0, "y": 0, "width": width, "height": box["y"] + box["height"] + 24}
    picture = page.screenshot(animations="disabled", caret="hide", clip=clip, full_page=True)
    if len(picture) > LARGEST:
        sys.exit(f"{name}.png has {len(picture)} bytes, more than {LARGEST}: make its window smaller")
    (IMAGES / f"{name}.png").write_bytes(picture)
    print(f"docs/images/{name}.png  {len(picture) // 1000} kB")


def play(running: Browser, address: str, google: GoogleServer) -> None:
    """Log in, connect, choose, test; then the access is withdrawn."""
    context = running.new_context(viewport={"width": 900, "height": 760}, color_scheme="light")
    page = context.new_page()
    page.goto(f"{address}/staff/settings/calendar")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Calendar", exact=True).wait_for()
    take(page, "calendar-connect", page.locator("#connection"))
    page.get_by_role("button", name="Connect Google Calendar").click()
    page.get_by_role("button", name="Allow").click()
    page.get_by_role("radio", name="Front desk").check()
    page.get_by_role("checkbox", name="Dr. Sample").check()
    take(page, "calendar-choose", page.get_by_role("button", name="Use these"))
    page.get_by_role("button", name="Use these").click()
    page.get_by_role("heading", name="Working hours").wait_for()
    page.goto(f"{address}/staff/settings/calendar")  # without the note
    take(page, "calendar-connected", page.get_by_role("button", name="Save the hours"))
    google.oauth.withdraw()
    page.get_by_role("button", name="Test").click()
    page.get_by_text("Refuses us", exact=True).wait_for()
    page.goto(f"{address}/staff/settings/calendar")
    take(page, "calendar-refused", page.locator("#connection"))


def main() -> None:
    """A fresh practice in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="rekindle-pictures-") as folder, browser.running() as running:
        settings.use(settings.isolated(rekindle_data_dir=Path(folder)))
        db.connect()
        db.migrate()
        google = GoogleServer()
        with practice("", Path(folder), google) as house:
            play(running, house.address, google)
        google.close()
        db.dispose()


if __name__ == "__main__":
    main()
