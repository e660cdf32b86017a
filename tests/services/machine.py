"""Finds what the tests need from the machine: PostgreSQL's server programs and a Chromium.

As a script (`machine.py postgresql|chromium`) it prints what it found, or exits 1: set-up asks it so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NotInstalledError(Exception):
    """The machine does not have it; the message says what to install."""


def postgresql() -> Path:
    """The folder of initdb and postgres. Raises NotInstalledError."""
    for folder in _postgresql_folders():
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise NotInstalledError("The tests need PostgreSQL's server programs: install the package postgresql.")


def _postgresql_folders() -> Iterator[Path]:
    if on_path := shutil.which("postgres"):
        # Resolved, since initdb looks for its share folder beside itself and a lone link has none.
        yield Path(on_path).resolve().parent
    if asked := _output("pg_config", "--bindir"):
        yield Path(asked)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)


def _version(folder: Path) -> int:
    return int(re.sub(r"\D", "", folder.parent.name) or 0)


def chromium() -> Path:
    """A Chromium that starts. Raises NotInstalledError."""
    for candidate in _chromiums():
        if candidate.exists() and _output(str(candidate), "--version"):
            return candidate
    raise NotInstalledError(
        "The tests need Chromium: install the package chromium, or run .venv/bin/playwright install chromium"
    )


def _chromiums() -> Iterator[Path]:
    yield from (Path(found) for name in CHROMIUM_NAMES if (found := shutil.which(name)))
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    with sync_playwright() as playwright:
        yield Path(playwright.chromium.executable_path)


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


FINDERS = {"postgresql": postgresql, "chromium": chromium}

if __name__ == "__main__":
    try:
        print(FINDERS[sys.argv[1]]())
    except NotInstalledError as missing:
        sys.exit(str(missing))
