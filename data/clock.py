"""Wall time: `clock.now()` everywhere. Leases, time-outs, rate limits and sessions run on real time instead.

In production it is the machine's time. A demo adds an offset that the database keeps (data/demo_clock.py);
a rehearsal or a test puts its own clock in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real() -> datetime:
    """The machine's time, aware, UTC."""
    return datetime.now(UTC)


_source: Callable[[], datetime] = real


def now() -> datetime:
    """The moment that counts as now: aware, UTC."""
    return _source()


def use(source: Callable[[], datetime] = real) -> None:
    """Take the time from `source` from now on; without an argument from the machine again."""
    global _source
    _source = source


class HandClock:
    """A clock that moves only when told to: for rehearsals and tests."""

    def __init__(self, start: datetime) -> None:
        self.moment = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, by: timedelta) -> None:
        self.moment += by

    def until(self, moment: datetime) -> None:
        """Move to `moment`; a clock never goes back."""
        self.moment = max(self.moment, moment.astimezone(UTC))
