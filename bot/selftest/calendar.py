"""The steps of `rekindle calendar selftest`, against any calendar; at the end no trace of them is left.

The whole ends within a minute, whatever the other side does: a step runs in a thread that can be given up.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from actions.calendars import (
    Calendar,
    CalendarDisconnected,
    CalendarError,
    CalendarEvent,
    Change,
    Span,
    event_id,
)
from bot.selftest.steps import Result, StepFailed

FAR_AWAY = timedelta(days=400)
STEPS_END = 48.0
"""Seconds after which no further step is waited for."""
CLEAN_UP_END = 56.0
"""Seconds after which even the cleaning up is given up; the rest of the minute is for starting and ending."""
SETTLES = 5.0
"""Seconds that Google may take until a write shows in its lists."""


class _Worker:
    """A thread that does one thing after another; it does not keep the process from ending."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[tuple[Callable[[], str], queue.SimpleQueue[str | Exception]] | None]
        self._work = queue.SimpleQueue()
        threading.Thread(target=self._go_on, daemon=True).start()

    def begin(self, work: Callable[[], str]) -> queue.SimpleQueue[str | Exception]:
        """Start the work; its answer, or what it raised, appears in the queue that is returned."""
        answer: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()
        self._work.put((work, answer))
        return answer

    def end(self) -> None:
        self._work.put(None)

    def _go_on(self) -> None:
        while (given := self._work.get()) is not None:
            work, answer = given
            try:
                answer.put(work())
            except Exception as error:
                answer.put(error)


