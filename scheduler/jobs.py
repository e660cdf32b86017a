"""What there is to do, as rows see it: a kind and the id of the row that it is about.

Every job is safe to run twice or at the wrong moment: each looks at its row first and does nothing when
that is not its turn. So a job may be woken by whoever likes to, and rebuilt from the rows by the sweeper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SWEEP_EVERY = 5.0
"""Seconds between two sweeps: how long a text waits at most when its wake-up was lost."""

JobKind = Literal[
    "converse",
    "deliver",
    "enrol",
    "end",
    "outreach",
    "dispatch",
    "callback",
    "appointment",
    "reminder",
    "notice",
    "nudge",
    "reconcile",
    "follow",
    "approval",
    "forget",
    "writeback",
    "charges",
]


IN_BULK: frozenset[JobKind] = frozenset({"enrol", "end", "outreach", "dispatch"})
"""What works through lists: it has a queue of its own, so that nobody who waits is behind it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do; `row` is the id of the row that it is about: of a business for `outreach`, of a
    sender for `dispatch`, else of what the kind names."""

    kind: JobKind
    row: int


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job and the moment from which it waits; `in_bulk`: an opener, for which nobody waits."""

    job: Job
    due_at: datetime
    in_bulk: bool = False
