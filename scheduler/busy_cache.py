"""Busy times of calendars far away, asked for early, in threads, and remembered for a minute of real time.

For offers alone: a booking looks at the calendar itself. Each process remembers for itself, keyed by the
connection; what we have booked ourselves stands in our own books and is never taken from here.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from actions.calendars import Calendar, CalendarUnavailable, Span
from data import clock, db

FRESH = 60.0
"""Seconds for which an answer is used: real ones, and of the wall clock where that is moved (a demo)."""

REACH = timedelta(days=60)
"""Longer stretches are asked for in pieces, at the same time: Google refuses more at once."""

THREADS = 4
"""Calls at the same time, for all the calendars of a process."""

PATIENCE = 40.0
"""Seconds to wait for an answer; the calls themselves are bounded more tightly (google_client.Patience)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a calendar was asked, when, and the answers as they come in."""

    start: datetime
    end: datetime
    at: float
    wall: datetime
    answers: tuple[Future[tuple[Span, ...]], ...]

    def serves(self, start: datetime, end: datetime) -> bool:
        """Whether it is young enough and says all about [start, end)."""
        young = time.monotonic() - self.at < FRESH and abs((clock.now() - self.wall).total_seconds()) < FRESH
        failed = any(answer.done() and answer.exception() for answer in self.answers)
        return young and not failed and self.start <= start and end <= self.end

    def wait(self) -> tuple[Span, ...]:
        """The busy times. Raises what the calendar raises, and CalendarUnavailable where nothing comes."""
        try:
            return tuple(span for answer in self.answers for span in answer.result(PATIENCE))
        except TimeoutError:
            raise CalendarUnavailable("the calendar did not answer in time") from None


_lock = threading.Lock()
_asked: dict[int, Asked] = {}
_near: dict[int, float] = {}
_pool: ThreadPoolExecutor | None = None
_database: weakref.ref[Engine] | None = None
"""What is remembered belongs to this database: another one has other connections of the same numbers."""


def ask(connection_id: int, calendar: Calendar, start: datetime, end: datetime) -> Asked:
    """Ask what is busy in [start, end) unless that is known or under way; returns at once."""
    with _lock:
        _of_this_database()
        known = _asked.get(connection_id)
        if known is None or not known.serves(start, end):
            known = _asked[connection_id] = _begin(calendar, start, end)
        return known


def forget(connection_id: int) -> None:
    """The calendar has changed, by us or as we have just seen: the next offer asks anew."""
    with _lock:
        _asked.pop(connection_id, None)


def note_near(business_id: int) -> None:
    """The business has no calendar far away: for a minute nobody need look whether it has."""
    with _lock:
        _of_this_database()
        _near[business_id] = time.monotonic()


def is_near(business_id: int) -> bool:
    """Whether the business had no calendar far away within the last minute."""
    with _lock:
        _of_this_database()
        return time.monotonic() - _near.get(business_id, -FRESH) < FRESH


def _of_this_database() -> None:
    global _database
    engine = db.engine()
    if _database is None or _database() is not engine:
        _asked.clear()
        _near.clear()
        _database = weakref.ref(engine)


def _begin(calendar: Calendar, start: datetime, end: datetime) -> Asked:
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(THREADS, thread_name_prefix="calendar")
    # a little more than was asked for, so that the answer still serves when the moment has moved on
    first = start.replace(minute=0, second=0, microsecond=0)
    last = end.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    answers = []
    at = first
    while at < last:
        until = min(at + REACH, last)
        answers.append(_pool.submit(calendar.busy, at, until))
        at = until
    return Asked(first, last, time.monotonic(), clock.now(), tuple(answers))


def _forget_after_fork() -> None:
    """A child has none of its parent's threads."""
    global _lock, _pool, _database
    _lock, _pool, _database = threading.Lock(), None, None
    _asked.clear()
    _near.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
