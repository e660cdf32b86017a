"""Dispatching: a slice of a sender's outbox goes to the provider, at the sender's pace.

A slice is half a second long and then begins anew behind whatever else waits for a worker, so that answers
and sweeps are never behind it. As many workers as are free send from one sender: permits keep them to its
pace together (scheduler/permits.py).
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from data import clock
from data.db import reading, writing
from data.models import Business, Message, Sender
from data.queries.messages import claimed_since
from scheduler import permits, rate_limit
from scheduler.consequences import fail
from scheduler.deliver import AGAIN, CALL_WITHIN
from scheduler.jobs import Job
from scheduler.measures.watch import Move, tell
from scheduler.outreach import daily
from scheduler.outreach.claims import Batch, Claimed, claim_some, put_off
from scheduler.outreach.facts import KIND
from scheduler.outreach.freshening import with_live_openings
from scheduler.outreach.marks import Called, Write, give_back, mark, record, writing_marks
from scheduler.outreach.promised import keep_promise
from scheduler.outreach.registration import needs_registration
from scheduler.provider import reach
from scheduler.provider.client import NotReached, OutcomeUnknown, Refused, provider
from scheduler.stopping import may_probe, start_again, wait_of
from scheduler.wake import wake
from scheduler.wake_help import call_for_help

SLICE = 0.5
"""Seconds (real time) for which one worker sends before it looks what else there is to do."""

AT_A_TIME = 40
"""Texts that are claimed together at most; and never more than will leave within the slice."""

SHORT = 0.2
"""Seconds that are waited for a permit within a slice; longer ones are slept by nobody."""

AHEAD = 0.1
"""So much before a permit is free the next slice begins: its own way to a worker takes time."""

OTHERS_FIRST = 8
"""With so many jobs in the workers' queue dispatching waits: somebody waits for those."""

log = structlog.get_logger(__name__)


def dispatch(sender_id: int) -> list[Job]:
    """Send for a slice, as far as there is something to send. Returns the jobs to wake."""
    with reading() as session:
        sender = session.get(Sender, sender_id)
        if sender is None:
            return []
        business = session.get_one(Business, sender.business_id)
    again = Job("dispatch", sender_id)
    if _behind():
        wake([again], delay=SLICE)
        return []
    probe = sender.stopped_reason is not None
    held = _held(business, sender, probe)
    if held is not None:
        put_off(sender, held)
        return []
    return _Slice(sender, business, probe).run(again)


def _held(business: Business, sender: Sender, probe: bool) -> timedelta | None:
    """For how long nothing leaves from this sender; None where something may."""
    if not reach.may_try():
        return AGAIN
    if needs_registration(sender) or (probe and not may_probe(sender)):
        return wait_of(sender)
    if daily.is_spent(business, sender):
        return daily.next_day(business) - clock.now()
    return None


def _behind() -> bool:
    """Whether more work lies in the workers' queue than they have in hand."""
    waiting = rate_limit.ask(lambda server: server.llen("celery"))
    return waiting is not None and waiting >= OTHERS_FIRST


@dataclass(slots=True)
class _Took:
    """How long a text takes just now in this process, mark and call, in seconds."""

    each: float = 0.02

    def note(self, seconds: float) -> None:
        self.each = max(0.001, 0.8 * self.each + 0.2 * seconds)


_took = _Took()


