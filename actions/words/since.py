"""How long ago something was, in the words of a text: friendly, never exact, never stale."""

from __future__ import annotations

from datetime import date, timedelta

SEASONS = ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer", "fall", "fall",
           "fall", "winter")  # fmt: skip
"""The season of each month, north of the tropics."""

WITH_SEASONS = frozenset(
    (
        "US", "CA", "GB", "IE", "DE", "AT", "CH", "FR", "ES", "IT", "PT", "NL", "BE", "LU", "DK", "SE", "NO",
        "FI", "PL", "CZ", "SK", "HU", "SI", "HR", "RO", "BG", "GR", "JP", "KR",
    )
)  # fmt: skip
"""Countries where those seasons are meant, being north of the tropics; elsewhere the month is named."""

FALL = {"US": "fall", "CA": "fall"}
"""What the season before winter is called; "autumn" elsewhere."""


def months_between(day: date, today: date) -> int:
    """Whole months from `day` to `today`; 0 where it is not past."""
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    return max(0, months)


def since(day: date, today: date, country: str = "US") -> str:
    """ "last spring", "in March", "over a year ago": fits "since your visit …" and "you came by …" alike.

    Within three weeks "recently"; a month is named while it can mean one year alone, a season from five
    months on. A day that is not past is "recently" too.
    """
    months = months_between(day, today)
    if today - day < timedelta(days=21):
        return "recently"
    if months < 2:
        return "a few weeks ago"
    if months < 5 or (months < 11 and country not in WITH_SEASONS):
        return f"in {day:%B}"
    if months < 11:
        season = SEASONS[day.month - 1]
        return f"last {FALL.get(country, 'autumn') if season == 'fall' else season}"
    if months < 13:
        return "about a year ago"
    if months < 24:
        return "over a year ago"
    return "a couple of years ago" if months < 36 else "some years ago"


def short_date(day: date, today: date) -> str:
    """May 4, with its year where that is not today's."""
    return f"{day:%B} {day.day}" + (f", {day.year}" if day.year != today.year else "")
