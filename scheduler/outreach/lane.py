"""Lanes: the calls of a slice of dispatching, one after the other in each lane, several lanes at a time.

A provider takes its time: with a tenth of a second for an answer, one call at a time would be ten texts a
second for a worker. A lane is a thread; the longer calls take, the more there are of them, and the quicker
calls are, the more texts a lane marks together. What all lanes of a slice share is kept in Going.
"""

from __future__ import annotations

import contextlib
import contextvars
import secrets
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog

from data import clock
from data.db import writing
from data.models import Message, Sender
from data.queries.messages import claimed_since
from scheduler import permits
from scheduler.consequences import fail
from scheduler.deliver import AGAIN, CALL_WITHIN
from scheduler.jobs import Job
from scheduler.measures.watch import Move, tell
from scheduler.outreach.claims import Claimed
from scheduler.outreach.facts import KIND
from scheduler.outreach.marks import Called, Write, give_back, mark, record, writing_marks
from scheduler.outreach.promised import keep_promise
from scheduler.provider import reach
from scheduler.provider.client import NotReached, OutcomeUnknown, Refused, provider
from scheduler.stopping import start_again

LANES = 8
"""At most so many calls of one worker at a time: a worker that is killed leaves so many unknown outcomes."""

TOGETHER = 4
"""So many texts one lane marks together where calls are quick; several lanes have so many between them."""

QUICK = 0.01
"""Seconds. One lane does for calls that take no longer: more would only wait for each other."""

PLENTY = 100
"""Permits a second; of fewer none is held for longer than its own call."""

SHORT = 0.2
"""Seconds that are waited for a permit within a slice; longer ones are slept by nobody."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Took:
    """How long a text takes just now in this process, mark and call, in seconds."""

    each: float = 0.02

    def note(self, seconds: float) -> None:
        self.each = max(0.001, 0.8 * self.each + 0.2 * seconds)


took = Took()


def lanes_for(per_second: float) -> int:
    """So many calls at a time keep a sender's pace, with calls that take as long as the last ones did."""
    by_pace = 1 + int(per_second * took.each)
    return min(LANES, by_pace, 1 + int(took.each / QUICK))


