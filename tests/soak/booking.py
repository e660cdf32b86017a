"""The calendar under load and under fire: contacts racing for openings, every fault in every step, deaths.

The race runs over real processes, `rekindle up` with its four workers and a Google of our own, all contacts
texting at the same moment. Faults and deaths are the tests of tests/integration/calendars, on every fault
there is and at every point.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from google_server.fixtures import ConnectedGoogle
from google_server.server import GoogleServer
from sqlalchemy import select, update

from actions.openings import find_openings
from actions.proposing import availability
from actions.state import State
from data import clock, demo_clock
from data.db import writing
from data.models import Business, CalendarConnection, Contact
from data.profile import Profile
from data.queries.messages import conversation_of
from soak.booking_check import Taken, disagreements, visits
from soak.kills import _database
from soak.people import Person, make_up
from soak.phones import Message, Phones
from soak.report import ROOT, Asked, Report, spread
from soak.stage import in_force
from soak.world import World, running, wait

RACES = ((100, 1), (200, 10))
"""Contacts, and openings that they race for."""

PACE = 200.0
"""Texts that the sender may send in a second: the answers are to wait for nothing else."""

GIVES_UP = 240.0
"""Seconds after which an answer counts as missing."""

SERVICE = "cleaning"
BOOKED, GONE = "You're booked", "has gone"
MATRIX = ("test_visits_under_faults.py", "test_visits_under_kills.py", "test_visits_written_late.py")


def main(asked: Asked) -> bool:
    """The races on every database, then the whole matrix on both; whether all of it held."""
    report = Report("booking", asked.out)
    for kind in asked.databases:
        print(f"\nracing for openings, {kind}", flush=True)
        report.raw(f"\nracing for openings, {kind}")
        people = make_up(sum(many for many, _ in RACES), asked.seeds[0])
        server = GoogleServer()
        try:
            with tempfile.TemporaryDirectory(prefix="rekindle-soak-") as folder, _database(kind) as url:
                google = ConnectedGoogle(server, Path(folder))
                with running(
                    Path(folder), people, database_url=url, per_second=PACE, more=_leading_to(google)
                ) as world:
                    _race_them(world, google, people, report)
        finally:
            server.close()
        report.claim("asked as Google describes it", not server.problems, f"{len(server.problems)} problems")
    _matrix(asked, report)
    report.keep()
    return report.held


def _leading_to(google: ConnectedGoogle) -> dict[str, str]:
    return {
        "GOOGLE_API_BASE_URL": google.url,
        "GOOGLE_TOKEN_URI": google.token_uri,
        "GOOGLE_SERVICE_ACCOUNT_FILE": str(google.service_account_file),
        "GOOGLE_CALENDAR_ID": google.calendar_id,
    }


def _race_them(world: World, google: ConnectedGoogle, people: list[Person], report: Report) -> None:
    with in_force(world.environment), writing() as session:
        session.execute(update(CalendarConnection).values(kind="google", calendar_id=google.calendar_id))
    report.figure("workers", str(_workers(world)))
    begun = 0
    for many, few in RACES:
        racers, begun = people[begun : begun + many], begun + many
        with in_force(world.environment):
            openings = _offer(racers, few)
        _race(world, google, racers, openings, report)


def _offer(racers: Sequence[Person], few: int) -> list[datetime]:
    """Lay the same openings, which are free and do not touch, before all of them."""
    clock.use(demo_clock.now)
    with writing() as session:
        business = session.scalars(select(Business)).one()
        profile = Profile.model_validate(business.profile)
        service = profile.service(SERVICE)
        assert service is not None
        start, end = clock.now() + timedelta(days=2), clock.now() + timedelta(days=20)
        rules = availability(
            profile, business.timezone, service, country=business.country, first=start.date(), last=end.date()
        )
        taken = [(visit.start_at, visit.end_at) for visit in visits()]
        found: list[datetime] = []
        for opening in find_openings(rules, now=clock.now(), start=start, end=end, busy=taken):
            if not found or opening >= found[-1] + timedelta(minutes=2 * service.minutes):
                found.append(opening)
        openings = found[:few]
        asked = "which_opening" if few > 1 else "confirm_time"
        numbers = [person.phone for person in racers]
        for contact in session.scalars(select(Contact).where(Contact.phone.in_(numbers))):
            conversation = conversation_of(session, contact)
            conversation.state = State(asked, tuple(openings), service=SERVICE).to_json()
        return openings


def _race(
    world: World, google: ConnectedGoogle, racers: list[Person], openings: list[datetime], report: Report
) -> None:
    many, few = len(racers), len(openings)
    name = f"{many} for {few}"
    began = time.monotonic()

    def write(place: int) -> None:
        answer = str(1 + place % few) if few > 1 else "yes"
        phone = Phones(world.environment["TWILIO_API_BASE_URL"])  # a connection of its own, as phones have
        phone.write(racers[place].phone, answer)

    with ThreadPoolExecutor(24) as hands:
        list(hands.map(write, range(many)))
    wrote = time.monotonic() - began
    numbers = {person.phone for person in racers}

    def answers() -> list[Message]:
        texts = world.phones.everything()
        return [text for text in texts if text["number"] in numbers and text["from"] == "business"]

    wait(
        world, lambda: len({text["number"] for text in answers()}) == many, GIVES_UP, f"the answers of {name}"
    )
    took = time.monotonic() - began
    with in_force(world.environment):
        wait(world, _is_settled, GIVES_UP, "every visit to be settled")
        moment = google.calendar.moment
        events = [Taken(moment(one["start"]), moment(one["end"]), one["id"]) for one in google.events]
        wrong = disagreements(events)
        booked = Counter(visit.start_at for visit in visits() if visit.state == "booked")
    told = answers()
    won = sum(BOOKED in text["body"] for text in told)
    lost = [text["body"] for text in told if GONE in text["body"]]
    once = all(count == 1 for count in Counter(text["number"] for text in told).values())
    offered = sum(bool(re.search(r"\d:\d\d (?:am|pm)", body)) for body in lost)
    doubled = sum(booked[opening] > 1 for opening in openings)
    report.claim(
        f"{name}: openings taken once",
        all(booked[opening] == 1 for opening in openings),
        f"{sum(booked[opening] == 1 for opening in openings)} of {few}, {doubled} doubled",
    )
    report.claim(f"{name}: contacts answered", len(told) == many and once, f"{len(told)} texts to {many}")
    report.claim(f"{name}: told truthfully", won == few and won + len(lost) == many, f"{won} booked")
    report.claim(f"{name}: apologies with other times", offered == many - few, f"{offered} of {many - few}")
    report.claim(f"{name}: database and calendar disagree", not wrong, f"{len(wrong)} times")
    for one in wrong[:20]:
        report.detail(one)
    report.figure(f"{name}: all had written after", f"{wrote:.1f} s; all were answered after {took:.1f} s")
    report.figure(f"{name}: from text to answer", spread(_waits(world, numbers)))


def _is_settled() -> bool:
    return all(visit.due_at is None for visit in visits())


def _waits(world: World, numbers: set[str]) -> list[float]:
    """From each contact's text to its answer, both as the simulated network saw them."""
    asked: dict[str, datetime] = {}
    waits = []
    for text in world.phones.everything():
        at = datetime.fromisoformat(text["created_at"]).astimezone(UTC)
        number = text["number"]
        if text["from"] == "phone" and number in numbers:
            asked[number] = at
        elif number in asked:
            waits.append((at - asked[number]).total_seconds())
    return waits


