"""Ending what is still open of a campaign that has ended: in parts, by whoever asked for it, or by a sweep.

That it is not over yet stands in the campaign, so that whoever dies in between leaves no contact behind in a
campaign that will never write to them.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, or_, update

from data import clock
from data.db import writing
from data.models import Campaign
from data.queries.enrollments import end_some_of_campaign
from scheduler.jobs import Job

ENDING = "ending"
"""Campaign.paused_reason of an ended campaign some of whose enrollments may still be open."""

IN_HAND = timedelta(seconds=90)
"""Real time after which the next part is anybody's: longer than a part takes."""

SLICE = 5.0
"""Seconds (real time) after which a worker looks what else there is to do."""

log = structlog.get_logger(__name__)


def begin(campaign: Campaign) -> None:
    """It has ended; what is open of it is in our hand. The caller holds the row."""
    campaign.state, campaign.paused_reason, campaign.looked_to = "done", ENDING, None
    campaign.enrolling_until = clock.real() + IN_HAND


def left_open(now: datetime) -> ColumnElement[bool]:
    """Of campaigns: their ending is under way, and in nobody's hand `now` (real time)."""
    free = or_(Campaign.enrolling_until.is_(None), Campaign.enrolling_until < now)
    return (Campaign.state == "done") & (Campaign.paused_reason == ENDING) & free


def to_the_end(campaign_id: int) -> int:
    """All of it, here; how many enrollments ended. Safe to repeat."""
    ended = 0
    while some := end_part(campaign_id):
        ended += some
    return ended


def go_on(campaign_id: int) -> list[Job]:
    """Take up what somebody has left open; what remains after a slice is another job."""
    now, until = clock.real(), time.monotonic() + SLICE
    with writing() as session:
        mine = update(Campaign).where(Campaign.id == campaign_id, left_open(now))
        if session.scalar(mine.values(enrolling_until=now + IN_HAND).returning(Campaign.id)) is None:
            return []
    log.warning("ending of a campaign was left, going on", campaign=campaign_id)
    while end_part(campaign_id):
        if time.monotonic() >= until:
            _let_go(campaign_id)
            return [Job("end", campaign_id)]
    return []


def end_part(campaign_id: int) -> int:
    """End some enrollments of an ended campaign; how many they were: 0 when all of it is over.

    In parts, so that others may write in between.
    """
    with writing() as session:
        campaign = session.get_one(Campaign, campaign_id, with_for_update={"key_share": True})
        some = end_some_of_campaign(session, campaign_id, "campaign_ended")
        if some:
            campaign.enrolling_until = clock.real() + IN_HAND
        else:
            campaign.paused_reason = campaign.enrolling_until = None
        return some


def _let_go(campaign_id: int) -> None:
    with writing() as session:
        session.execute(update(Campaign).where(Campaign.id == campaign_id).values(enrolling_until=None))
