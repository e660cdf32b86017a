"""Setting the stage before the service runs: database, sample business, list, lawful hours, campaign."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from actions.lawful_hours import is_lawful
from data import business_file, clock, db, demo_clock, imports, settings
from data.db import writing
from data.models import Business, Sender
from data.profile import Profile
from data.whereabouts import Whereabouts
from scheduler.campaigns.enrolling import enrol
from scheduler.campaigns.one_touch import open_one_touch
from soak.people import Person, write_list

ZONE = "America/New_York"
ROOM = timedelta(minutes=30)
"""So long must be lawful from the start on: longer than any one soak."""

CAMPAIGN = "soak"


def furnish(environment: dict[str, str], people: list[Person], folder: Path, per_second: float) -> float:
    """Fill an empty database; returns by how many seconds the service's clock runs ahead from now on."""
    with in_force(environment):
        db.migrate()
        ahead = to_lawful_hours(clock.real())
        with writing() as session:
            business_file.load(session, business_file.read_file(business_file.SAMPLE))
            for sender in session.scalars(select(Sender)):
                sender.per_second = per_second
            demo_clock.forward(session, ahead)
        clock.use(demo_clock.now)
        path = folder / "contacts.csv"
        write_list(people, path)
        summary = imports.run(path, report=folder / "refused.csv")
        if summary.accepted != len(people):
            raise ValueError(f"of {len(people)} made-up people {summary.accepted} were accepted")
        return ahead.total_seconds()


def launch(environment: dict[str, str]) -> int:
    """Start the campaign; how many are enrolled."""
    with in_force(environment):
        clock.use(demo_clock.now)
        with writing() as session:
            business = session.scalars(select(Business)).one()
            opener = Profile.model_validate(business.profile).opener
            campaign = open_one_touch(session, business, CAMPAIGN, opener).id
        return enrol(campaign).enrolled


def to_lawful_hours(now: datetime) -> timedelta:
    """How far it is to a time from which on openers may leave for a while; nothing where that is now."""
    where = Whereabouts((ZONE,), "timezone", "NY", "US")

    def suits(moment: datetime) -> bool:
        return is_lawful(moment, where) and is_lawful(moment + ROOM, where)

    if suits(now):
        return timedelta(0)
    day = now.astimezone(ZoneInfo(ZONE)).date()
    while True:
        ten = datetime.combine(day, time(10), ZoneInfo(ZONE)).astimezone(now.tzinfo)
        if ten > now and suits(ten):
            return ten - now
        day += timedelta(days=1)


@contextmanager
def in_force(environment: dict[str, str]) -> Iterator[None]:
    """These settings and their database, in this process, until the block ends."""
    values = {name.lower(): value for name, value in environment.items()}
    before = settings.use(settings.isolated(**values))
    db.connect()
    try:
        yield
    finally:
        db.dispose()
        clock.use()
        settings.use(before)
