"""How the enrollments of a campaign have ended, and which have not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models import Enrollment

OPEN_STATES = ("active", "held")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Every enrollment stands in exactly one of these."""

    ended: dict[str, int] = field(default_factory=dict)
    """By data.enrollment_outcomes.OUTCOMES, the most frequent first."""
    active: int = 0
    held: int = 0

    @property
    def all(self) -> int:
        """All enrollments."""
        return sum(self.ended.values()) + self.active + self.held


def outcomes(session: Session, campaign_id: int) -> Outcomes:
    """The outcomes of a campaign; an ended enrollment without one stands under "" (a fault: see check)."""
    ended: Counter[str] = Counter()
    open_ones: Counter[str] = Counter()
    for state, outcome, n in session.execute(
        select(Enrollment.state, Enrollment.outcome, func.count())
        .where(Enrollment.campaign_id == campaign_id)
        .group_by(Enrollment.state, Enrollment.outcome)
    ):
        if state in OPEN_STATES:
            open_ones[state] += n
        else:
            ended[outcome or ""] += n
    return Outcomes(dict(ended.most_common()), open_ones["active"], open_ones["held"])
