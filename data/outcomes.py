"""What came of a conversation: the first that applies, in the order of contracts.md."""

from __future__ import annotations

from dataclasses import dataclass

OUTCOMES = (
    "opted_out", "wrong_number", "undeliverable", "needs_person", "booked", "cancelled", "callback",
    "declined", "no_reply", "open",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a conversation when its outcome is asked for."""

    suppressed_for: str | None = None
    with_staff: bool = False
    booked: bool = False
    cancelled: bool = False
    callback: bool = False
    declined: bool = False
    answered: bool = False


def outcome(facts: Facts) -> str:
    """The outcome of a conversation."""
    suppressed = {"opt_out": "opted_out", "do_not_contact": "opted_out"}
    if facts.suppressed_for:
        return suppressed.get(facts.suppressed_for, facts.suppressed_for)
    named = (
        (facts.with_staff, "needs_person"),
        (facts.booked, "booked"),
        (facts.cancelled, "cancelled"),
        (facts.callback, "callback"),
        (facts.declined, "declined"),
        (not facts.answered, "no_reply"),
    )
    return next((name for applies, name in named if applies), "open")
