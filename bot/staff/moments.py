"""Moments in the words of a screen, in the zone of the business and, where it differs, of the contact."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from actions.wording import clock_time
from data import clock


def local(moment: datetime, zone: str) -> datetime:
    """The moment on a clock of that zone."""
    return moment.astimezone(ZoneInfo(zone))


def time_of_day(moment: datetime, zone: str, theirs: str | None = None) -> str:
    """10:03 am; with a contact's zone that differs: 10:03 am EST, 7:03 am PST."""
    here = local(moment, zone)
    if theirs is None or theirs == zone:
        return clock_time(here)
    there = local(moment, theirs)
    if there.utcoffset() == here.utcoffset():
        return clock_time(here)
    return f"{clock_time(here)} {here:%Z} · {clock_time(there)} {there:%Z}"


def day(moment: datetime, zone: str) -> str:
    """Today, Yesterday, Tomorrow, Thursday, March 5; with the year where it is another one."""
    return _day(local(moment, zone).date(), local(clock.now(), zone).date())


def date_words(value: date) -> str:
    """March 5, 2026."""
    return f"{value:%B} {value.day}, {value.year}"


def brief(moment: datetime, zone: str) -> str:
    """For a list: the time today, else the day."""
    at, now = local(moment, zone), local(clock.now(), zone)
    if at.date() == now.date():
        return clock_time(at)
    if at.date() == now.date() - timedelta(days=1):
        return "Yesterday"
    if timedelta(0) < now - at < timedelta(days=6):
        return f"{at:%A}"
    return f"{at:%b} {at.day}" if at.year == now.year else f"{at:%b} {at.day}, {at.year}"


def full(moment: datetime, zone: str, theirs: str | None = None) -> str:
    """Thursday, March 5 at 10:03 am."""
    return f"{day(moment, zone)} at {time_of_day(moment, zone, theirs)}"


def within(moment: datetime, zone: str) -> str:
    """The same in the middle of a sentence: today at 10:03 am."""
    said = full(moment, zone)
    return said[0].lower() + said[1:] if said.startswith(("Today", "Yesterday", "Tomorrow")) else said


def visit(moment: datetime, zone: str, theirs: str | None = None) -> str:
    """Thursday, March 5 at 10:03 am, the weekday always by name."""
    at = local(moment, zone)
    year = f", {at.year}" if at.year != local(clock.now(), zone).year else ""
    return f"{at:%A, %B} {at.day}{year} at {time_of_day(moment, zone, theirs)}"


def today(zone: str) -> str:
    """The date on the business's wall: what is called today depends on it."""
    return local(clock.now(), zone).date().isoformat()


def _day(asked: date, now: date) -> str:
    named = {0: "Today", -1: "Yesterday", 1: "Tomorrow"}.get((asked - now).days)
    year = f", {asked.year}" if asked.year != now.year else ""
    return named or f"{asked:%A, %B} {asked.day}{year}"
