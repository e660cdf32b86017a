"""A funnel's row as the cells of a file: which columns, in which order."""

from __future__ import annotations

from data.figures.row import Funnel

COUNTS = (
    "enrolled", "sent", "delivered", "failed", "replied", "conversing", "booked", "attended", "no_show",
    "returned", "reactivated", "opted_out",
)  # fmt: skip

TIMES = ("reactivation_rate", "median_reply_minutes", "p90_reply_minutes")


def cells_of(row: Funnel) -> tuple[object, ...]:
    """The cells of COUNTS and TIMES."""
    counts = (getattr(row, name) for name in COUNTS)
    return *counts, row.reactivation_rate, row.median_reply, row.p90_reply
