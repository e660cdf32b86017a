"""How often the business may start something with one contact: pure, asked with every proactive text.

What was asked for (a callback, a visit's reminder) counts among the day's texts and is itself not held back
by the longer ceilings; a reminder is held back by none, since later it would be of no use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY, MONTH = timedelta(hours=24), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Caps:
    """The owner's ceilings (data/profile.py); `gap_days` lies between two touches, of whatever campaign."""

    gap_days: int = 3
    touches_in_30_days: int = 4
    per_day: int = 3


@dataclass(frozen=True, slots=True)
class Lately:
    """When touches, and whatever else the business started, have left to a contact in the last 30 days."""

    touches: tuple[datetime, ...] = ()
    started: tuple[datetime, ...] = ()
    """Of any kind, touches included."""


def allowed_from(kind: str, lately: Lately, caps: Caps, now: datetime) -> datetime:
    """`now`, or the first moment behind it at which no ceiling speaks against a proactive text."""
    if kind == "reminder":
        return now
    found = max(now, _room(lately.started, DAY, caps.per_day, now))
    if kind == "touch":
        found = max(found, _room(lately.touches, MONTH, caps.touches_in_30_days, now))
        if lately.touches:
            found = max(found, max(lately.touches) + timedelta(days=caps.gap_days))
    return found


def _room(moments: Sequence[datetime], span: timedelta, most: int, now: datetime) -> datetime:
    """When fewer than `most` of these lie within the last `span`."""
    within = sorted(moment for moment in moments if moment > now - span)
    return now if len(within) < most else within[len(within) - most] + span
