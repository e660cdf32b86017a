"""Whether 3/4 is the third of April or the fourth of March: as a list's own dates say, else its country."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from data.imports.fields import day_first_only
from data.imports.words import table


def is_day_first(cells: Iterable[str], country: str) -> bool:
    """As the dates that leave no doubt say, where they all say the same; else as the country (ISO) writes."""
    said = {order for cell in cells if (order := day_first_only(cell)) is not None}
    return said.pop() if len(said) == 1 else country not in _month_first()


@cache
def _month_first() -> frozenset[str]:
    return frozenset(row["country"] for row in table("month_first"))
