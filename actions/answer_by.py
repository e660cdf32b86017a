"""When staff will answer, said truthfully: from the opening hours, never from hope."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.opening_hours import ranges_on
from actions.wording import clock_time
from data.profile import Profile


def answer_by(now: datetime, profile: Profile, country: str = "US") -> str:
    """Such as "within the hour" or "on Monday after 9:00 am"; `now` is aware, in the business's zone.

    `country` says whose public holidays are kept.
    """
    within = timedelta(minutes=profile.answer_within_minutes)
    for ahead in range(8):
        day = (now + timedelta(days=ahead)).date()
        for start, end in ranges_on(profile, country, day):
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
