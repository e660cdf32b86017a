"""Figures as text: funnels as a table, times to reply, and what was spent and came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from data.figures.comparison import Line
    from data.figures.pilot_report import Report
    from data.figures.row import Funnel

_COLUMNS = {
    "enrolled": "enrolled", "sent": "sent", "delivered": "delivered", "failed": "failed",
    "replied": "replied", "conversing": "talked", "booked": "booked", "attended": "came",
    "no_show": "no-show", "returned": "returned", "opted_out": "opted out",
}  # fmt: skip
"""Figure -> the heading of its column."""

_LONGEST = 24


def show_report(page: Report, meanings: dict[str, str]) -> None:
    """The report of a campaign; `meanings` says what the outcomes mean."""
    why = f" ({page.paused_reason.replace('_', ' ')})" if page.paused_reason else ""
    click.secho(f"{page.name}: {page.state}{why}", bold=True)
    rows = [("all", page.whole)]
    rows += [(f"text {row.key}", row) for row in page.by_touch]
    rows += [(f"tier {row.key}" if row.key else "no tier", row) for row in page.by_tier]
    show_funnels(rows)
    if page.whole.median_reply is not None and page.whole.p90_reply is not None:
        click.echo(
            f"  half of those who answer do so within {wait(page.whole.median_reply)}, "
            f"nine in ten within {wait(page.whole.p90_reply)}"
        )
    for outcome, many in page.outcomes.ended.items():
        click.echo(f"  {many:>6} {meanings.get(outcome, 'no outcome on record')}")
    for many, says in ((page.outcomes.active, "still going on"), (page.outcomes.held, "held back")):
        if many:
            click.echo(f"  {many:>6} {says}")
    click.echo(
        f"  cannot be reached: {page.dead_numbers}, nobody knows whether it left: {page.unknown_texts}"
    )
    for error in page.errors:
        click.echo(f"  {error.code}: {error.texts} texts to {error.contacts} contacts, {error.meaning}")
    show_money(page, page.currency)
    for one in page.variants.comparisons:
        click.echo(f"  {one.verdict}")
    for step in page.next_steps:
        click.echo(f"  - {step}")


def show_funnels(rows: Sequence[tuple[str, Funnel]]) -> None:
    """A table of funnels under their names; the last column is the reactivation rate."""
    width = min(max((len(name) for name, _ in rows), default=0), _LONGEST)
    heads = "".join(f"{head:>{_width(head)}}" for head in (*_COLUMNS.values(), "came back"))
    click.echo(f"  {'':{width}}{heads}")
    for name, row in rows:
        counts = "".join(f"{getattr(row, key):>{_width(head)}}" for key, head in _COLUMNS.items())
        rate = "-" if row.reactivation_rate is None else f"{row.reactivation_rate:.1%}"
        click.echo(f"  {name[:width]:{width}}{counts}{rate:>{_width('came back')}}")


def show_money(about: Report | Line, currency: str) -> None:
    """What was spent and what came in; what is estimated says so."""
    spent = about.spend
    known = f", {spent.known:.2f} of it by the provider's own figures" if spent.known else ""
    unpriced = f"; of {spent.unpriced} texts the price is not known" if spent.unpriced else ""
    click.echo(f"  spent {spent.total:.2f} {currency} on {spent.texts} texts{known}{unpriced}")
    guess = " (partly reckoned at sending)" if spent.is_estimate else ""
    if about.cost_per_booking is not None:
        click.echo(f"  cost per booking: {about.cost_per_booking:.2f} {currency}{guess}")
    for money in about.revenue:
        more = f"; {money.estimate:.2f} more is an estimate" if money.estimate else ""
        click.echo(f"  within {money.days} days: {money.amount:.2f} {currency} in real sales{more}")
    if about.return_on_spend is not None:
        click.echo(
            f"  return on spend: {about.return_on_spend:.2f} {currency} of real sales within 90 days "
            f"for each {currency} spent{guess}"
        )


def wait(span: timedelta) -> str:
    """A time to reply as people say it."""
    seconds = span.total_seconds()
    if seconds < 3_600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} days"


def _width(head: str) -> int:
    return max(len(head), 6) + 1
