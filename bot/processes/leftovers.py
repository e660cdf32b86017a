"""Ends what an earlier run has left behind, for instance after a kill -9 of the supervisor."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from bot.processes.bound import identity

PATIENCE = 30.0  # seconds for programs that are ending already; a worker may have a task in hand


def find(folder: Path) -> dict[str, int]:
    """Name -> pid of every program noted in this folder that is still the one that was noted."""
    alive = {}
    for path in folder.glob("*.pid"):
        pid, _, noted = path.read_text().strip().partition(" ")
        if pid.isdigit() and noted and identity(int(pid)) == noted:
            alive[path.stem] = int(pid)
    return alive


def end(folder: Path, patience: float = PATIENCE) -> list[str]:
    """Ask the leftovers to end, make them after `patience` seconds, and return their names."""
    names = sorted(find(folder))
    # The supervisor first, or it would start again what is ended under its hands.
    _signal({name: pid for name, pid in find(folder).items() if name == "supervisor"}, signal.SIGTERM)
    if "supervisor" in names:
        _wait(folder, patience)
    _signal(find(folder), signal.SIGTERM)
    _wait(folder, patience)
    kill(folder)
    for path in folder.glob("*.pid"):
        path.unlink(missing_ok=True)
    return names


def kill(folder: Path) -> None:
    """End at once whatever is left, the supervisor first, and wait until it is gone."""
    left = find(folder)
    _signal({name: pid for name, pid in left.items() if name == "supervisor"}, signal.SIGKILL)
    _signal({name: pid for name, pid in left.items() if name != "supervisor"}, signal.SIGKILL)
    _wait(folder, 5.0)


def _signal(programs: dict[str, int], sign: signal.Signals) -> None:
    for pid in programs.values():
        try:
            # Each program leads its own process group: a killed worker takes its pool with it. A polite
            # request goes to the leader alone, since a pool that hears it twice drops its work.
            if sign == signal.SIGKILL:
                os.killpg(pid, sign)
            else:
                os.kill(pid, sign)
        except ProcessLookupError:
            continue


def _wait(folder: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while find(folder) and time.monotonic() < until:
        time.sleep(0.05)
