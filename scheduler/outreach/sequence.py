"""The sequence of a campaign, pure: which touch follows for a contact, when, and what ends it before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

NOTHING_FOLLOWS = 0
"""Enrollment.next_step behind the last touch: the silence after it is waited for, then the sequence ends."""

ANSWER_WITHIN = timedelta(days=7)
"""So long after its last touch a sequence ends as met with silence. Whoever answers at all mostly does so
within a day; a week takes in those who were away, and keeps the cooling-off from beginning too early."""

LEAST_GAP_DAYS = 3
"""Two touches of a sequence are never closer, whatever the owner and the days of the touches say."""


class Step(Protocol):
    """What a touch says of its place in the sequence (data.models.Touch)."""

    step: int
    variant: str
    day: int
    tiers: str


S = TypeVar("S", bound="Step")


def touch_at(touches: Iterable[S], step: int, variant: str, tier: str) -> S | None:
    """The first touch from `step` on that is meant for this tier; None where nothing follows.

    Of a step that has no words of the contact's variant, the first variant is taken.
    """
    meant = [touch for touch in touches if touch.step >= step and (not touch.tiers or tier in touch.tiers)]
    if step == NOTHING_FOLLOWS or not meant:
        return None
    first = min(touch.step for touch in meant)
    here = sorted((touch for touch in meant if touch.step == first), key=lambda touch: touch.variant)
    return next((touch for touch in here if touch.variant == variant), here[0])


@dataclass(frozen=True, slots=True)
class Next:
    """The step that follows, and when its contact is looked at again."""

    step: int
    due_at: datetime


def after(
    touches: Sequence[Step],
    sent: Step,
    variant: str,
    tier: str,
    *,
    began_at: datetime,
    now: datetime,
    gap_days: int,
) -> Next:
    """What follows the touch that is queued `now`. Days count from `began_at`, when the first one was."""
    following = touch_at(touches, sent.step + 1, variant, tier)
    if following is None:
        return Next(NOTHING_FOLLOWS, now + ANSWER_WITHIN)
    first = touch_at(touches, 1, variant, tier)
    days = following.day - (first.day if first else 0)
    gap = timedelta(days=max(LEAST_GAP_DAYS, gap_days))
    return Next(following.step, max(began_at + timedelta(days=days), now + gap))


@dataclass(frozen=True, slots=True)
class Progress:
    """What has become known of a contact, and when the sequence took them in; days are the business's."""

    enrolled_at: datetime
    enrolled_on: date
    began_at: datetime | None = None
    last_inbound_at: datetime | None = None
    called_at: datetime | None = None
    last_visit: date | None = None
    booked_until: date | None = None
    archived: bool = False
    with_staff: bool = False
    staff_took_over: bool = False
    frozen: bool = False


def over_for(known: Progress, today: date) -> str | None:
    """Why no further touch may follow, by whatever road; None where nothing speaks against one.

    Opt-outs, a clear no and visits of ours are asked by the guards themselves (actions/guards.py).
    """
    begun = known.began_at or known.enrolled_at
    reasons = (
        (known.last_inbound_at is not None and known.last_inbound_at > known.enrolled_at, "replied"),
        (known.booked_until is not None and known.booked_until >= today, "booked_elsewhere"),
        (known.last_visit is not None and known.last_visit > known.enrolled_on, "visited"),
        (known.called_at is not None and known.called_at > begun, "called"),
        (known.staff_took_over, "staff_took_over"),
        (known.with_staff, "with_staff"),
        (known.frozen, "frozen"),
        (known.archived, "archived"),
    )
    return next((reason for applies, reason in reasons if applies), None)
