"""One or two openings that are free at this moment, for a touch that names them."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from actions.context import BusinessFacts, ContactFacts, Context
from actions.proposing import openings_in
from actions.state import State
from data import clock, db
from data.db import reading
from data.models import Business
from data.profile import Profile, Service
from data.whereabouts import Whereabouts
from scheduler.calendar_view import with_calendar
from scheduler.gather import profile_of

FRESH = 20.0
"""Seconds for which all touches of a process use what was found: real ones, and of the wall clock."""

NOT_BEFORE = timedelta(hours=20)
"""Sooner openings are gone before somebody has answered."""

REACH = timedelta(days=10)
"""Openings further ahead are no reason to write now."""

DAYS = 6
"""Over so many days the pairs are spread, so that not everybody is offered the same two times."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    openings: tuple[datetime, ...]
    at: float
    wall: datetime

    @property
    def is_fresh(self) -> bool:
        moved = abs((clock.now() - self.wall).total_seconds())
        return time.monotonic() - self.at < FRESH and moved < FRESH


_lock = threading.Lock()
_found: dict[tuple[int, str], _Found] = {}
_database: weakref.ref[Engine] | None = None
"""What is remembered belongs to this database: another one has other businesses of the same numbers."""


def live_openings(business_id: int, service: str | None, *, spread: int = 0) -> tuple[datetime, ...]:
    """One or two openings of the next days: aware, UTC, ascending; () where none is free or can be seen.

    `service` is the profile's id; None or an unknown one: what is free for the longest service is free for
    any. `spread` (the contact's id) chooses among the days. Asks the calendar, so never inside a
    transaction; it never raises: a touch goes without openings then.
    """
    try:
        openings, zone = _open(business_id, service)
    except Exception as error:  # a touch without openings is better than none, whatever the calendar does
        log.warning("no live openings", business=business_id, error=type(error).__name__)
        return ()
    return pair(openings, zone, spread)


def offered(state: State, openings: Sequence[datetime], service: str | None) -> State:
    """The conversation's state once a touch has put these openings to the contact.

    "The second one" then books, as after any offer; a plain no is a no to coming at all.
    """
    if not openings:
        return state
    asked = "which_opening" if len(openings) > 1 else "confirm_time"
    return replace(state, asked=asked, offered=tuple(sorted(openings)), service=service, in_touch=True)


def pair(openings: Sequence[datetime], zone: str, spread: int = 0) -> tuple[datetime, ...]:
    """Two of the openings on different days, one early in its day and one late, full hours first. Pure."""
    days: dict[date, list[datetime]] = {}
    for opening in sorted(openings):
        days.setdefault(opening.astimezone(ZoneInfo(zone)).date(), []).append(opening)
    choices = list(days.values())[:DAYS]
    if not choices:
        return ()
    start = spread % len(choices)
    first, second = choices[start], choices[(start + 1 + spread % 2) % len(choices)]
    if first is second:
        second = choices[(start + 1) % len(choices)]
    early, late = (first, second) if spread % 2 else (second, first)
    chosen = {_one(early, 0, spread), _one(late, 1, spread)}
    return tuple(sorted(chosen))


def _one(day: list[datetime], half: int, spread: int) -> datetime:
    """An opening of the first or the second half of a day; at the full hour, where there is one."""
    middle = (len(day) + 1) // 2
    part = (day[:middle], day[middle:])[half] or day
    full = [opening for opening in part if not opening.minute] or part
    return full[spread % len(full)]


def _open(business_id: int, service: str | None) -> tuple[tuple[datetime, ...], str]:
    with reading() as session:
        business = session.get_one(Business, business_id)
        whole, zone, country = profile_of(business), business.timezone, business.country
        # no more of the calendar is asked for than can be named
        profile = whole.model_copy(update={"horizon_days": min(whole.horizon_days, REACH.days)})
        facts = BusinessFacts(
            business.id, business.name, business.phone, business.address, zone, profile, country=country
        )
    wanted = profile.service(service) or longest(profile)
    key = (business_id, wanted.id)
    with _lock:
        _of_this_database()
        known = _found.get(key)
    if known is None or not known.is_fresh:
        known = _Found(_look(facts, wanted), time.monotonic(), clock.now())
        with _lock:
            _found[key] = known
    return known.openings, zone


def longest(profile: Profile) -> Service:
    """The service that takes longest."""
    return max(profile.services, key=lambda service: service.minutes)


def _look(business: BusinessFacts, service: Service) -> tuple[datetime, ...]:
    nobody = ContactFacts(0, (), business.zone, Whereabouts((), "unknown", None, business.country))
    context = with_calendar(Context(now=clock.now(), business=business, contact=nobody))
    if context.busy is None:
        return ()
    first, last = context.now + NOT_BEFORE, context.now + REACH
    passed = set(context.before_others)
    return tuple(o for o in openings_in(context, service) if first <= o <= last and o not in passed)


def _of_this_database() -> None:
    global _database
    engine = db.engine()
    if _database is None or _database() is not engine:
        _found.clear()
        _database = weakref.ref(engine)
