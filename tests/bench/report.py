"""Saying a figure and keeping it: what a bench or a soak prints also stands under docs/measured/."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "measured"


class Report:
    """`with Report("acknowledge") as report: report.say(...)` appends all that was said to the file."""

    def __init__(self, name: str, folder: Path = FOLDER) -> None:
        self._path = folder / f"{name}.txt"
        self._lines: list[str] = []

    def say(self, line: str = "") -> None:
        """Print a line and keep it."""
        print(line, flush=True)
        self._lines.append(line)

    def __enter__(self) -> Self:
        load = os.getloadavg()[0]
        self.say(
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {load:.1f} before, "
            f"Python {platform.python_version()}"
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.say(f"broken off: {kind.__name__}")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write("\n".join(self._lines) + "\n\n")
