"""Heartbeats: writing one, and how long ago each was. Real time throughout: a demo's clock runs ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import clock
from data.models import Heartbeat

Name = Literal["beat", "worker", "sweep"]

NAMES: tuple[Name, ...] = ("beat", "worker", "sweep")
"""`beat`: a sweep was asked for. `worker`: a job was done. `sweep`: what is due was looked for."""


def show_life(session: Session, *names: Name) -> None:
    """Note that these live at this moment."""
    now = clock.real()
    for name in sorted(names):  # always in the same order, so that two writers cannot wait for each other
        beaten = session.execute(update(Heartbeat).where(Heartbeat.name == name).values(seen_at=now))
        assert isinstance(beaten, CursorResult)
        if beaten.rowcount:
            continue
        try:
            with session.begin_nested():
                session.add(Heartbeat(name=name, seen_at=now))
        except IntegrityError:
            continue  # another process has just made the row, with this moment in it


def silences(session: Session) -> dict[Name, timedelta]:
    """For each part that ever showed life, how long it has been silent; never less than nothing."""
    now = clock.real()
    seen = {row.name: row.seen_at for row in session.execute(select(Heartbeat.name, Heartbeat.seen_at))}
    return {name: max(timedelta(0), now - seen[name]) for name in NAMES if name in seen}
