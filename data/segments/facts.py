"""What a rule and a score may look at: a person's history with the business, and nothing else about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Facts(NamedTuple):
    """One person of a contact, as list, calendar and earlier texts tell. Days are the business's own."""

    relationship: str = "customer"
    """`customer` or `lead`."""
    last_visit: date | None = None
    quoted_on: date | None = None
    enquired_on: date | None = None
    due_on: date | None = None
    last_service: str | None = None
    value: float | None = None
    """What they have spent, in the business's currency."""
    visits: int | None = None
    country: str = "US"
    state: str | None = None
    postal_code: str | None = None
    basis: frozenset[str] = frozenset()
    """The kinds of basis that are in force: `consent`, `relationship`."""
    replied: bool = False
    """Whether somebody of this number has ever answered a text."""
    extra: Mapping[str, Any] = NOTHING
    """Columns of the list that are not ours, as they came."""

    @property
    def converted(self) -> bool:
        """Whether they ever came, as far as is known."""
        return self.relationship != "lead" or self.last_visit is not None or bool(self.visits)
