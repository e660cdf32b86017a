"""Whether the machine's zone data is there and right: lawful hours and appointments stand on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

AGREED = (
    ("America/New_York", datetime(2026, 3, 8, 12, tzinfo=UTC), timedelta(hours=-4)),
    ("Asia/Kolkata", datetime(2026, 3, 8, 12, tzinfo=UTC), timedelta(hours=5, minutes=30)),
)
"""Offsets that are certain: a machine without zone data, or with broken data, does not know them."""


def problem() -> str | None:
    """What is wrong, None where nothing is. Looks at the data itself, not at what was read from it before."""
    for name, moment, offset in AGREED:
        try:
            found = moment.astimezone(ZoneInfo.no_cache(name)).utcoffset()
        except (KeyError, OSError, ValueError):
            return f"{name} is not known"
        if found != offset:
            return f"{name} has the wrong offset"
    return None