@dataclass(slots=True)
class _Slice:
    """What one worker sends in one go."""

    sender: Sender
    business: Business
    probe: bool
    jobs: list[Job] = field(default_factory=list)
    done: Called | None = None
    """The call whose outcome is still to be written down."""
    moves: list[Move] = field(default_factory=list)
    unreachable: bool = False
    wait: float | None = None
    """In how many seconds there is a permit again, where there was none."""
    slept: float = 0.0
    """Seconds that were spent waiting for permits."""
    back: str = ""
    """The permit of the last call, which goes back with the question for the next one."""
    ends: float = field(default_factory=lambda: time.monotonic() + SLICE)

    def run(self, again: Job) -> list[Job]:
        """Batch after batch, until the time is up or nothing is left."""
        refill = Job("outreach", self.business.id)
        while not self.over:
            free = permits.free(self.sender.address, self.sender.per_second)
            if free.wait > SHORT:
                self._come_again(free.wait, again)
                return self.jobs
            most = 1 if self.probe else self._worth_claiming(free.permits)
            batch = claim_some(self.sender, most)
            self.jobs += batch.jobs
            self._send_all(batch)
            if batch.looked_at < most and self.wait is None:
                return [*self.jobs, refill]
        if self.wait is not None:
            self._come_again(self.wait, again)
            return self.jobs
        if self.unreachable or self.probe:
            return self.jobs
        mostly_waited = self.slept > SLICE / 2  # fewer could do it: of those who end together, one goes on
        if mostly_waited and not rate_limit.once_in(f"surplus:{self.sender.id}", SLICE / 2):
            return [*self.jobs, refill]
        if not self.slept:
            call_for_help(self.sender.id)
        return [*self.jobs, refill, again]

    def _worth_claiming(self, free: int) -> int:
        """As many as permits and the time that is left will do for."""
        by_pace = free + 1 + int(self.sender.per_second * SLICE)
        by_time = 2 + int(max(0.0, self.ends - time.monotonic()) / _took.each)
        return min(AT_A_TIME, by_pace, by_time)

    @property
    def over(self) -> bool:
        """Whether this slice has to end."""
        return self.unreachable or self.wait is not None or time.monotonic() >= self.ends

    def _come_again(self, wait: float, again: Job) -> None:
        """When there are permits again; of several workers that found none, one comes for all."""
        delay = max(0.0, wait - AHEAD)
        if rate_limit.once_in(f"dispatch:{self.sender.id}", delay):
            wake([again], delay=delay)

    def _send_all(self, batch: Batch) -> None:
        """Call for each in turn; what is not called in time is given back."""
        texts = batch.claimed
        rest = [text.about.message for text in texts]
        try:
            fit = daily.reserve(
                self.business, self.sender, [(text.about.message, text.segments) for text in texts]
            )
            with writing_marks() as write:
                for text in with_live_openings(self.business, texts[:fit]):
                    if self.over or not (token := self._permit()):
                        break
                    rest.remove(text.about.message)
                    began = time.monotonic()
                    try:
                        self._send(text, write)
                    finally:
                        self.back = token
                        _took.note(time.monotonic() - began)
                    if self.probe:
                        self.unreachable = True
            self._return_permit()
            if fit < len(texts):  # the sender's day is over
                give_back(rest, batch.at)
                put_off(self.sender, daily.next_day(self.business) - clock.now())
        finally:
            self._return_permit()
            give_back(rest, batch.at)
            self._write_down()

    def _return_permit(self) -> None:
        if self.back:
            permits.returned(self.sender.address, self.sender.per_second, [self.back])
            self.back = ""

    def _permit(self) -> str:
        """A permit, waited for if that is short; empty where the slice has to end without."""
        token = secrets.token_hex(6)
        while not self.over:
            taken = permits.take(self.sender.address, self.sender.per_second, [token], back=self.back)
            self.back = ""
            if taken.permits:
                return token
            if taken.wait > SHORT:
                self.wait = taken.wait
                break
            time.sleep(taken.wait)
            self.slept += taken.wait
        return ""

    def _send(self, text: Claimed, write: Write) -> None:
        began = clock.real()
        may_leave, self.done = mark(text.about, began, self.done, write), None
        self._tell()
        if not may_leave:  # something has come between: the guards say what, when it is claimed again
            give_back([text.about.message], text.about.at)
            return
        if clock.real() - began > CALL_WITHIN:
            return  # stopped in between: whoever reconciles asks the provider first
        try:
            sent = provider().send(text.outbound)
        except NotReached:
            reach.failed()
            self.unreachable = True
            self._return(text)
            log.warning("provider not reached, trying again", message=text.about.message)
        except OutcomeUnknown:
            reach.failed()
            self.unreachable = not reach.may_try()
            log.warning("outcome unknown, to be reconciled", message=text.about.message)
        except Refused as refusal:
            reach.answered()
            self._refused(text, refusal)
        else:
            reach.answered()
            self.done = Called(text.about.message, sent.provider_id, clock.now())
            self.moves.append(
                Move(text.about.message, text.contact, "out", KIND, text.about.channel, "sent", None, None)
            )
            if text.is_last or self.probe:
                self._write_down()
                self._afterwards(text)

    def _write_down(self) -> None:
        if self.done is not None:
            record(self.done)
            self.done = None
        self._tell()

    def _tell(self) -> None:
        if self.done is None:
            for move in self.moves:
                tell(move)
            self.moves.clear()

    def _afterwards(self, text: Claimed) -> None:
        with writing() as session:
            message = session.get_one(Message, text.about.message)
            keep_promise(session, message)
            if self.probe:
                start_again(session, message, delivered=False)

    def _refused(self, text: Claimed, refusal: Refused) -> None:
        with writing() as session:
            message = claimed_since(session, text.about.message, text.about.at)
            if message is None:
                return
            self.jobs += fail(session, message, refusal.code, "failed", asked_to_wait=refusal.wait)
            stopped = session.get_one(Sender, self.sender.id).stopped_reason
        if stopped is not None and not self.probe:
            self.unreachable = True

    def _return(self, text: Claimed) -> None:
        with writing() as session:
            message = claimed_since(session, text.about.message, text.about.at)
            if message is not None:
                message.state, message.claimed_at, message.called_at = "queued", None, None
                message.due_at, message.attempts = clock.now() + AGAIN, message.attempts - 1
