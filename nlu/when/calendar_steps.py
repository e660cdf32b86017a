"""Steps on the calendar: months, weeks, weekdays, and elapsed time across daylight-saving changes."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from nlu.when.values import DAY, Days, Length


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_start(day: date, months: int = 0) -> date:
    """The first day of the month that lies some months on."""
    return add_months(day.replace(day=1), months)


def week_start(day: date, weeks: int = 0) -> date:
    """The Monday of the week that lies some weeks on."""
    return day - timedelta(days=day.weekday()) + timedelta(weeks=weeks)


def week(day: date, weeks: int = 0) -> Days:
    """The Monday-to-Sunday week that lies some weeks on."""
    monday = week_start(day, weeks)
    return Days(monday, monday + timedelta(weeks=1), "week")


def month(day: date, months: int = 0) -> Days:
    """The calendar month that lies some months on."""
    return Days(month_start(day, months), month_start(day, months + 1), "month")


def year(day: date, years: int = 0) -> Days:
    """The calendar year that lies some years on."""
    return Days(date(day.year + years, 1, 1), date(day.year + years + 1, 1, 1), "range")


def weekday_after(day: date, weekday: int) -> date:
    """The next such weekday strictly after a day."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def weekday_before(day: date, weekday: int) -> date:
    """The last such weekday strictly before a day."""
    return day - timedelta(days=(day.weekday() - weekday - 1) % 7 + 1)


def day_of_month(year: int, month: int, day: int) -> date | None:
    """That date, or None where the calendar has no such day."""
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def next_ordinal(today: date, ordinal: int, weekday: int | None = None) -> date | None:
    """The next day of that number in a month, today included; with a weekday, the next that is both."""
    for months in range(60):
        first = month_start(today, months)
        day = day_of_month(first.year, first.month, ordinal)
        if day and day >= today and (weekday is None or day.weekday() == weekday):
            return day
    return None


def next_yearly(today: date, month: int, day: int) -> date | None:
    """The next such date, today included; 29 February waits for its leap year."""
    for year in range(today.year, today.year + 9):
        found = day_of_month(year, month, day)
        if found and found >= today:
            return found
    return None


def add_workdays(day: date, count: int) -> date:
    """Some working days on, Monday to Friday."""
    while count > 0:
        day += DAY
        count -= day.weekday() < 5
    return day


def step(day: date, length: Length, sign: int = 1) -> date:
    """A date moved by the calendar part of a length."""
    if length.workdays:
        return add_workdays(day, length.workdays)
    return add_months(day, sign * length.months) + timedelta(days=sign * length.days)


def elapse(now: datetime, length: Length, zone: str, sign: int = 1) -> datetime:
    """A naive local moment moved by a length: calendar parts on the wall, hours as they really pass.

    "In 3 hours" on the night of a clock change is three hours on a stop-watch, not on the wall clock.
    """
    moved = datetime.combine(step(now.date(), length, sign), now.time())
    local = moved.replace(tzinfo=ZoneInfo(zone))
    passed = local.astimezone(UTC) + timedelta(seconds=sign * length.seconds)
    return passed.astimezone(local.tzinfo).replace(tzinfo=None)
