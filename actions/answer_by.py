"""When staff will answer, said truthfully: from the opening hours, never from hope."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from actions.wording import clock_time
from data.profile import Profile


def answer_by(now: datetime, profile: Profile) -> str:
    """Such as "within the hour" or "on Monday after 9:00 am"; `now` is aware, in the business's zone."""
    within = timedelta(minutes=profile.answer_within_minutes)
    for ahead in range(8):
        day = (now + timedelta(days=ahead)).date()
        for start, end in _ranges(profile, day):
            opens = datetime.combine(day, start, now.tzinfo)
            closes = datetime.combine(day, end, now.tzinfo)
            if closes <= opens:
                closes += timedelta(days=1)
            if opens <= now and now + within <= closes:
                return "within the hour" if profile.answer_within_minutes <= 60 else "today"
            if opens > now:
                when = {0: "today", 1: "tomorrow"}.get(ahead, f"on {opens:%A}")
                return f"{when} after {clock_time(opens)}"
    return "as soon as the team is back"


def _ranges(profile: Profile, day: date) -> list[tuple[time, time]]:
    for override in profile.overrides:
        if override.day == day:
            return sorted(override.ranges)
    return sorted((hours.start, hours.end) for hours in profile.hours if day.isoweekday() in hours.days)