@dataclass(slots=True)
class Going:
    """What the lanes of a slice share: the texts that are still to be called for, and what ends the slice."""

    sender: Sender
    probe: bool
    ends: float
    """When the time is up (monotonic)."""
    texts: deque[Claimed] = field(default_factory=deque)
    jobs: list[Job] = field(default_factory=list)
    unreachable: bool = False
    wait: float | None = None
    """In how many seconds there is a permit again, where there was none."""
    slept: float = 0.0
    """Seconds that were spent waiting for permits."""
    lanes: int = 1
    at_a_time: int = 1
    """How many permits a lane takes at a time, and so how many texts it marks together."""

    def see(self, free: int) -> None:
        """So many permits are free just now: with half of them unused, the pace holds nobody up."""
        plenty = self.sender.per_second >= PLENTY and free >= self.sender.per_second / 2
        self.lanes = 1 if self.probe else lanes_for(self.sender.per_second)
        self.at_a_time = max(1, TOGETHER // self.lanes) if plenty else 1

    @property
    def over(self) -> bool:
        """Whether this slice has to end."""
        return self.unreachable or self.wait is not None or time.monotonic() >= self.ends

    def send(self, texts: Iterable[Claimed]) -> list[Claimed]:
        """Call for these texts; returns those for which no call has begun, which are to be given back."""
        self.texts.extend(texts)
        running = [Lane(self) for _ in range(min(self.lanes, len(self.texts)))]
        try:
            if len(running) > 1:
                self._side_by_side(running)
            elif running:
                running[0].run()
        except BaseException:
            self.ends = 0.0  # this worker is to end: the other lanes finish the call in hand
            raise
        return list(self.texts)

    def _side_by_side(self, lanes: list[Lane]) -> None:
        with ThreadPoolExecutor(len(lanes)) as pool:
            try:
                done = [pool.submit(contextvars.copy_context().run, lane.run) for lane in lanes]
                for each in done:
                    each.result()
            except BaseException:
                self.ends = 0.0
                raise


@dataclass(slots=True)
class Lane:
    """One call after the other."""

    going: Going
    done: list[Called] = field(default_factory=list)
    """Calls whose outcome is still to be written down."""
    moves: list[Move] = field(default_factory=list)
    hand: list[str] = field(default_factory=list)
    """Permits that were taken, for the next calls."""
    used: list[str] = field(default_factory=list)
    """Those whose calls are over; they go back before the next ones are taken."""

    def run(self) -> None:
        """Until the time is up or nothing is left."""
        try:
            with writing_marks() as write:
                while texts := self._next():
                    began = time.monotonic()
                    try:
                        self._send(texts, write)
                    finally:
                        took.note((time.monotonic() - began) / len(texts))
                    if self.going.probe:
                        self.going.unreachable = True
        finally:
            self._let_go()
            self._write_down()

    def _next(self) -> list[Claimed]:
        """The next texts, with a permit in hand for each; none where the lane ends."""
        texts: list[Claimed] = []
        if self.going.over or not self.going.texts or not self._permit():
            return texts
        with contextlib.suppress(IndexError):  # another lane has taken the last one
            while len(texts) < len(self.hand):
                texts.append(self.going.texts.popleft())
        return texts

    def _permit(self) -> bool:
        """Whether there is a permit in hand, waited for if that is short."""
        going, sender = self.going, self.going.sender
        tokens = [secrets.token_hex(6) for _ in range(min(going.at_a_time, len(going.texts)))]
        while not (self.hand or going.over):
            taken = permits.take(sender.address, sender.per_second, tokens, back=self.used)
            self.used.clear()
            self.hand = tokens[: taken.permits]
            if self.hand:
                break
            if taken.wait > SHORT:
                going.wait = taken.wait
                break
            time.sleep(taken.wait)
            going.slept += taken.wait
        return bool(self.hand)

    def _let_go(self) -> None:
        """Leave no permit behind: those of calls run out by themselves, those of none are free at once."""
        sender = self.going.sender
        permits.returned(sender.address, sender.per_second, self.used)
        permits.give_up(sender.address, self.hand)
        self.used.clear()
        self.hand.clear()

    def _send(self, texts: list[Claimed], write: Write) -> None:
        """Mark them together, and call for each that may still leave."""
        at, began = texts[0].about.at, clock.real()
        wanted = mark([text.about for text in texts], began, self.done, write)
        self.done.clear()
        self._tell()
        # something has come between: the guards say what, when it is claimed again
        give_back([text.about.message for text in texts if text.about.message not in wanted], at)
        left = deque(text for text in texts if text.about.message in wanted)
        try:
            while left and not self.going.unreachable and clock.real() - began <= CALL_WITHIN:
                self._call(left.popleft())
        finally:
            give_back([text.about.message for text in left], at, began)

    def _call(self, text: Claimed) -> None:
        try:
            sent = provider().send(text.outbound)
        except NotReached:
            reach.failed()
            self.going.unreachable = True
            self._return(text)
            log.warning("provider not reached, trying again", message=text.about.message)
        except OutcomeUnknown:
            reach.failed()
            self.going.unreachable = not reach.may_try()
            log.warning("outcome unknown, to be reconciled", message=text.about.message)
        except Refused as refusal:
            reach.answered()
            self._refused(text, refusal)
        else:
            reach.answered()
            self.done.append(Called(text.about.message, sent.provider_id, clock.now()))
            self.moves.append(
                Move(text.about.message, text.contact, "out", KIND, text.about.channel, "sent", None, None)
            )
            if text.is_last or self.going.probe:
                self._write_down()
                self._afterwards(text)
        finally:
            self.used.append(self.hand.pop())

    def _write_down(self) -> None:
        record(self.done)
        self.done.clear()
        self._tell()

    def _tell(self) -> None:
        """Of what is written down."""
        for move in self.moves:
            tell(move)
        self.moves.clear()

    def _afterwards(self, text: Claimed) -> None:
        with writing() as session:
            message = session.get_one(Message, text.about.message)
            keep_promise(session, message)
            if self.going.probe:
                start_again(session, message, delivered=False)

    def _refused(self, text: Claimed, refusal: Refused) -> None:
        with writing() as session:
            message = claimed_since(session, text.about.message, text.about.at)
            if message is None:
                return
            self.going.jobs += fail(session, message, refusal.code, "failed", asked_to_wait=refusal.wait)
            stopped = session.get_one(Sender, self.going.sender.id).stopped_reason
        if stopped is not None and not self.going.probe:
            self.going.unreachable = True

    def _return(self, text: Claimed) -> None:
        with writing() as session:
            message = claimed_since(session, text.about.message, text.about.at)
            if message is not None:
                message.state, message.claimed_at, message.called_at = "queued", None, None
                message.due_at, message.attempts = clock.now() + AGAIN, message.attempts - 1