class SelfTest:
    """One run against one calendar, on a day far after `now`."""

    def __init__(self, calendar: Calendar, now: datetime) -> None:
        start = (now.astimezone(UTC) + FAR_AWAY).replace(hour=3, minute=0, second=0, microsecond=0)
        self._given = calendar
        self._began = time.monotonic()
        self._worker = _Worker()
        self._given_up = threading.Event()
        self._event = CalendarEvent(
            id=event_id("selftest", uuid.uuid4().hex),
            start=start,
            end=start + timedelta(minutes=30),
            zone="UTC",
            title="Rekindle selftest (safe to delete)",
        )
        self._moved = replace(
            self._event, start=start + timedelta(hours=1), end=start + timedelta(minutes=90)
        )
        self._cursor: str | None = None
        self._stood_before: Counter[Span] = Counter()
        self._may_stand = False

    def run(self) -> Iterator[Result]:
        """Take the steps in order; a step whose ground is missing is reported as not tried."""
        steps: tuple[tuple[str, Callable[[], str], tuple[str, ...]], ...] = (
            ("list", self._list, ()),
            ("free_busy", self._free_busy, ()),
            ("insert", self._insert, ("list",)),  # what cannot be read is not written to
            ("repeated_insert", self._repeat, ("insert",)),
            ("move", self._move, ("insert",)),
            ("incremental_changes", self._changes, ("list", "move")),
            ("delete", self._delete, ("insert",)),
        )
        failed: dict[str, str] = {}
        left: Result | None = None
        try:
            for name, work, needs in steps:
                missing = next((need for need in (*needs, "connection") if need in failed), None)
                if missing:
                    result = Result(name, False, f"not tried: {failed[missing]}", 0)
                else:
                    result = self._step(name, work, failed)
                if not result.ok:
                    failed[name] = f"{name} failed"
                yield result
        finally:
            if self._may_stand:
                left = self._clean_up()
            self._worker.end()
        if left:
            yield left

    def _step(self, name: str, work: Callable[[], str], failed: dict[str, str]) -> Result:
        began = time.monotonic()
        try:
            ok, detail = True, self._within(STEPS_END, work)
        except CalendarDisconnected as error:
            ok, detail = False, str(error)
            failed["connection"] = "we are not let in"
        except (CalendarError, StepFailed) as error:
            ok, detail = False, str(error)
        except TimeoutError:
            ok, detail = False, "gave up waiting for the calendar"
            failed["connection"] = "the time is up"
            self._given_up.set()
        except Exception as error:
            # somebody else's server may answer anything: the other steps and the cleaning up go on
            ok, detail = False, f"the answer cannot be understood ({type(error).__name__})"
        return Result(name, ok, detail, round((time.monotonic() - began) * 1000))

    def _within(self, end: float, work: Callable[[], str]) -> str:
        """Do the work, but wait no longer than `end` seconds after the beginning. Raises TimeoutError."""
        answer = self._worker.begin(work)
        try:
            outcome = answer.get(timeout=max(0.01, self._began + end - time.monotonic()))
        except queue.Empty:
            self._worker = _Worker()  # the old one may never come back
            raise TimeoutError from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _clean_up(self) -> Result | None:
        began = time.monotonic()

        def remove() -> str:
            self._given.remove(self._event.id)
            return "the event of a failed step is off the calendar"

        try:
            ok, detail = True, self._within(CLEAN_UP_END, remove)
        except Exception as error:
            why = str(error) or "no answer in time"
            ok, detail = False, f"delete '{self._event.title}' on {self._event.start:%Y-%m-%d} by hand: {why}"
        return Result("clean_up", ok, detail, round((time.monotonic() - began) * 1000))

    # the steps

    @property
    def _calendar(self) -> Calendar:
        if self._given_up.is_set():
            raise TimeoutError  # a step that was given up writes nothing any more
        return self._given

    def _list(self) -> str:
        self._stood_before = self._standing()
        first = self._calendar.changes(None, since=self._event.start - timedelta(hours=3))
        self._cursor = first.cursor
        return f"read the events from {self._event.start:%Y-%m-%d} on: {len(first.events)}"

    def _free_busy(self) -> str:
        midnight = self._event.start.replace(hour=0)
        found = self._calendar.busy(midnight, midnight + timedelta(days=1))
        return f"busy times on {midnight:%Y-%m-%d}: {len(found)}"

    def _insert(self) -> str:
        calendar, self._may_stand = self._calendar, True
        stands = calendar.put(self._event)
        self._same_times(stands, self._event)
        self._eventually(lambda: self._ours() == [_span(self._event)], "does not list the event once")
        return f"an event stands on {self._event.start:%Y-%m-%d %H:%M} UTC"

    def _repeat(self) -> str:
        self._same_times(self._calendar.put(self._event), self._event)
        if (count := len(self._ours())) != 1:
            raise StepFailed(f"after the same event was put twice it stands {count} times")
        return "the same event put again stands once"

    def _move(self) -> str:
        self._calendar.move(self._event.id, self._moved.start, self._moved.end)
        self._eventually(
            lambda: self._ours() == [_span(self._moved)], "does not list the event an hour later"
        )
        return f"the event stands an hour later, at {self._moved.start:%H:%M} UTC"

    def _changes(self) -> str:
        seen = self._seen(lambda ours: ours is not None and ours.start == self._moved.start)
        return f"the changes since the first list name our event ({seen} in all)"

    def _delete(self) -> str:
        self._calendar.remove(self._event.id)
        self._eventually(lambda: self._calendar.get(self._event.id) is None, "still shows the deleted event")
        self._may_stand = False
        self._calendar.remove(self._event.id)
        if self._cursor is None:
            return "the event is gone; deleting it again does no harm"
        self._seen(lambda ours: ours is None)
        return "the event is gone, the changes say so, and deleting it again does no harm"

    # looking

    def _standing(self) -> Counter[Span]:
        """What takes time between the first and the last moment that we use."""
        return Counter(self._calendar.clashes(self._event.start, self._moved.end))

    def _ours(self) -> list[Span]:
        """What has come since the first list; a real calendar may hold other events on that day."""
        return list((self._standing() - self._stood_before).elements())

    def _seen(self, wanted: Callable[[Change | None], bool]) -> int:
        """Follow the changes until they tell of our event as `wanted` (None: gone); how many there were."""
        count = 0

        def look() -> bool:
            nonlocal count
            found = self._calendar.changes(self._cursor, since=self._event.start)
            self._cursor = found.cursor
            count += len(found.events)
            ours = [change for change in found.events if change.id == self._event.id]
            # where the cursor had expired, everything is told, and what is not told is gone
            told = bool(ours) or found.complete
            return told and wanted(next((change for change in ours if not change.cancelled), None))

        self._eventually(look, "does not report what became of our event")
        return count

    @staticmethod
    def _same_times(stands: CalendarEvent, wanted: CalendarEvent) -> None:
        if (stands.start, stands.end) != (wanted.start, wanted.end):
            raise StepFailed(
                f"the event stands at {stands.start.isoformat()}, not {wanted.start.isoformat()}"
            )

    @staticmethod
    def _eventually(look: Callable[[], bool], otherwise: str) -> None:
        until = time.monotonic() + SETTLES
        while not look():
            if time.monotonic() > until:
                raise StepFailed(f"the calendar {otherwise}")
            time.sleep(0.25)


def _span(event: CalendarEvent) -> Span:
    return Span(event.start, event.end)
