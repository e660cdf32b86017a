"""The demo's time: the machine's plus an offset that one row keeps, so that a week passes at a click."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import clock
from data.db import reading
from data.models import DemoClock

FRESH = 0.5
"""Seconds for which a process believes the offset it has read."""

_read_at = -FRESH
_offset = timedelta(0)


def now() -> datetime:
    """The demo's now: aware, UTC."""
    global _read_at, _offset
    if time.monotonic() - _read_at > FRESH:
        with reading() as session:
            _offset = timedelta(seconds=session.scalar(select(DemoClock.offset_seconds)) or 0.0)
        _read_at = time.monotonic()
    return clock.real() + _offset


def forward(session: Session, by: timedelta) -> None:
    """Move the demo's time on; it never goes back."""
    global _read_at
    row = session.scalar(select(DemoClock))
    if row is None:
        row = DemoClock(offset_seconds=0.0, created_at=clock.real())
        session.add(row)
    row.offset_seconds += max(by, timedelta(0)).total_seconds()
    _read_at = -FRESH
