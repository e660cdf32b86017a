"""What the processes of one side take: processor time and memory, read from /proc."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Memory:
    """In MB. `rss`: all that is in memory; `pss`: with what several share divided among them."""

    command: str
    rss: float
    pss: float


def family(root: int) -> list[int]:
    """A process and all that descend from it, parents first."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [root]
    for pid in found:  # grows while it is gone through
        found += sorted(children.get(pid, ()))
    return found


def processor_seconds(which: str) -> float:
    """What our descendants have used so far whose command matches this pattern."""
    used = 0
    for pid in family(os.getpid())[1:]:
        fields = _stat(pid)
        if fields and re.search(which, _command(pid)):
            used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> Memory | None:
    """What one process takes; None where it is gone."""
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return None
    lines = (line.split() for line in rollup.splitlines()[1:])
    sizes = {words[0].rstrip(":"): int(words[1]) / 1024 for words in lines}
    return Memory(_command(pid), sizes["Rss"], sizes["Pss"])


def _command(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name, which may hold anything; nothing where it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
