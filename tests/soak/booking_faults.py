"""Every call of every step of a visit x every fault: what is switched on, and what must hold afterwards."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soak.booking_scenes import IMPATIENT, Practice, patience

CALLS = {
    "booking": ("events.list", "events.insert"),
    "moving": ("events.list", "events.get", "events.patch"),
    "cancelling": ("events.delete",),
}
"""What each step asks of the calendar, in order."""

PAIRS = [(step, call) for step, calls in CALLS.items() for call in calls]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault as google_server/faults.py knows it, and what it is called in a list of failures."""

    name: str
    kind: str
    how: tuple[tuple[str, Any], ...] = ()


TROUBLES = (
    Trouble("401", "unauthorized"),
    Trouble("403 rateLimitExceeded", "rate_limit"),
    Trouble("403 requiredAccessLevel", "forbidden"),
    Trouble("403 quotaExceeded", "quota"),
    Trouble("404", "not_found"),
    Trouble("409", "conflict"),
    Trouble("410", "gone"),
    Trouble("429", "too_many"),
    Trouble("500", "server_error"),
    Trouble("503", "unavailable"),
    Trouble("500 after the work was done", "server_error", (("after", True),)),
    Trouble("time-out after the work was done", "hangs", (("after", True), ("seconds", 0.2))),
    Trouble("connection lost after the work was done", "dropped", (("after", True),)),
    Trouble("connection lost", "dropped"),
    Trouble("slow", "slow", (("seconds", 0.03),)),
    Trouble("too slow, and done all the same", "slow", (("seconds", 0.15),)),
    Trouble("a page that is not JSON", "not_json"),
)


COUNTED = os.environ.get("BOOKING_MATRIX", "")
"""Set by the soak: take all there is, and write a line for each trouble to this file."""


def count(what: str) -> None:
    """One more visit that came through this, for the soak's report."""
    if COUNTED:
        with Path(COUNTED).open("a") as file:
            file.write(f"{what}\n")


def suffer(practice: Practice, step: str, call: str, trouble: Trouble, *, minutes: int) -> list[str]:
    """Take `step` while `call` fails for so many minutes (0: once); what is wrong when all is over."""
    google, phone = practice.google, practice.somebody()
    visit = practice.begin(step, phone)
    google.fail(trouble.kind, call, times=None if minutes else 1, **dict(trouble.how))
    with patience(IMPATIENT):
        practice.go_on(minutes)
    google.server.faults.clear()
    practice.reconnect()
    practice.go_on(24 if minutes else 12, by=12)  # beyond the longest wait between two tries
    count(f"{step}: fault in {call}, {'until we give up' if minutes else 'once'}")
    return [f"{step}, {call}, {trouble.name}: {one}" for one in practice.wrong(step, phone, visit)]
