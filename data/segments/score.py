"""How promising somebody is: recency, value and engagement, each 0 to 100, weighed, and cut into tiers. Pure.

Points, weights and cuts stand in tables/scoring.csv, each with why. Scores never use age, health, or origin
guessed from a name: they see nothing but Facts.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from pydantic import Field, model_validator

from data.segments.columns import Part
from data.segments.dormancy import last_active, rows_of
from data.segments.facts import Facts

DAYS_IN_A_MONTH = 365.25 / 12


class Weights(Part):
    """How much each part counts; only their proportions matter. The shipped ones: `shipped_weights()`."""

    recency: float = Field(ge=0)
    value: float = Field(ge=0)
    engagement: float = Field(ge=0)

    @model_validator(mode="after")
    def _not_all_nothing(self) -> Weights:
        if not self.recency + self.value + self.engagement > 0:
            raise ValueError("one of the weights must be above 0")
        return self


class Scale(NamedTuple):
    """What much is in this business: whoever has spent `top` or more gets all points for value.

    None: no values are known, and value counts for nobody.
    """

    top: float | None = None


class Points(NamedTuple):
    """What one part gave: `points` of 100 (None: nothing is known, it counts neither way), and its weight."""

    part: str
    points: float | None
    weight: float


class Score(NamedTuple):
    """0 to 100, the tier that this means, and what it is made of."""

    value: float
    tier: str
    parts: tuple[Points, ...]


def score(facts: Facts, weights: Weights | None, today: date, scale: Scale = Scale()) -> Score:  # noqa: B008
    """The score of one person on a day of the business. A part of which nothing is known is left out."""
    weighed = weights or shipped_weights()
    parts = (
        Points("recency", _recency(facts, today), weighed.recency),
        Points("value", _value(facts, scale), weighed.value),
        Points("engagement", _engagement(facts), weighed.engagement),
    )
    total = known = 0.0
    for _, points, weight in parts:
        if points is not None:
            total += points * weight
            known += weight
    result = round(total / known, 1) if known else 0.0
    return Score(result, tier_of(result), parts)


def tier_of(value: float) -> str:
    """`A`, `B` or `C`."""
    return next(tier for tier, at_least in _tiers() if value >= at_least)


@cache
def shipped_weights() -> Weights:
    """The weights of the table."""
    return Weights(**{row["at"]: float(row["points"]) for row in _rows("weight")})


def tiers() -> tuple[tuple[str, float], ...]:
    """(tier, from which score on), the best first."""
    return _tiers()


def _recency(facts: Facts, today: date) -> float:
    day = last_active(facts)
    if day is None:
        return _points("recency_unknown")
    return _between(_curve("recency_months"), max(0, (today - day).days) / DAYS_IN_A_MONTH)


def _value(facts: Facts, scale: Scale) -> float | None:
    if facts.value is None or not scale.top or scale.top <= 0:
        return None
    if facts.value <= 0:
        return 0.0
    # by the square root, since four times the money is about twice the promise
    return min(100.0, 100 * math.sqrt(facts.value / scale.top))


def _engagement(facts: Facts) -> float:
    visits = facts.visits if facts.visits is not None else (1 if facts.last_visit else 0)
    points = _between(_curve("engagement_visits"), visits) if visits > 0 else 0.0
    points += _points("engagement_quote") if facts.quoted_on else 0.0
    points += _points("engagement_enquiry") if facts.enquired_on else 0.0
    points += _points("engagement_replied") if facts.replied else 0.0
    return min(100.0, points)


def _between(curve: tuple[Sequence[float], Sequence[float]], at: float) -> float:
    """The points at a place of the curve: straight lines between its rows, level beyond its ends."""
    places, points = curve
    right = bisect_right(places, at)
    if right == 0:
        return points[0]
    if right == len(places):
        return points[-1]
    share = (at - places[right - 1]) / (places[right] - places[right - 1])
    return points[right - 1] + share * (points[right] - points[right - 1])


@cache
def _curve(what: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    rows = sorted((float(row["at"]), float(row["points"])) for row in _rows(what))
    return tuple(at for at, _ in rows), tuple(points for _, points in rows)


@cache
def _points(what: str) -> float:
    return float(_rows(what)[0]["points"])


@cache
def _tiers() -> tuple[tuple[str, float], ...]:
    return tuple(sorted(((row["at"], float(row["points"])) for row in _rows("tier")), key=lambda t: -t[1]))


def _rows(what: str) -> list[dict[str, str]]:
    return [row for row in rows_of("scoring") if row["what"] == what]
