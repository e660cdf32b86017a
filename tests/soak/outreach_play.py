"""A campaign as it goes on for weeks: contacts answer, a list comes anew, staff pause it, workers die.

Whatever is decided here is decided by what arrived at the phones, or by the seed.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from data import clock
from data.db import reading
from data.models import Message
from scheduler.due import due_jobs
from soak import outreach_owner
from soak.outreach_count import touch_in
from soak.outreach_people import FAULTS, Contact
from soak.outreach_world import WORKERS, Machines

LEAP = timedelta(minutes=20)
"""Time never jumps by less: what is due in between is late by that, and a jump costs a second."""

LONGEST_LEAP = timedelta(days=2)

QUIET = 0.7
"""Seconds in which nothing happens before time may jump."""

BUSY = {
    "converse",
    "deliver",
    "outreach",
    "dispatch",
    "appointment",
    "notice",
    "nudge",
    "callback",
    "reminder",
}
"""Jobs that are done before time jumps; the others wait for real time, or for nobody."""

AWAITED = {"outreach", "dispatch", "deliver", "converse"}
"""Jobs for whose moment time stops; nudges and notices come when it stops anyway."""

STOPS_WITHIN = 3.0
"""Seconds after a pause in which what had been claimed may still leave."""


@dataclass(slots=True)
class Pause:
    """A pause by staff; in seconds of this process."""

    at: float
    until: float | None = None


@dataclass
class Play:
    """Call `tick()` until `over`."""

    machines: Machines
    people: list[Contact]
    seed: int
    kills: int
    pauses: int = 2
    killed: Counter[str] = field(default_factory=Counter)
    braked: Counter[str] = field(default_factory=Counter)
    paused: list[Pause] = field(default_factory=list)
    came: dict[str, datetime] = field(default_factory=dict)
    """Phone -> when the list said that they had come in or booked by another road."""
    arrivals: list[tuple[float, str]] = field(default_factory=list)
    """When a touch was taken by the provider, in seconds of this process, and for whom."""
    jumps: int = 0
    wrote: Counter[str] = field(default_factory=Counter)
    over: bool = False

    def __post_init__(self) -> None:
        self._chance = random.Random(f"outreach play {self.seed}")
        self._by_phone = {one.phone: one for one in self.people}
        self._got: Counter[str] = Counter()
        self._down: dict[str, float] = {}
        self._on_the_way = set[str]()
        self._news_at = self._next_kill = time.monotonic()
        for one in self.people:
            if one.does in FAULTS:
                fault = dict(FAULTS[one.does])
                machines_kind = str(fault.pop("kind"))
                self.machines.phones.add_fault(machines_kind, number=one.phone, **fault)

    def launch(self) -> int:
        """How many are enrolled."""
        self.campaign, enrolled = outreach_owner.launch()
        return enrolled

    def tick(self) -> None:
        """Look at the phones, and do what is to be done now."""
        self.machines.check()
        self._listen()
        self._kill()
        state, self._reason = outreach_owner.state(self.campaign)
        if state == "paused":
            self._resume()
        elif state == "running" and self._wants_pause():
            self._pause()
        elif self._is_quiet() and not self._has_work():
            self._pass_time()

    # -- the contacts

    def _listen(self) -> None:
        for event in self.machines.phones.news():
            message = event.get("message") or {}
            if event["kind"] in ("accepted", "status", "taken", "not_taken"):
                self._news_at = time.monotonic()
            if event["kind"] in ("taken", "not_taken"):
                self._on_the_way.discard(message["sid"])
            if event["kind"] != "accepted" or message.get("from") != "business":
                continue
            step = touch_in(message["body"])
            if step:
                self.arrivals.append((time.monotonic(), message["number"]))
                self._answer(message["number"], step)

    def _answer(self, phone: str, step: int) -> None:
        self._got[phone] += 1
        one = self._by_phone.get(phone)
        if one is not None and one.writes and one.after == step:
            self._on_the_way.add(self.machines.phones.write(phone, one.does))
            self.wrote[one.does] += 1

    # -- what happens beside

    def _kill(self) -> None:
        now = time.monotonic()
        for name, since in list(self._down.items()):
            if now - since > 0.5:
                del self._down[name]
                self.machines.start(name)
        if self.killed.total() >= self.kills or now < self._next_kill or not self.arrivals:
            return
        if now - self.arrivals[-1][0] > 1.0:
            return  # nothing is under way
        name = f"worker {self._chance.randint(1, WORKERS)}"
        if name not in self._down:
            self.machines.kill(name)
            self.killed[name] += 1
            self._down[name] = now
        share = len(self.people) / max(1, self.kills)
        self._next_kill = now + self._chance.uniform(0.5, 1.5) * min(12.0, share / 20)

    def _wants_pause(self) -> bool:
        due = len(self.people) * (len(self.paused) + 1) // (self.pauses + 1)
        return len(self.paused) < self.pauses and len(self.arrivals) > due

    def _pause(self) -> None:
        outreach_owner.pause(self.campaign)
        self.paused.append(Pause(time.monotonic()))

    def _resume(self) -> None:
        """Staff look at it: after a pause of their own for a while, after the brakes' at once."""
        mine = self._reason == "staff"
        if mine and time.monotonic() - self.paused[-1].at < 2 * STOPS_WITHIN:
            return
        outreach_owner.resume(self.campaign)
        if mine:
            self.paused[-1].until = time.monotonic()
        else:
            self.braked[str(self._reason)] += 1
        self._news_at = time.monotonic()

    def _is_quiet(self) -> bool:
        """Nothing has happened for a moment, and no text of a contact is still on its way to the service."""
        return not self._down and not self._on_the_way and time.monotonic() - self._news_at > QUIET

    def _has_work(self) -> bool:
        with reading() as session:
            now = clock.now()
            if any(one.job.kind in BUSY and one.due_at <= now for one in due_jobs(session, now)):
                return True
            fresh = clock.real() - timedelta(seconds=3)
            sending = select(func.count()).where(Message.state == "sending", Message.claimed_at > fresh)
            return bool(session.scalar(sending))

    def _pass_time(self) -> None:
        if len(self.came) == 0 and self.jumps and len(self.arrivals) >= len(self.people) * 0.8:
            self.came = outreach_owner.list_comes_anew(self.people, self.machines.folder)
        with reading() as session:
            now = clock.now()
            waits = [
                one.due_at
                for one in due_jobs(session, now + timedelta(days=40))
                if one.job.kind in AWAITED and one.due_at > now
            ]
            sending = session.scalar(select(func.count()).where(Message.state == "sending"))
        left = outreach_owner.still_in(self.campaign)
        if not left and not sending:
            self.over = True
            return
        if not left or not waits:
            return  # an outcome is asked for in real time
        self.machines.jump(min(max(LEAP, min(waits) - now), LONGEST_LEAP).total_seconds())
        self.jumps += 1
        self._news_at = time.monotonic() + 0.6  # every process believes the old time for half a second