def _workers(world: World) -> int:
    """The processes that take jobs: the worker's children."""
    leading = world.pids()["worker"]
    children = Path(f"/proc/{leading}/task/{leading}/children")
    return len(children.read_text().split()) if children.exists() else 0


def _matrix(asked: Asked, report: Report) -> None:
    """Every fault in every call, once and until we give up, and every death: pytest counts them."""
    tests = ROOT / "tests" / "integration" / "calendars"
    database = asked.databases[0] if len(asked.databases) == 1 else "both"
    print(f"\nevery fault and every death, {database}", flush=True)
    report.raw(f"\nevery fault and every death, {database}")
    with tempfile.TemporaryDirectory(prefix="rekindle-soak-") as folder:
        counted = Path(folder) / "counted"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--show-capture=no", f"--database={database}"]
            + [str(tests / name) for name in MATRIX],
            cwd=ROOT,
            env={**os.environ, "BOOKING_MATRIX": str(counted)},
            capture_output=True,
            text=True,
            timeout=3600,
        )
        lines = counted.read_text().splitlines() if counted.exists() else []
    for what, many in sorted(Counter(lines).items()):
        report.figure(what, f"{many} visits")
    report.claim("every visit as its contact was told, after", done.returncode == 0, f"{len(lines)} troubles")
    if done.returncode:
        report.detail(done.stdout[-6000:])
