"""The last question before a text leaves: may it still? Pure; asked at enqueue and again at delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.lawful_hours import is_lawful, next_lawful, window_end
from data.message_states import KINDS
from data.whereabouts import Whereabouts

WHATSAPP_WINDOW = timedelta(hours=24)
"""Free text is allowed for so long after the contact's last text (Meta's customer service window)."""

MARGIN = timedelta(seconds=30)
"""A text must be on its way this long before its window closes."""

LONGEST_VALIDITY = timedelta(seconds=36000)
"""The provider's maximum for ValidityPeriod."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rows say of a contact at the moment of delivery; moments are aware."""

    suppressed_for: str | None = None
    staff_took_over: bool = False
    with_staff: bool = False
    frozen: bool = False
    closed: bool = False
    superseded: bool = False
    """What the text was about is no longer so: its campaign paused, its contact answered or booked."""
    whatsapp_inbound_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """It may leave now; where set, the provider must drop it after `valid_for`."""

    valid_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: at `until` again."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """Never: why."""

    reason: str


def may_leave(
    kind: str, channel: str, standing: Standing, where: Whereabouts, now: datetime
) -> Leave | Wait | Drop:
    """Whether a queued text of this kind may leave at `now` (aware)."""
    rules = KINDS[kind]
    if standing.suppressed_for and not rules.after_opt_out:
        return Drop(standing.suppressed_for)
    if rules.bot and kind != "farewell" and standing.staff_took_over:
        return Drop("staff_took_over")
    if channel == "whatsapp" and kind != "notice":
        inbound = standing.whatsapp_inbound_at
        if inbound is None or now - inbound >= WHATSAPP_WINDOW:
            return Drop("outside_whatsapp_window")
    return _proactive(standing, where, now) if rules.proactive else Leave()


def _proactive(standing: Standing, where: Whereabouts, now: datetime) -> Leave | Wait | Drop:
    reasons = (
        (standing.closed, "declined"),
        (standing.frozen, "frozen"),
        (standing.with_staff, "with_staff"),
        (standing.superseded, "superseded"),
    )
    for applies, reason in reasons:
        if applies:
            return Drop(reason)
    if not is_lawful(now, where):
        return Wait(next_lawful(now, where))
    left = window_end(now, where) - now - MARGIN
    if left < MARGIN:
        return Wait(next_lawful(window_end(now, where), where))
    return Leave(min(left, LONGEST_VALIDITY))
