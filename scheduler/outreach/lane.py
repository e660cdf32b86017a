"""Lanes: the calls of a slice of dispatching, one after the other in each lane, several lanes at a time.

A provider takes its time: with a tenth of a second for an answer, one call at a time would be ten texts a
second for a worker. A lane is a thread; the longer calls take, the more there are of them, and the quicker
calls are, the more texts a lane marks together. What all lanes of a slice share is kept in Going.
"""

from __future__ import annotations

import contextvars
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field

import structlog

from data import clock
from data.db import writing
from data.models import Business, Message, Sender
from data.queries.messages import claimed_since
from scheduler import permits
from scheduler.consequences import fail
from scheduler.deliver import AGAIN, CALL_WITHIN
from scheduler.jobs import Job
from scheduler.measures.watch import Move, tell
from scheduler.outreach import daily
from scheduler.outreach.claims import Claimed
from scheduler.outreach.facts import KIND
from scheduler.outreach.freshening import with_live_openings
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

HOLDS = 0.2
"""Seconds after which a mark is no word on now any more: what it has not been called for is marked anew."""

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

    business: Business
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
    """Seconds that all lanes spent waiting for permits."""
    day_is_over: bool = False
    """The sender has reached its ceiling of the day."""
    counting: threading.Lock = field(default_factory=threading.Lock)
    """Where Redis is away the day is counted in the rows, and what is counted has to be marked first."""
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
        halted = self.unreachable or self.day_is_over or self.wait is not None
        return halted or time.monotonic() >= self.ends

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
        self.slept += sum(lane.slept for lane in running)
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
    slept: float = 0.0
    """Seconds that were spent waiting for permits."""

    def run(self) -> None:
        """Until the time is up or nothing is left."""
        try:
            with writing_marks() as write:
                while True:
                    began, slept = time.monotonic(), self.slept
                    texts = self._next()
                    if not texts:
                        return
                    try:
                        self._send(texts, write)
                    finally:
                        took.note((time.monotonic() - began - (self.slept - slept)) / len(texts))
                    if self.going.probe:
                        self.going.unreachable = True
        finally:
            self._let_go()
            self._write_down()

    def _next(self) -> list[Claimed]:
        """The next texts as they are to leave, with a permit in hand for each; none where the lane ends."""
        going = self.going
        if going.over:
            return []
        taken: list[Claimed] = []
        with suppress(IndexError):  # another lane has taken the last one
            while len(taken) < going.at_a_time:
                taken.append(going.texts.popleft())
        texts = list(with_live_openings(going.business, taken))  # a calendar takes its time: no permit waits
        permits = self._permits(len(texts)) if texts else 0
        going.texts.extendleft(reversed(texts[permits:]))
        return texts[:permits]

    def _permits(self, most: int) -> int:
        """How many permits are in hand for so many texts, waited for if that is short."""
        going, sender = self.going, self.going.sender
        tokens = [secrets.token_hex(6) for _ in range(most)]
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
            self.slept += taken.wait
        return min(most, len(self.hand))

    def _let_go(self) -> None:
        """Leave no permit behind: those of calls run out by themselves, those of none are free at once."""
        sender = self.going.sender
        permits.returned(sender.address, sender.per_second, self.used)
        permits.give_up(sender.address, self.hand)
        self.used.clear()
        self.hand.clear()

    def _send(self, texts: list[Claimed], write: Write) -> None:
        """Mark them together, and call for each that may still leave."""
        at, wanted = texts[0].about.at, set[int]()
        with self.going.counting if self.going.sender.per_day else nullcontext():
            fit, began = self._within_the_day(texts), clock.real()
            if fit:
                wanted = mark([text.about for text in fit], began, self.done, write)
                self.done.clear()
                self._tell()
        marked = time.monotonic()
        # something has come between: the guards say what, when it is claimed again
        give_back([text.about.message for text in texts if text.about.message not in wanted], at)
        unsent = [text for text in fit if text.about.message not in wanted]
        left = deque(text for text in fit if text.about.message in wanted)
        try:
            if clock.real() - began > CALL_WITHIN:
                return  # stopped in between: another worker may have it by now
            while left and not self.going.unreachable:
                text = left.popleft()
                if not self._call(text):
                    unsent.append(text)
                if time.monotonic() - marked > HOLDS:
                    break
        finally:
            give_back([text.about.message for text in left], at, began)
            back = sum(text.segments for text in (*unsent, *left))
            daily.count(self.going.business, self.going.sender, -back)
            # what has not left after all leaves its room in the day to others
            self.going.day_is_over |= len(fit) < len(texts) and not back

    def _within_the_day(self, texts: list[Claimed]) -> list[Claimed]:
        """Those that the sender's ceiling of the day still has room for."""
        asked = [(text.about.message, text.segments) for text in texts]
        return texts[: daily.reserve(self.going.business, self.going.sender, asked)]

    def _call(self, text: Claimed) -> bool:
        """Whether the provider has it, or may have it."""
        try:
            sent = provider().send(text.outbound)
        except NotReached:
            reach.failed()
            self.going.unreachable = True
            self._return(text)
            log.warning("provider not reached, trying again", message=text.about.message)
            return False
        except OutcomeUnknown:
            reach.failed()
            self.going.unreachable = not reach.may_try()
            log.warning("outcome unknown, to be reconciled", message=text.about.message)
            return True
        except Refused as refusal:
            reach.answered()
            self._refused(text, refusal)
            return False
        finally:
            self.used.append(self.hand.pop())
        reach.answered()
        self.done.append(Called(text.about.message, sent.provider_id, clock.now()))
        self.moves.append(
            Move(text.about.message, text.contact, "out", KIND, text.about.channel, "sent", None, None)
        )
        if text.is_last or self.going.probe:
            self._write_down()
            self._afterwards(text)
        return True

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
