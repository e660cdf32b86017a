"""Bars of a table, in twentieths: the pages draw them by class, since no element may carry a style."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TWENTIETHS = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """A row with a bar: its key, what it says, how many, and how long the bar is (a class such as w7)."""

    key: str
    says: str
    many: float
    width: str


def width(part: float, whole: float) -> str:
    """The class of a bar that shows `part` of `whole`; something is never shown as nothing."""
    if whole <= 0 or part <= 0:
        return "w0"
    return f"w{max(1, min(TWENTIETHS, round(TWENTIETHS * part / whole)))}"


def bars(rows: Iterable[tuple[str, str, float]]) -> list[Bar]:
    """(key, words, how many) as bars, the longest first and as long as there is room."""
    ordered = sorted(rows, key=lambda row: -row[2])
    most = max((many for _, _, many in ordered), default=0)
    return [Bar(key, says, many, width(many, most)) for key, says, many in ordered]
