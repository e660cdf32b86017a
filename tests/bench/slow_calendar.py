"""From a due text that asks for times to its delivered answer, with a Google that takes 300 ms for free/busy.

The whole service in one process with the real model (bot/rehearsal/world.py), and the tests' own Google. In
turn: asked piece by piece when the answer is needed, as one would without more ado; asked while the model
is; asked within the last minute. The window in which texts are collected is virtual and not counted.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from google_server.fixtures import ConnectedGoogle
from google_server.server import GoogleServer
from report import Report

from actions.calendars import Calendar, Span
from bot.rehearsal.script import Script, ScriptContact
from bot.rehearsal.world import World, world
from data.db import reading
from data.models import Business, Contact
from nlu.rasa_process import running
from scheduler import busy_cache, calendar_view, converse
from scheduler.gather import gather

LATE = 0.3
OPENER_AT = datetime(2026, 3, 5, 10, 0, tzinfo=ZoneInfo("America/New_York"))
DAYS = ("tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday")
TEXTS = [f"do you have anything {day} {part}?" for part in ("morning", "after 1") for day in DAYS]


class InTurn:
    """What asking would be without threads: one piece after the other, when somebody waits for it."""

    def __init__(self, calendar: Calendar, start: datetime, end: datetime) -> None:
        self.calendar, self.start, self.end = calendar, start, end

    def wait(self) -> tuple[Span, ...]:
        return self.calendar.busy(self.start, self.end)


def main() -> None:
    """Three rounds of the same texts, a line for each."""
    server = GoogleServer()
    with Report("slow-calendar") as report, running() as model, tempfile.TemporaryDirectory() as folder:
        google = ConnectedGoogle(server, Path(folder))
        rasa = (model.url, model.token)
        report.say(f"free/busy answers after {1000 * LATE:.0f} ms; {len(TEXTS)} texts that ask for times")
        with (
            patch.object(busy_cache, "ask", lambda _, calendar, start, end: InTurn(calendar, start, end)),
            patch.object(converse, "prefetch", lambda _: None),
        ):
            say(report, "asked in turn, when needed", *round_(google, rasa, lambda _: None))
        say(report, "asked while the model is", *round_(google, rasa, lambda _: None))
        say(report, "asked within the last minute", *round_(google, rasa, remember))
    server.close()


def round_(
    google: ConnectedGoogle, rasa: tuple[str, str], before: Callable[[World], None]
) -> tuple[list[float], int]:
    """Seconds from each text to its answer, and the calls of free/busy for each."""
    google.empty()
    google.fail("slow", "freebusy.query", times=None, seconds=LATE)
    took = []
    with on_google(google, rasa) as here:
        for text in TEXTS:
            here.until(here.clock() + timedelta(minutes=15))  # no more than so many texts in an hour
            before(here)
            google.server.calls.clear()
            here.network.text(here.phone, text, channel="sms")
            said = len(here.network.transcript(here.phone))
            began = time.perf_counter()
            here.settle()
            took.append(time.perf_counter() - began)
            answered = here.network.transcript(here.phone)[said:]
            assert any(line.direction != "inbound" for line in answered), f"no answer to {text!r}"
    return took, google.called("freebusy.query")


@contextmanager
def on_google(google: ConnectedGoogle, rasa: tuple[str, str]) -> Iterator[World]:
    """A world whose calendar is that Google."""
    with world(Script(contact=ScriptContact(last_service="cleaning")), OPENER_AT, rasa) as here:
        google.book_here()
        here.settle()
        yield here


def remember(here: World) -> None:
    """Another text of the business was answered a moment ago."""
    with reading() as session:
        contact = session.get_one(Contact, here.contact)
        context = gather(session, session.get_one(Business, contact.business_id), contact)
    calendar_view.with_calendar(context)


def say(report: Report, what: str, took: list[float], calls: int) -> None:
    """One line: how long, and with how many calls at the last text."""
    report.say(
        f"{what:30s} text to answer: p50 {1000 * statistics.median(took):5.0f} ms   "
        f"longest {1000 * max(took):5.0f} ms   calls of free/busy for a text: {calls}"
    )
