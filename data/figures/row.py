"""One row of a funnel: how many contacts came how far, and how quickly they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Funnel:
    """Contacts, not texts; each counts once in every column that applies. docs/figures.md defines them.

    `key` is what the row is about: a variant, a tier, a step, a channel, a campaign's id; "" for all.
    """

    key: str
    enrolled: int = 0
    """In the campaign; of a step or a channel: a text of it was made for them."""
    sent: int = 0
    """The provider took at least one touch."""
    delivered: int = 0
    failed: int = 0
    """No touch arrived, and at least one came back."""
    replied: int = 0
    """Wrote within 30 days after a touch, before the next one."""
    conversing: int = 0
    """Wrote at least twice."""
    booked: int = 0
    """Made an appointment within 60 days of the first touch."""
    attended: int = 0
    """… whose end has passed, and nobody has noted that they did not come."""
    no_show: int = 0
    returned: int = 0
    """Came back by another road within 60 days of the first touch, without an appointment of ours."""
    opted_out: int = 0
    """Wanted no more texts within 30 days after a touch, before the next one."""
    median_reply: timedelta | None = None
    """From a touch to the first reply; None: there was none."""
    p90_reply: timedelta | None = None

    @property
    def reactivated(self) -> int:
        """Booked, or came back by another road."""
        return self.booked + self.returned

    @property
    def reactivation_rate(self) -> float | None:
        """Reactivated of those to whom a touch left; None where none did."""
        return self.rate(self.reactivated)

    def rate(self, count: int) -> float | None:
        """A count as a share of those to whom a touch left."""
        return count / self.sent if self.sent else None
