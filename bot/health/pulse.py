"""What the heartbeats say of beat and worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.health.part import WELL, Part, unknown, unwell
from data.queries.heartbeats import Name
from scheduler.heartbeat import SILENT_AFTER


def beat(silences: Mapping[Name, timedelta]) -> Part:
    """Beat asks for a sweep every few seconds."""
    silent = silences.get("beat")
    if silent is None:
        return unknown("has not run yet")
    return _silent(silent) if silent > SILENT_AFTER else WELL


def worker(silences: Mapping[Name, timedelta]) -> Part:
    """Workers do what beat asks for, if nothing else; without it an idle one looks like a dead one."""
    silent, asked = silences.get("worker"), beat(silences)
    if silent is not None and silent <= SILENT_AFTER:
        return WELL
    if asked.state == "unwell":
        return unknown("nothing is asked of it while beat stands still")
    if silent is None:
        return unknown("has not run yet") if asked.state == "unknown" else unwell("has not done anything yet")
    return _silent(silent)


def _silent(silence: timedelta) -> Part:
    seconds = int(silence.total_seconds())
    return unwell(f"silent for {seconds} s" if seconds < 600 else f"silent for {seconds // 60} minutes")
