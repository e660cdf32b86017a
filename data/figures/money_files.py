"""Money as files for spreadsheets: that of one campaign, and all campaigns or segments side by side.

What is estimated stands in rows or columns of its own that say so, and in no sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.figures.comparison import Line
from data.figures.counting import funnel
from data.figures.csv_cells import write_rows
from data.figures.funnel_cells import COUNTS, TIMES, cells_of
from data.figures.money import WINDOWS, cost_per_booking, return_on_spend, revenue, spend
from data.models import Business, Campaign
from data.profile import Profile


def write_money(session: Session, campaign_id: int, file: TextIO) -> int:
    """Revenue, estimate, spend, cost per booking and return on spend, a row each; how many rows there were.

    `estimate` says whether the amount is one: wholly (the owner's averages) or partly (texts whose price the
    provider has not told). `counted` is of how many sales, visits, texts or bookings it is made.
    """
    header = ("figure", "within_days", "amount", "currency", "estimate", "counted")
    return write_rows(file, header, _money(session, campaign_id))


def _money(session: Session, campaign_id: int) -> Iterator[tuple[object, ...]]:
    business = session.scalars(
        select(Business).join(Campaign, Campaign.business_id == Business.id).where(Campaign.id == campaign_id)
    ).one()
    currency = Profile.model_validate(business.profile).currency
    (whole,) = funnel(session, campaign_id)
    sold, spent = revenue(session, campaign_id), spend(session, campaign_id)
    for one in sold:
        yield "revenue", one.days, one.amount, currency, False, one.sales
        yield "revenue_estimate", one.days, one.estimate, currency, True, one.visits_without_sale
    yield "spend_on_touches", None, spent.touches, currency, spent.is_estimate, None
    yield "spend_on_talk", None, spent.talk, currency, spent.is_estimate, None
    yield "spend", None, spent.total, currency, spent.is_estimate, spent.texts
    yield "spend_by_the_providers_figure", None, spent.known, currency, False, None
    yield "cost_per_booking", None, cost_per_booking(spent, whole), currency, spent.is_estimate, whole.booked
    yield (
        "return_on_spend", WINDOWS[-1], return_on_spend(sold, spent), None, spent.is_estimate, sold[-1].sales,
    )  # fmt: skip


def write_comparison(lines: Sequence[Line], first: str, currency: str, file: TextIO) -> int:
    """A row for each campaign or segment (`first` heads their names), from the first text to the money."""
    within = [
        name for n in WINDOWS for name in (f"revenue_{n}_days", f"estimate_{n}_days_in_no_sum")
    ]  # fmt: skip
    header = (
        first, *COUNTS, *TIMES, "currency", *within,
        "spend", "spend_is_an_estimate", "cost_per_booking", f"return_on_spend_{WINDOWS[-1]}_days",
    )  # fmt: skip
    return write_rows(file, header, (_row(line, currency) for line in lines))


def _row(line: Line, currency: str) -> tuple[object, ...]:
    sold = [amount for one in line.revenue for amount in (one.amount, one.estimate)]
    return (
        line.name, *cells_of(line.whole), currency, *sold,
        line.spend.total, line.spend.is_estimate, line.cost_per_booking, line.return_on_spend,
    )  # fmt: skip
