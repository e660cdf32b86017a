"""The hours of one date: the weekly ones, public holidays closed, the owner's overrides above both. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

from actions.openings import DateOverride
from actions.public_holidays import public_holidays
from data.profile import Profile


def holidays_kept(profile: Profile, country: str, first: date, last: date) -> Iterator[tuple[date, str]]:
    """The holidays from `first` to `last`, both included, on which the business is closed.

    None where the owner works on holidays, and none of those for which an override names hours.
    """
    if not profile.closed_on_holidays:
        return
    decided = {override.day for override in profile.overrides}
    for year in range(first.year, last.year + 1):
        for day, name in public_holidays(country, profile.holiday_region, year).items():
            if first <= day <= last and day not in decided:
                yield day, name


def overrides(profile: Profile, country: str, first: date, last: date) -> tuple[DateOverride, ...]:
    """Every date whose hours are not the weekly ones, as the search for openings wants them.

    Holidays from `first` to `last`, both included; the owner's own overrides all.
    """
    closed = (DateOverride(day) for day, _ in holidays_kept(profile, country, first, last))
    return (*closed, *(DateOverride(override.day, override.ranges) for override in profile.overrides))


def ranges_on(profile: Profile, country: str, day: date) -> list[tuple[time, time]]:
    """The hours that begin on a date, ascending; none = closed. An end not after its start is tomorrow's."""
    special = {override.day: override.ranges for override in overrides(profile, country, day, day)}
    weekly = ((hours.start, hours.end) for hours in profile.hours if day.isoweekday() in hours.days)
    return sorted(special.get(day, weekly))


def holiday_on(profile: Profile, country: str, day: date) -> str | None:
    """The name of the holiday for which the business is closed on a date."""
    return next((name for _, name in holidays_kept(profile, country, day, day)), None)
