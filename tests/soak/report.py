"""What a soak found: one line for each claim, and raw lines that are kept under docs/measured/."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for. `databases`: sqlite, postgresql."""

    seeds: tuple[int, ...]
    databases: tuple[str, ...]
    contacts: int
    kills: int
    out: Path


@dataclass
class Report:
    """One run's claims and figures. `name` becomes the file's: soak-NAME.txt."""

    name: str
    out: Path
    lines: list[str] = field(default_factory=list)
    held: bool = True

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        self.raw(f"{self.name}, {now:%Y-%m-%d %H:%M} UTC, commit {_commit()}")
        self.raw(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")

    def claim(self, what: str, holds: bool, figures: str) -> None:
        """Something that must hold, with the numbers."""
        self.held = self.held and holds
        self._say(f"{'ok  ' if holds else 'FAIL'}  {what}: {figures}")

    def figure(self, what: str, figures: str) -> None:
        """Something that is told and not judged."""
        self._say(f"      {what}: {figures}")

    def raw(self, line: str) -> None:
        """A line for the file alone."""
        self.lines.append(line)

    def detail(self, line: str) -> None:
        """A line for whoever looks for the cause: shown, never kept, as it may hold what was texted."""
        print(f"        {line}", file=sys.stderr, flush=True)

    def keep(self) -> Path:
        """Write the file and say where it is."""
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / f"soak-{self.name}.txt"
        path.write_text("\n".join(self.lines) + "\n")
        return path

    def _say(self, line: str) -> None:
        print(f"  {line}", flush=True)
        self.lines.append(line)


def spread(values: list[float]) -> str:
    """p50, p95, p99 and the largest, in seconds."""
    if not values:
        return "none"
    ordered = sorted(values)
    at = {share: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95, 0.99)}
    return f"p50 {at[0.5]:.1f} s, p95 {at[0.95]:.1f} s, p99 {at[0.99]:.1f} s, longest {ordered[-1]:.1f} s"


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, timeout=20).stdout.strip() or "unknown"
