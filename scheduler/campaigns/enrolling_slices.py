"""Enrolling in slices: a launch of any size that makes nobody wait, and that whoever dies does not end.

How far it has come stands in the campaign. Whoever works on it has it in hand for a while; when that is over
and the rest is still to be done, a sweep gives it to any worker.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, or_, select, update

from data import clock
from data.db import reading, writing
from data.models import Campaign, Enrollment
from data.segments.rule import UnusableRule
from scheduler.campaigns.enrolling import Enrolled, Enrolling, Sums
from scheduler.jobs import Job

SLICE = timedelta(seconds=5)
"""Real time after which a worker looks what else there is to do."""

IN_HAND = timedelta(seconds=90)
"""Real time for which whoever takes a slice has it: longer than a worker's task may take."""

LOOK_EVERY = 0.2
"""Seconds (real time) between two looks at an enrolling that another one has in hand."""

log = structlog.get_logger(__name__)


def begin(campaign: Campaign) -> None:
    """Everybody whom the campaign means is to be enrolled; one that is under way goes on."""
    if campaign.looked_to is None:
        campaign.looked_to, campaign.enrolling_until, campaign.left_out = 0, None, {}


def left_lying(now: datetime) -> ColumnElement[bool]:
    """Of campaigns: an enrolling is under way that nobody has in hand `now` (real time)."""
    free = or_(Campaign.enrolling_until.is_(None), Campaign.enrolling_until < now)
    return Campaign.looked_to.is_not(None) & free


def go_on(campaign_id: int) -> list[Job]:
    """A slice of it; what is left is another job. Nothing happens where somebody has it in hand."""
    after = _take(campaign_id)
    if after is None:
        return []
    try:
        _, after = _slice(campaign_id, after, keep=False)
    except UnusableRule as error:
        log.error("campaign has a rule that cannot be used", campaign=campaign_id, error=str(error))
        return []
    if after is not None:
        return [Job("enrol", campaign_id)]
    with reading() as session:
        return [Job("outreach", session.get_one(Campaign, campaign_id).business_id)]


def to_the_end(campaign_id: int) -> Enrolled:
    """All of it, here; what another one has in hand is waited for. Raises UnusableRule."""
    sums = Sums(campaign_id)
    while _is_under_way(campaign_id):
        after = _take(campaign_id)
        if after is None:
            time.sleep(LOOK_EVERY)
        while after is not None:
            part, after = _slice(campaign_id, after, keep=True)
            sums.join(part)
    with reading() as session:
        held = select(func.count(Enrollment.id)).where(
            Enrollment.campaign_id == campaign_id, Enrollment.state == "held"
        )
        return replace(sums.result(), held=session.scalar(held) or 0)


def _is_under_way(campaign_id: int) -> bool:
    with reading() as session:
        return session.scalar(select(Campaign.looked_to).where(Campaign.id == campaign_id)) is not None


def _take(campaign_id: int) -> int | None:
    """Take it in hand: how far it has come; None where it is over, or in another's hand."""
    now = clock.real()
    with writing() as session:
        return session.scalar(
            update(Campaign)
            .where(Campaign.id == campaign_id, left_lying(now))
            .values(enrolling_until=now + IN_HAND)
            .returning(Campaign.looked_to)
        )


def _slice(campaign_id: int, after: int, *, keep: bool) -> tuple[Sums, int | None]:
    """What a slice has brought, and how far it has come; None where it was the last one.

    `keep`: it stays in our hand.
    """
    until = clock.real() + SLICE
    try:
        going = Enrolling.of(campaign_id, after=after)
    except UnusableRule:
        _note(campaign_id, after, None, Sums(campaign_id), keep)
        raise
    more = going.step()
    while more and clock.real() < until:
        more = going.step()
    if not more:
        going.finish()
    return going.sums, _note(campaign_id, after, going.after if more else None, going.sums, keep)


def _note(campaign_id: int, before: int, after: int | None, sums: Sums, keep: bool) -> int | None:
    """Write down how far it has come, from `before`, and return what holds now.

    That is another place where the campaign was ended meanwhile, or begins anew with another rule.
    """
    with writing() as session:
        campaign = session.get_one(Campaign, campaign_id, with_for_update=True)
        if campaign.looked_to == before:
            campaign.looked_to = after
            campaign.left_out = dict(Counter(campaign.left_out) + sums.left_out)
        campaign.enrolling_until = clock.real() + IN_HAND if keep and campaign.looked_to is not None else None
        reached = campaign.looked_to
    log.info("enrolled", campaign=campaign_id, enrolled=sums.enrolled, held=sums.held, over=reached is None)
    return reached
