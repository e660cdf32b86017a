"""Of all texts of a campaign the few that somebody should look at: longest, oddest, dearest."""

from __future__ import annotations

from dataclasses import dataclass, field

from actions.words.sms_segments import SmsSegments

KINDS = {
    "longest": "The longest text",
    "dearest": "The most SMS segments",
    "encoding": "A name or value that makes the text dear",
    "gaps": "The most fields without a value",
    "odd_name": "The oddest name",
    "longest_away": "The longest away",
    "household": "A household: greeted by nobody's name",
    "nameless": "No name is known",
}
"""What is shown, in this order, and what it is called."""

EACH = 2
"""So many of each kind."""


@dataclass(frozen=True, slots=True)
class Case:
    """A text as one contact would get it. `cost`: estimated, None where no price is known."""

    kind: str
    contact_id: int
    step: int
    variant: str
    text: str
    counted: SmsSegments
    cost: float | None
    because: str = ""
    """What made it a case: the odd name, the missing fields, the dear characters."""


@dataclass(slots=True)
class Keeper:
    """Keeps the worst EACH of every kind, whatever passes by; of two equally bad ones the first."""

    kept: dict[str, list[tuple[float, Case]]] = field(default_factory=dict)

    def wants(self, kind: str, badness: float, contact_id: int) -> bool:
        """Whether a case so bad would be kept: asked before one is built. One of each kind for a contact."""
        held = self.kept.get(kind, [])
        if len(held) == EACH and badness <= held[-1][0]:
            return False
        return all(case.contact_id != contact_id for _, case in held)

    def keep(self, badness: float, case: Case) -> None:
        """Keep it in place of a lesser one."""
        held = self.kept.setdefault(case.kind, [])
        held.append((badness, case))
        held.sort(key=lambda one: -one[0])
        del held[EACH:]

    def cases(self) -> tuple[Case, ...]:
        """What was kept, by kind, the worst first."""
        return tuple(case for kind in KINDS for _, case in self.kept.get(kind, ()))
