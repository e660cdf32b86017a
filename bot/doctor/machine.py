"""The machine: settings, Python and its packages, zones, clock, disk."""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import metadata
from pathlib import Path
from zoneinfo import available_timezones

import requests
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from bot.doctor.finding import Finding, idle, unwell, well
from bot.health import zones
from data import db
from data.settings import Settings

OLDEST = (3, 11)
BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier moment."""
DRIFT = timedelta(minutes=5)
"""Google refuses keys, and providers signatures, of machines whose clocks are further off."""
ROOM = 500_000_000
"""Bytes; below that a database in WAL mode and rotating logs may fill the disk."""
APART = timedelta(seconds=30)
"""Machines write moments into one database: further apart, one takes a lease that another still has."""


def settings_read(present: Settings) -> Finding:
    """Which settings were given, by name alone: values may be secrets."""
    given = sorted(name.upper() for name in present.model_fields_set)
    where = ".env" if Path(".env").is_file() else "the environment"
    return well(f"{len(given)} given, {where} read" if given else "none given: the defaults hold")


def python(_present: Settings) -> Finding:
    """As pyproject.toml asks for it."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        return unwell(f"{version} is too old", "run make setup with Python 3.11 or newer on PATH")
    return well(version)


def packages(_present: Settings) -> Finding:
    """Everything that pyproject.toml asks for is installed."""
    try:
        wanted = [line for line in metadata.requires("rekindle") or [] if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        return unwell("the project itself is not installed", "run make setup")
    names = [re.match(r"[\w.-]+", line)[0] for line in wanted if "sys_platform" not in line]  # type: ignore[index]
    missing = [name for name in names if not _installed(name)]
    if missing:
        return unwell(f"missing: {', '.join(missing)}", "run make setup")
    return well(f"all {len(names)} installed")


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def time_zones(_present: Settings) -> Finding:
    """Lawful hours and appointments stand on these."""
    advice = "run make setup, which installs tzdata; a PYTHONTZPATH that points elsewhere must go"
    problem = zones.problem()
    return unwell(problem, advice) if problem else well(f"{len(available_timezones())} known")


def clock(present: Settings) -> Finding:
    """The machine's time against the calendar, and against the provider's where there is one."""
    now = datetime.now(UTC)
    advice = "set the machine's clock, and keep it right with NTP"
    if now < BUILT:
        return unwell(f"shows {now:%Y-%m-%d %H:%M} UTC, which is past", advice)
    theirs = _their_time(present.twilio_api_base_url) if present.twilio_account_sid else None
    if theirs is not None and abs(theirs - now) > DRIFT:
        minutes = round(abs(theirs - now).total_seconds() / 60)
        return unwell(f"{minutes} minutes off the provider's clock", advice)
    at_database = _databases_time(present)
    if at_database is not None and abs(at_database - now) > APART:
        seconds = round(abs(at_database - now).total_seconds())
        return unwell(f"{seconds} s off the database server's clock", advice)
    return well(f"{now:%Y-%m-%d %H:%M} UTC" + (", as the provider's" if theirs else ""))


def _databases_time(present: Settings) -> datetime | None:
    """A server's own clock; an embedded database has none."""
    if present.database_address.startswith("sqlite:"):
        return None
    try:
        with db.engine().connect() as connection:
            at: datetime | None = connection.scalar(text("select clock_timestamp()"))
            return at
    except DatabaseError:
        return None  # whether it can be reached is another look's business


def _their_time(root: str) -> datetime | None:
    try:
        return parsedate_to_datetime(requests.get(root, timeout=3).headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        return None  # whether it can be reached is another look's business


def data_folder(present: Settings) -> Finding:
    """Where the database, secrets and logs lie."""
    folder = present.rekindle_data_dir.absolute()
    if not folder.exists():
        return idle(f"{present.rekindle_data_dir} is not there yet: the first start makes it")
    advice = "give the folder to the user that runs the service, or set REKINDLE_DATA_DIR"
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return unwell(f"{present.rekindle_data_dir} cannot be written", advice)
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        return unwell(f"{free // 1_000_000} MB left on its disk", "make room on the disk")
    return well(f"{present.rekindle_data_dir}, {free / 1e9:.0f} GB free")


def secret_files(present: Settings) -> Finding:
    """Whether somebody else on this machine can read what must stay secret."""
    kept = sorted((present.rekindle_data_dir / "secrets").glob("*"))
    brought = [present.google_service_account_file, present.google_token_file, Path(".env")]
    given = [path for path in brought if path is not None and path.is_file()]
    # ours are for one user alone; what was brought may be shared with a group, as container secrets are
    open_to_others = [path for path in kept if path.stat().st_mode & 0o077]
    open_to_others += [path for path in given if path.stat().st_mode & 0o007]
    if open_to_others:
        path = open_to_others[0]
        return unwell(f"{path} can be read by other users", f"run chmod 600 {path}")
    return (
        well(f"{len(kept) + len(given)} readable by their owner alone") if kept or given else idle("none yet")
    )
