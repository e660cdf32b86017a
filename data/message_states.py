"""The states and kinds of outbound texts: one place that says what may follow what, and what may leave when.

The order of provider states is Twilio's; callbacks come in any order, so states are ranked and never regress.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RANK = {"queued": 0, "sending": 1, "sent": 2, "delivered": 3, "read": 4}
TERMINAL = frozenset({"failed", "undelivered", "unknown", "cancelled"})
FAILURES = frozenset({"failed", "undelivered"})
"""What the provider calls a text that did not get through."""

FROM_PROVIDER = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "undelivered",
    "canceled": "cancelled",
}
"""The provider's status -> ours: once the provider has a text, it is `sent` for us."""


def advances(present: str, reported: str) -> bool:
    """Whether a reported state replaces the present one. A terminal state stays.

    A text that we thought `unknown` may still turn out sent or delivered; one that was delivered cannot fail.
    """
    if present == "unknown":
        return reported in RANK and RANK[reported] >= RANK["sent"]
    if present in TERMINAL:
        return False
    if reported in TERMINAL:
        return RANK[present] < RANK["delivered"]
    return RANK[reported] > RANK[present]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked of a kind of text again at its delivery (actions/guards.py).

    `proactive`: the business starts it: lawful hours, no suppression; it waits while staff, an emergency or
    a pause hold it up. `bot`: silent once staff took over. `after_opt_out`: may leave to a suppressed number.
    `lawful_hours_later`: leaves at any hour only while the conversation is live. `dropped_after`: how long
    it may wait in the outbox: `soon` some hours, `days` a few days.
    `awaited`: somebody waits for it, so a person is told when it does not get through.
    """

    proactive: bool = False
    bot: bool = True
    after_opt_out: bool = False
    lawful_hours_later: bool = False
    dropped_after: Literal["soon", "days"] | None = None
    awaited: bool = False


KINDS = {
    "reminder": Kind(proactive=True),
    "follow_up": Kind(proactive=True),  # after a visit to which nobody came
    "touch": Kind(proactive=True),
    "callback": Kind(proactive=True),
    "nudge": Kind(proactive=True),
    "reply": Kind(lawful_hours_later=True, dropped_after="days", awaited=True),
    # the one confirmation of an opt-out (due within minutes), the apology to a wrong number
    "farewell": Kind(after_opt_out=True, dropped_after="soon"),
    # at any hour, even when staff have taken over
    "emergency": Kind(bot=False, after_opt_out=True, dropped_after="days", awaited=True),
    "staff": Kind(bot=False, awaited=True),  # at any hour: a person has decided
    "notice": Kind(bot=False, after_opt_out=True),  # to staff, not to a contact
}
