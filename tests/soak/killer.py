"""Kills the service's processes with SIGKILL, at moments while texts are under way; seeded."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from soak.talking import Talking
from soak.world import World

SHARES = {
    "web": 4, "web's child": 6, "worker": 5, "worker's child": 7, "beat": 3, "redis": 3, "rasa": 2,
}  # fmt: skip
"""How thirty kills are spread: mostly over those that have texts in hand. A child is one of the leader's."""

GROWN = {"rasa": 20.0, "web": 3.0, "worker": 5.0, "redis": 2.0, "beat": 2.0}
"""Seconds that a leader must have run: one that is only just starting has nothing in hand to be lost."""


NOBODY = 30.0
"""Seconds after the last kill with every conversation at its end: there is nobody left to be disturbed."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: whose, when (seconds), how many texts had no answer yet, how many openers were to come."""

    target: str
    pid: int
    at: float
    in_flight: int
    to_open: int


@dataclass(frozen=True, slots=True)
class Process:
    """One of the machine's; `age` in seconds."""

    pid: int
    parent: int
    age: float


class Killer:
    """Call `tick()` as often as the contacts': it kills when its time has come and a text is under way."""

    def __init__(
        self,
        world: World,
        talking: Talking,
        seed: int,
        *,
        kills: int,
        within: float,
        spare_openers: bool = False,
    ) -> None:
        self._spare_openers = spare_openers
        self.done: list[Kill] = []
        self._world, self._talking = world, talking
        self._chance = random.Random(f"kills {seed}")
        self._left = targets(kills, self._chance)
        self._every = within / max(1, kills)
        self._began: float | None = None
        self._next = 0.0
        self._last = time.monotonic()

    @property
    def over(self) -> bool:
        """Whether all kills are done, or more of them would disturb nobody."""
        nobody = self._talking.opened and self._talking.done and self.since_last > NOBODY
        return not self._left or bool(nobody)

    @property
    def since_last(self) -> float:
        """Seconds since the last kill, or since the beginning."""
        return time.monotonic() - self._last

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return dict(Counter(kill.target for kill in self.done))

    def tick(self) -> None:
        """Kill the next one where it is time and something is under way."""
        now = time.monotonic()
        if self._spare_openers and self._talking.opened < len(self._talking.talks):
            return
        if self._began is None:
            self._began, self._next = now, now + self._chance.uniform(0, self._every)
        if self.over or now < self._next or (not self._talking.in_flight and self._talking.opened):
            return
        processes = list(_processes())
        found = ((target, self._victim(target, processes)) for target in self._left)
        target, pid = next((one for one in found if one[1]), ("", None))
        if pid is None:
            self._next = now + 0.5  # all that are left to be killed are only just starting
            return
        time.sleep(self._chance.uniform(0, 0.05))  # not always at the same point of our own round
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._left.remove(target)
        self._last = time.monotonic()
        in_flight, to_open = self._talking.in_flight, len(self._talking.talks) - self._talking.opened
        self.done.append(Kill(target, pid, now - self._began, in_flight, to_open))
        self._next = max(self._next + self._chance.uniform(0.5, 1.5) * self._every, now + 0.2)

    def _victim(self, target: str, processes: list[Process]) -> int | None:
        name = target.removesuffix("'s child")
        leader = self._world.pids().get(name)
        age = next((one.age for one in processes if one.pid == leader), 0.0)
        if leader is None or age < GROWN[name]:
            return None
        working = [one.pid for one in processes if one.parent == leader]
        if target.endswith("'s child"):
            return self._chance.choice(working) if working else None
        return leader


def targets(kills: int, chance: random.Random) -> list[str]:
    """So many targets in the proportions of SHARES, each at least once where there are enough, shuffled."""
    pool = [target for target, share in SHARES.items() for _ in range(share - 1)]
    chance.shuffle(pool)
    chosen = list(SHARES)
    while len(chosen) < kills:
        chosen.append(pool.pop() if pool else chance.choice(list(SHARES)))
    chance.shuffle(chosen)
    return chosen[:kills]


def descendants(pid: int) -> set[int]:
    """All that a process has started, directly or not, and itself."""
    processes, found = list(_processes()), {pid}
    while more := {one.pid for one in processes if one.parent in found} - found:
        found |= more
    return found


def _processes() -> Iterator[Process]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,etimes="], capture_output=True, text=True, timeout=20, check=True
    )
    for line in listed.stdout.splitlines():
        pid, parent, age = line.split()
        yield Process(int(pid), int(parent), float(age))
