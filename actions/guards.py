"""The last question before a text leaves: may it still? Pure; asked at enqueue and again at delivery."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from actions.allowed_hours import OpenTimes, allowed_until, next_allowed
from actions.frequency import Caps, Lately, allowed_from
from actions.lawful_hours import NoLawfulTimeError
from actions.lawful_table import LawfulTable
from data.message_states import KINDS
from data.whereabouts import Whereabouts

WHATSAPP_WINDOW = timedelta(hours=24)
"""Free text is allowed for so long after the contact's last text (Meta's customer service window)."""

MARGIN = timedelta(seconds=30)
"""A text must be on its way this long before its window closes."""

LONGEST_VALIDITY = timedelta(seconds=36000)
"""The provider's maximum for ValidityPeriod."""

REPLY_WITHIN = timedelta(hours=1)
"""A reply leaves at any hour for so long after the contact's last text: to somebody who writes at night it is
an answer. Later it would wake whom an outage of model, calendar or provider has kept waiting, and waits for
lawful hours like everything else."""

CONFIRM_WITHIN = timedelta(hours=12)
"""A confirmation of an opt-out leaves in this time or never."""

TOO_LATE = timedelta(days=3)
"""An answer that has waited for so long is not sent any more: a person looks instead."""

HELD_FOR = timedelta(minutes=15)
"""How soon a text that staff, an emergency or a paused campaign hold up is asked about again, at most."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rows say of a contact and a text at the moment of delivery; moments are aware."""

    suppressed_for: str | None = None
    staff_took_over: bool = False
    silenced: bool = False
    """A handoff that silences the bot is open: a person is waited for."""
    frozen: bool = False
    paused: bool = False
    """The text's campaign does not run just now."""
    closed: bool = False
    superseded: bool = False
    """What the text was about is no longer so: its contact has answered or booked."""
    last_inbound_at: datetime | None = None
    whatsapp_inbound_at: datetime | None = None
    templated: bool = False
    """It goes as a template that WhatsApp has approved: no window need be open."""
    queued_at: datetime | None = None
    """When the text was written; None: just now."""
    ended: str | None = None
    """Why the sequence that a touch belongs to is over for this contact (scheduler/outreach/sequence.py)."""
    lately: Lately = field(default_factory=Lately)
    caps: Caps = field(default_factory=Caps)


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
    kind: str,
    channel: str,
    standing: Standing,
    where: Whereabouts,
    now: datetime,
    table: LawfulTable | None = None,
    *,
    open_times: OpenTimes | None = None,
) -> Leave | Wait | Drop:
    """Whether a queued text of this kind may leave at `now` (aware).

    `table`: the business's lawful hours (None: those shipped). `open_times`: what the business starts leaves
    while it is open alone.
    """
    try:
        return _may_leave(kind, channel, standing, _Hours(where, table, open_times), now)
    except NoLawfulTimeError:
        return Drop("no_lawful_time")


@dataclass(frozen=True, slots=True)
class _Hours:
    where: Whereabouts
    table: LawfulTable | None
    open_times: OpenTimes | None


def _may_leave(
    kind: str, channel: str, standing: Standing, hours: _Hours, now: datetime
) -> Leave | Wait | Drop:
    rules = KINDS[kind]
    if standing.suppressed_for and not rules.after_opt_out:
        return Drop(standing.suppressed_for)
    if standing.staff_took_over and rules.bot and not rules.proactive and kind != "farewell":
        return Drop("staff_took_over")
    if rules.dropped_after is not None and standing.queued_at is not None:
        longest = CONFIRM_WITHIN if rules.dropped_after == "soon" else TOO_LATE
        if now - standing.queued_at >= longest:
            return Drop("too_late")
    if channel == "whatsapp" and kind != "notice" and not standing.templated:
        inbound = standing.whatsapp_inbound_at
        if inbound is None or now - inbound >= WHATSAPP_WINDOW:
            return Drop("outside_whatsapp_window")
    if rules.proactive:
        return _proactive(kind, standing, hours, now)
    if rules.lawful_hours_later and not _in_conversation(standing, now):
        return _in_hours(_Hours(hours.where, hours.table, None), now)
    return Leave()


def _in_conversation(standing: Standing, now: datetime) -> bool:
    return standing.last_inbound_at is not None and now - standing.last_inbound_at <= REPLY_WITHIN


def _proactive(kind: str, standing: Standing, hours: _Hours, now: datetime) -> Leave | Wait | Drop:
    if standing.ended:
        return Drop(standing.ended)
    for applies, reason in ((standing.closed, "declined"), (standing.superseded, "superseded")):
        if applies:
            return Drop(reason)
    if standing.staff_took_over or standing.silenced or standing.frozen or standing.paused:
        return Wait(now + HELD_FOR)
    soonest = allowed_from(kind, standing.lately, standing.caps, now)
    if soonest > now:
        return Wait(next_allowed(soonest, hours.where, hours.table, hours.open_times))
    return _in_hours(hours, now)


def _in_hours(hours: _Hours, now: datetime) -> Leave | Wait:
    """Within the hours of every zone that the number might be in; the provider drops it at their end."""
    closes = allowed_until(now, hours.where, hours.table, hours.open_times)
    if closes is None:
        return Wait(next_allowed(now, hours.where, hours.table, hours.open_times))
    left = closes - now - MARGIN
    if left < MARGIN:
        return Wait(next_allowed(closes, hours.where, hours.table, hours.open_times))
    return Leave(min(left, LONGEST_VALIDITY))
