"""The variants of a campaign beside each other: what differs, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from data.figures.counting import funnel
from data.figures.intervals import difference, wilson
from data.figures.row import Funnel
from data.models import Campaign

LEAST = 100
"""Of fewer contacts in a variant nothing is concluded, whatever the interval says."""

Measure = Literal["replied", "booked", "opted_out"]
MEASURES: dict[Measure, str] = {"replied": "answered", "booked": "booked", "opted_out": "opted out"}


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a variant's contacts did something, as a share with its 95 % interval."""

    count: int
    n: int
    low: float
    high: float

    @property
    def rate(self) -> float | None:
        """The share; None of nobody."""
        return self.count / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant. `n` is to how many contacts a touch of it left."""

    name: str
    n: int
    shares: dict[Measure, Share]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Variant `b` against `a` in one respect: the difference of the shares and its 95 % interval.

    `better` is the variant that is ahead beyond doubt, None where it is too early to tell.
    """

    measure: Measure
    difference: float
    low: float
    high: float
    better: str | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Variants:
    """The variants of a campaign, and what to make of them."""

    differs_in: str
    variants: tuple[Variant, ...]
    comparisons: tuple[Comparison, ...] = ()
    """For each measure, where there are two variants that both have been sent."""

    @property
    def verdict(self) -> str:
        """The plain sentence about replies, the first sign; "" where there is nothing to compare."""
        return next((one.verdict for one in self.comparisons if one.measure == "replied"), "")


def variants(session: Session, campaign_id: int) -> Variants:
    """The variants of a campaign, counted by contacts to whom a touch left."""
    differs_in = session.get_one(Campaign, campaign_id).differs_in
    return beside(funnel(session, campaign_id, by="variant"), differs_in)


def beside(rows: Sequence[Funnel], differs_in: str) -> Variants:
    """The variants whose funnels these are, and where there are two, their comparison."""
    named = tuple(_variant(row) for row in rows)
    compared: tuple[Comparison, ...] = ()
    if len(named) == 2 and all(one.n for one in named):
        compared = tuple(compare(named[0], named[1], each, differs_in) for each in MEASURES)
    return Variants(differs_in, named, compared)


def _variant(row: Funnel) -> Variant:
    counts: dict[Measure, int] = {m: getattr(row, m) for m in MEASURES}
    return Variant(
        row.key,
        row.sent,
        {m: Share(count, row.sent, *wilson(count, row.sent)) for m, count in counts.items()},
    )


def compare(a: Variant, b: Variant, measure: Measure, differs_in: str = "") -> Comparison:
    """The second variant against the first.

    A verdict needs both: at least LEAST contacts in each variant, and an interval that excludes 0.
    """
    one, other = a.shares[measure], b.shares[measure]
    apart, low, high = difference((other.count, other.n), (one.count, one.n))
    what = f"They differ in {differs_in}. " if differs_in else ""
    doubt = f"95 % interval of the difference {low:+.1%} to {high:+.1%}"
    if min(a.n, b.n) < LEAST:
        says = (
            f"Too early to tell who {MEASURES[measure]} more: each variant needs at least {LEAST} contacts, "
            f"and there are {a.n} and {b.n}."
        )
        return Comparison(measure, apart, low, high, None, what + says)
    if low <= 0 <= high:
        says = f"Too early to tell who {MEASURES[measure]} more: the difference may be none ({doubt})."
        return Comparison(measure, apart, low, high, None, what + says)
    more, fewer = (b, a) if apart > 0 else (a, b)
    shares = f"{more.shares[measure].rate:.1%} against {fewer.shares[measure].rate:.1%}"
    says = f"More contacts {MEASURES[measure]} with {more.name}: {shares} ({doubt})."
    better = fewer if measure == "opted_out" else more
    return Comparison(measure, apart, low, high, better.name, what + says)
