"""Visits on a Google calendar of our own, taken step by step while calls to it fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from google_server.fixtures import ConnectedGoogle
from sqlalchemy import select, update

from actions.calendars import google, google_client
from actions.calendars.google_client import Patience
from actions.decision import Book, CancelVisit, Decision, Effect, Move
from actions.state import State
from data import settings
from data.db import reading, writing
from data.models import Appointment, Business, CalendarConnection, Contact, Handoff
from data.queries.messages import conversation_of
from scheduler.apply import Scene, apply
from scheduler.jobs import Job
from soak.booking_check import Taken, disagreements
from tests.world_fixtures import Service, add_contact

NEW_YORK = ZoneInfo("America/New_York")
FIRST_DAY = datetime(2026, 3, 16, 9, 0, tzinfo=NEW_YORK)
LENGTH = timedelta(minutes=45)
AREAS = ("646", "917", "718", "347", "929")
"""Of New York, and not the one of the fixtures' own contact."""
IMPATIENT = Patience(attempt=0.1, total=0.05, first_wait=0.01, longest_wait=0.01)
"""While calls fail: no test waits for a server that does not answer."""
CALM = Patience(attempt=5.0, total=10.0, first_wait=0.01, longest_wait=0.1)
TOLD = {
    "booked": "You're booked",
    "moved": "is now on",
    "cancelled": "is called off",
    "away": "I can't see the calendar",
    "gone": "has gone",
}
"""By what each answer is known (actions/replies/texts.yml)."""


@dataclass
class Practice:
    """A service whose visits stand on the calendar of `google`; a new contact for every scene."""

    service: Service
    google: ConnectedGoogle
    made: list[str] = field(default_factory=list)
    """The numbers of the contacts so far."""

    def somebody(self) -> str:
        """The number of a new contact, by day: who has not written themselves is told nothing at night."""
        local = self.service.clock.moment.astimezone(NEW_YORK)
        if local.hour >= 18:
            self.service.clock.until(local.replace(hour=10) + timedelta(days=1))
            self.service.run_due()
        many = len(self.made)
        phone = f"+1{AREAS[many // 100]}55501{many % 100:02d}"
        self.made.append(phone)
        with writing() as session:
            add_contact(session, session.scalars(select(Business)).one(), phone, f"Sample{many}")
        self.service.network.add_phone(phone)
        return phone

    def do(self, phone: str, effect: Effect, key: str) -> list[Job]:
        """Apply one effect as a turn of the conversation would; its jobs are left to the caller."""
        with writing() as session:
            contact = session.scalars(select(Contact).where(Contact.phone == phone)).one()
            business = session.get_one(Business, contact.business_id)
            conversation = conversation_of(session, contact)
            scene = Scene(session, business, contact, conversation, "sms", evidence=f"{phone} {key}")
            return apply(scene, Decision(None, (effect,), State()), once=f"{key}:{phone}")

    def opening(self, phone: str, later: int = 0) -> datetime:
        """A time that no other contact of these scenes has: one day for each."""
        return FIRST_DAY + timedelta(days=self.made.index(phone), hours=later)

    def begin(self, step: str, phone: str) -> int:
        """The contact's visit, up to the moment at which `step` is to be taken on the calendar."""
        first, second = self.opening(phone), self.opening(phone, 3)
        jobs = self.do(phone, Book("cleaning", first, first + LENGTH), "book")
        visit = next(job.row for job in jobs if job.kind == "appointment")
        if step == "booking":
            return visit
        self.service.run_due()
        assert self.visit(visit).state == "booked", "the visit that the step is about must stand"
        if step == "moving":
            self.do(phone, Move(visit, second, second + LENGTH), "move")
        else:
            self.do(phone, CancelVisit(visit), "cancel")
        return visit

    def visit(self, visit_id: int) -> Appointment:
        with reading() as session:
            return session.get_one(Appointment, visit_id)

    def go_on(self, minutes: int, *, by: int = 3) -> None:
        """Time goes by, and all that comes due is done."""
        self.service.run_due()
        for _ in range(minutes // by):
            self.service.clock.forward(timedelta(minutes=by))
            self.service.run_due()

    def reconnect(self) -> None:
        """The owner has connected the calendar once more."""
        with writing() as session:
            session.execute(update(CalendarConnection).values(disconnected_at=None))

    def events(self) -> list[Taken]:
        """What stands of ours on Google's calendar, from its own list."""
        moment = self.google.calendar.moment
        ours = [event for event in self.google.events if event["summary"].startswith("Appointment")]
        return [Taken(moment(event["start"]), moment(event["end"]), event["id"]) for event in ours]

    def take_the_time(self, visit_id: int) -> None:
        """Somebody puts something of their own where the visit wants to be."""
        visit = self.visit(visit_id)
        start, end = visit.new_start_at or visit.start_at, visit.new_end_at or visit.end_at
        local = [f"{edge.astimezone(NEW_YORK):%Y-%m-%dT%H:%M:%S}" for edge in (start, end)]
        self.google.calendar.add(*local)

    def told(self, phone: str) -> list[str]:
        """What the contact was told, by the names in TOLD, in order."""
        return [name for text in self.service.arrived(phone) for name, words in TOLD.items() if words in text]

    def wrong(self, step: str, phone: str, visit_id: int) -> list[str]:
        """Everything that is not as it should be after a step of this contact's visit, all being quiet."""
        visit, told = self.visit(visit_id), self.told(phone)
        wrong = disagreements(self.events())
        before = [] if step == "booking" else ["booked"]
        moved = visit.start_at == self.opening(phone, 3)
        truths = {
            "booking": {"booked": [["booked"]], "failed": [["away"], ["gone"]]},
            "moving": {"booked": [["moved"]] if moved else [["away"], ["gone"]]},
            "cancelling": {"cancelled": [["cancelled"]]},
        }[step].get(visit.state, [])
        if told not in [[*before, *truth] for truth in truths]:
            wrong.append(f"the visit is {visit.state}{' and moved' if moved else ''}, they were told {told}")
        if "away" in told and not self.rings(phone):
            wrong.append("somebody is promised, and nobody was asked")
        return wrong

    def rings(self, phone: str) -> bool:
        """Whether a person was asked to look after this contact."""
        with reading() as session:
            contact = session.scalars(select(Contact).where(Contact.phone == phone)).one()
            conversation = conversation_of(session, contact).id
            asked = select(Handoff.id).where(Handoff.conversation_id == conversation)
            return session.scalar(asked.limit(1)) is not None


@contextmanager
def practice(service: Service, server: ConnectedGoogle) -> Iterator[Practice]:
    """The sample business books on `server` from now on, in calm until `impatient`."""
    server.empty()
    before = settings.get()
    server.book_here()
    with patience(CALM):
        yield Practice(service, server)
    settings.use(before)


@contextmanager
def patience(wanted: Patience) -> Iterator[None]:
    """How long a call to the calendar may take within this block."""
    before = google_client.USUAL
    google_client.USUAL = wanted
    google._client.cache_clear()
    try:
        yield
    finally:
        google_client.USUAL = before
        google._client.cache_clear()
