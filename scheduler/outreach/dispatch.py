"""Dispatching: a slice of a sender's outbox goes to the provider, at the sender's pace.

A slice is half a second long and then begins anew behind whatever else waits for a worker, so that answers
and sweeps are never behind it. As many workers as are free send from one sender: permits keep them to its
pace together (scheduler/permits.py).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

import structlog

from data import clock
from data.db import reading
from data.models import Business, Sender
from scheduler import permits, rate_limit
from scheduler.deliver import AGAIN
from scheduler.jobs import Job
from scheduler.outreach import daily
from scheduler.outreach.claims import Batch, claim_some, put_off
from scheduler.outreach.lane import SHORT, Going, took
from scheduler.outreach.marks import give_back
from scheduler.outreach.registration import needs_registration
from scheduler.provider import reach
from scheduler.stopping import may_probe, wait_of
from scheduler.wake import wake
from scheduler.wake_help import call_for_help

SLICE = 0.5
"""Seconds (real time) for which one worker sends before it looks what else there is to do."""

AT_A_TIME = 100
"""Texts that are claimed together at most; and never more than will leave within the slice."""

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
    return _Slice(Going(business, sender, probe, time.monotonic() + SLICE)).run(again)


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
class _Slice:
    """What one worker sends in one go."""

    going: Going

    @property
    def sender(self) -> Sender:
        return self.going.sender

    def run(self, again: Job) -> list[Job]:
        """Batch after batch, until the time is up or nothing is left."""
        refill = Job("outreach", self.going.business.id)
        while not self.going.over:
            free = permits.free(self.sender.address, self.sender.per_second)
            if free.wait > SHORT:
                self._come_again(free.wait, again)
                return self.going.jobs
            self.going.see(free.permits)
            most = 1 if self.going.probe else self._worth_claiming(free.permits)
            batch = claim_some(self.sender, most)
            self.going.jobs += batch.jobs
            self._send_all(batch)
            if self.going.day_is_over or (batch.looked_at < most and self.going.wait is None):
                return [*self.going.jobs, refill]
        if self.going.wait is not None:
            self._come_again(self.going.wait, again)
            return self.going.jobs
        if self.going.unreachable or self.going.probe:
            return self.going.jobs
        # where permits were mostly waited for, fewer could do it: of those who end together, one goes on
        mostly_waited = self.going.slept > self.going.lanes * SLICE / 2
        if mostly_waited and not rate_limit.once_in(f"surplus:{self.sender.id}", SLICE / 2):
            return [*self.going.jobs, refill]
        if not self.going.slept:
            call_for_help(self.sender.id)
        return [*self.going.jobs, refill, again]

    def _worth_claiming(self, free: int) -> int:
        """As many as permits and the time that is left will do for."""
        by_pace = free + 1 + int(self.sender.per_second * SLICE)
        by_time = 2 + int(self.going.lanes * max(0.0, self.going.ends - time.monotonic()) / took.each)
        return min(AT_A_TIME, by_pace, by_time)

    def _come_again(self, wait: float, again: Job) -> None:
        """When there are permits again; of several workers that found none, one comes for all."""
        delay = max(0.0, wait - AHEAD)
        if rate_limit.once_in(f"dispatch:{self.sender.id}", delay):
            wake([again], delay=delay)

    def _send_all(self, batch: Batch) -> None:
        """Call for all of them; what is not called for in time is given back."""
        rest = {text.about.message for text in batch.claimed}
        try:
            left = self.going.send(batch.claimed)
            rest = {text.about.message for text in left}
        finally:
            self.going.texts.clear()
            give_back(list(rest), batch.at)
        if self.going.day_is_over:
            put_off(self.sender, daily.next_day(self.going.business) - clock.now())
