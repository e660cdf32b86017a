"""Standing campaigns: whoever newly meets the rule is taken in once a day of the business.

Under all that a launch asks for (approval and dry run of the present words, registration, attestation): what
has become void since takes nobody in until it is mended. Ceilings pause a campaign, and a paused one waits.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select

from data import clock
from data.db import reading, writing
from data.models import Business, Campaign
from data.segments.rule import UnusableRule
from scheduler import rate_limit
from scheduler.campaigns.enrolling import Enrolling
from scheduler.campaigns.readiness import to_launch

LOOK_EVERY = 300.0
"""Seconds (real time) between two looks, over all workers."""

AT_MOST = timedelta(seconds=20)
"""Real time that one look may take: it is part of a sweep. The next one goes on where it stopped."""

_stopped_at: dict[int, tuple[date, int]] = {}
"""Campaign -> the day, and the contact beyond which this process goes on. To forget it costs time alone."""

log = structlog.get_logger(__name__)


def enrol_standing() -> None:
    """Take in the newly eligible of the standing campaigns whose turn it is, if it is time to look again."""
    if rate_limit.once_in("standing", LOOK_EVERY):
        look(clock.real() + AT_MOST)


def look(until: datetime) -> None:
    """The same now, up to about the moment `until` (real time), and a stretch of contacts at least."""
    for number, (campaign, today) in enumerate(_due()):
        if number and clock.real() >= until:
            return
        _take_in(campaign, today, until)


def _due() -> list[tuple[int, date]]:
    """The standing campaigns whose contacts were not looked at yet on this day of their business."""
    with reading() as session:
        rows = session.execute(
            select(Campaign, Business.timezone)
            .join(Business, Business.id == Campaign.business_id)
            .where(Campaign.standing, Campaign.state == "running", Campaign.looked_to.is_(None))
            .order_by(Campaign.enrolled_on, Campaign.id)
        ).all()
        due = []
        for campaign, zone in rows:
            today = clock.now().astimezone(ZoneInfo(zone)).date()
            if campaign.enrolled_on is not None and campaign.enrolled_on >= today:
                continue
            if missing := to_launch(session, campaign):
                log.warning("standing campaign takes nobody in", campaign=campaign.id, missing=len(missing))
                continue
            due.append((campaign.id, today))
    return due


def _take_in(campaign: int, today: date, until: datetime) -> None:
    day, after = _stopped_at.pop(campaign, (today, 0))
    try:
        going = Enrolling.of(campaign, after=after if day == today else 0)
    except UnusableRule as error:
        log.error("standing campaign has a rule that cannot be used", campaign=campaign, error=str(error))
        return
    while going.step():
        if clock.real() >= until:
            _stopped_at[campaign] = today, going.after
            return
    done = going.finish()
    with writing() as session:
        session.get_one(Campaign, campaign).enrolled_on = today
    log.info("standing campaign looked at", campaign=campaign, enrolled=done.enrolled, held=done.held)
