"""What the linter knows about a campaign beside its words: the trade, whom it reaches, and when it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class About:
    """`scheduler.outreach.wording.about` reads it from rows."""

    business: str
    today: date
    """The day, in the business's zone, on which the first text leaves at the earliest."""
    country: str = "US"
    health_trade: bool = False
    services: tuple[str, ...] = ()
    """The names of the profile's services and the other words for them."""
    oldest_months: int | None = None
    """How many months of silence the segment reaches back; None: without bound, or not known."""
    differs_in: str = ""
    """What alone differs between the variants (Campaign.differs_in)."""
    whatsapp: bool = False
    """Whether it goes by WhatsApp first."""
    gap_days: int = 3
    """Two touches are never closer (Profile.touch_gap_days)."""
    lacking: Mapping[str, float] = field(default_factory=dict)
    """The share of its contacts (0 to 1) that have no value for a field, or for extra["Column"]."""
    longest: Mapping[str, object] = field(default_factory=dict)
    """The longest values among its contacts, for the length of the worst case; others are assumed."""
