"""Starts one program so that it cannot outlive its supervisor: notes its pid, binds its life, becomes it.

Run as a script, `bound.py PROGRAMS.json NAME`, by the supervisor. On Linux the kernel asks the program to end
when the process that started it dies, even by kill -9. Elsewhere the note of its pid lets the next start
find and end it. Only the standard library is imported: this runs before every program.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def identity(pid: int) -> str | None:
    """Tells a process from a later one with the same pid: when it started. None when there is none."""
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        # The name in parentheses may hold anything; the fields behind it are state, ppid, ... (proc(5)).
        state, *rest = stat.rpartition(")")[2].split()
        return None if state == "Z" else rest[18]
    asked = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=10
    )
    return asked.stdout.strip() or None


def end_with_parent(sign: int = signal.SIGTERM) -> None:
    """Have the kernel send `sign` to this process when its parent dies; does nothing but on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)


def note(folder: Path, name: str, pid: int) -> None:
    """Write `pid` and identity where the next start looks for leftovers."""
    (folder / f"{name}.pid").write_text(f"{pid} {identity(pid)}\n")


def become(programs: Path, name: str) -> None:
    """Turn into the named program. Does not return."""
    program = json.loads(programs.read_text())[name]
    note(programs.parent, name, os.getpid())
    end_with_parent()
    os.environ.update(program["environment"])
    os.chdir(program["folder"])
    os.execvp(program["command"][0], program["command"])


if __name__ == "__main__":
    become(Path(sys.argv[1]), sys.argv[2])
