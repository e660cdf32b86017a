"""What the owner's profile says about openings, as the pure search wants it."""

from __future__ import annotations

from datetime import time

from actions.openings import Availability, DayRange, HoursRule
from data.profile import Profile, Service


def availability_of(profile: Profile, service: Service, zone: str) -> Availability:
    """When appointments for `service` may lie; `zone` is the business's, in which its hours are read."""
    return Availability(
        zone=zone,
        hours=tuple(HoursRule(frozenset(rule.days), _range(rule.start, rule.end)) for rule in profile.hours),
        overrides={day.day: tuple(_range(*clocks) for clocks in day.ranges) for day in profile.overrides},
        duration=service.minutes,
        step=profile.step_minutes,
        buffer_before=profile.buffer_before_minutes,
        buffer_after=profile.buffer_after_minutes,
        notice=profile.notice_minutes,
    )


def _range(start: time, end: time) -> DayRange:
    return DayRange(start.hour * 60 + start.minute, end.hour * 60 + end.minute)
