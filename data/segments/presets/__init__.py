"""Segments shipped to begin from, one file each (*.yml here); what an owner saves is a copy of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Business, Segment
from data.segments.dormancy import Threshold, threshold_for
from data.segments.rule import Rule, read_rule

FOLDER = Path(__file__).parent
BY_TRADE = "trade"
"""In place of a number of months: what is usual in the business's trade."""


class NoSuchPreset(LookupError):
    """No preset has this key; the message lists those that there are."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A segment to begin from: its key (the file's name), what it is called, why it is worth the while."""

    key: str
    name: str
    why: str
    source: str
    raw: dict[str, Any]

    @property
    def rule(self) -> Rule:
        """The rule where no trade is known."""
        return self.rule_for("")

    def rule_for(self, trade: str) -> Rule:
        """The rule with the usual intervals of a trade (tables/trades.csv)."""
        return read_rule(_with_months(self.raw, threshold_for(trade)))


def presets() -> tuple[Preset, ...]:
    """All of them, the most usual first."""
    return _shipped()


def preset_of(key: str) -> Preset | None:
    """The preset of this key."""
    return next((preset for preset in _shipped() if preset.key == key), None)


def instantiate(session: Session, business: Business, key: str, name: str = "") -> Segment:
    """Save a preset as a segment of the business's own, for its trade. Raises NoSuchPreset.

    Without a name it is called as the preset is, with a number where that name is taken.
    """
    preset = preset_of(key)
    if preset is None:
        known = ", ".join(one.key for one in _shipped())
        raise NoSuchPreset(f"no preset is called {key!r}; there are {known}")
    segment = Segment(
        business_id=business.id,
        name=name or _free_name(session, business.id, preset.name),
        rule=preset.rule_for(business.trade).as_json(),
        preset=preset.key,
    )
    session.add(segment)
    session.flush()
    return segment


def _free_name(session: Session, business_id: int, name: str) -> str:
    taken = set(session.scalars(select(Segment.name).where(Segment.business_id == business_id)))
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _with_months(raw: dict[str, Any], threshold: Threshold) -> dict[str, Any]:
    dormant = raw.get("dormant")
    if not dormant:
        return raw
    filled = {
        field: getattr(threshold, field) if value == BY_TRADE else value for field, value in dormant.items()
    }
    return raw | {"dormant": filled}


_ORDER = (
    "lapsed_customer", "service_due", "quoted", "enquired", "lead", "renewal_ahead", "recently_left",
    "one_of_several", "shrunk_use", "product_age",
)  # fmt: skip


@cache
def _shipped() -> tuple[Preset, ...]:
    found = []
    for path in FOLDER.glob("*.yml"):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append(Preset(path.stem, raw["name"], raw["why"], raw["source"], raw["rule"]))
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.key) if one.key in _ORDER else 99, one.key)))
