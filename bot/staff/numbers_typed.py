"""Numbers as people type them into a form, whichever of comma and point is theirs."""

from __future__ import annotations

import re

from data.imports.fields import read_money

_AMOUNT = re.compile(r"(?:[A-Z]{3}|[$€£¥])? ?-?\d[\d.,' \u00a0\u202f]*(?:[A-Z]{3}|[$€£¥])?")
"""A number with or without its currency; 20% and 2k are none."""


def number_typed(text: str) -> str:
    """A number as a plan or a rule reads it: 300,50 and $300.50 become 300.50, and 1,200 becomes 1200.

    What is no number comes back as it was typed, for the plan or the rule to refuse with a sentence.
    """
    text = text.strip()
    amount = read_money(text) if _AMOUNT.fullmatch(text) else None
    return text if amount is None else f"{amount:.2f}".removesuffix(".00")


def share_typed(text: str) -> str:
    """A weight, in which a comma is always the decimal one: 33,333 is a third of 100."""
    return text.strip().replace(",", ".")
