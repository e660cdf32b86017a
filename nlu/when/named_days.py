"""Days with a name: holidays, and the seasons of life that people put things off to."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

from nlu.when.calendar_steps import next_yearly
from nlu.when.values import DAY, Days, one_day

# Name as typed -> the holiday's name in the `holidays` package (United States, public and unofficial).
HOLIDAYS: dict[str, str] = {
    "new years day": "New Year's Day",
    "new year": "New Year's Day",
    "new years": "New Year's Day",
    "new years eve": "New Year's Eve",
    "nye": "New Year's Eve",
    "mlk day": "Martin Luther King Jr. Day",
    "martin luther king day": "Martin Luther King Jr. Day",
    "groundhog day": "Groundhog Day",
    "valentines day": "Valentine's Day",
    "valentines": "Valentine's Day",
    "vday": "Valentine's Day",
    "presidents day": "Washington's Birthday",
    "washingtons birthday": "Washington's Birthday",
    "st patricks day": "Saint Patrick's Day",
    "saint patricks day": "Saint Patrick's Day",
    "st pattys day": "Saint Patrick's Day",
    "st paddys day": "Saint Patrick's Day",
    "good friday": "Good Friday",
    "easter": "Easter Sunday",
    "easter sunday": "Easter Sunday",
    "mothers day": "Mother's Day",
    "memorial day": "Memorial Day",
    "juneteenth": "Juneteenth National Independence Day",
    "fathers day": "Father's Day",
    "independence day": "Independence Day",
    "labor day": "Labor Day",
    "labour day": "Labor Day",
    "columbus day": "Columbus Day",
    "indigenous peoples day": "Columbus Day",
    "halloween": "Halloween",
    "veterans day": "Veterans Day",
    "thanksgiving": "Thanksgiving Day",
    "thanksgiving day": "Thanksgiving Day",
    "christmas": "Christmas Day",
    "christmas day": "Christmas Day",
    "christmas eve": "Christmas Eve",
}

# Days that hang on another one: name -> (holiday, days after it).
BESIDE_A_HOLIDAY: dict[str, tuple[str, int]] = {
    "easter monday": ("easter", 1),
    "black friday": ("thanksgiving", 1),
    "cyber monday": ("thanksgiving", 4),
    "boxing day": ("christmas", 1),
}

# Stretches that are named and not dated: name -> (first month and day, last month and day). The school
# year and tax season are those of most of the United States; a callback at their edge is early enough.
STRETCHES: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "the holidays": ((12, 24), (1, 1)),
    "holidays": ((12, 24), (1, 1)),
    "holiday season": ((12, 1), (1, 1)),
    "tax season": ((2, 1), (4, 15)),
    "spring break": ((3, 9), (3, 27)),
    "summer break": ((6, 15), (8, 31)),
    "summer vacation": ((6, 15), (8, 31)),
    "summer holidays": ((6, 15), (8, 31)),
    "the school year": ((9, 1), (6, 15)),
    "christmas break": ((12, 20), (1, 4)),
    "winter break": ((12, 20), (1, 4)),
}

# A turning point that stands for "from then on": phrase -> month and day.
TURNING_POINTS: dict[str, tuple[int, int]] = {
    "school is back": (9, 1),
    "schools back": (9, 1),
    "school starts": (9, 1),
    "school starts back": (9, 1),
    "school starts again": (9, 1),
    "school is back in": (9, 1),
    "schools back in": (9, 1),
    "kids are back in school": (9, 1),
    "kids are back at school": (9, 1),
    "kids go back to school": (9, 1),
    "kids start school": (9, 1),
    "back to school": (9, 1),
    "school is out": (6, 15),
    "schools out": (6, 15),
    "school ends": (6, 15),
    "school lets out": (6, 15),
    "kids are out of school": (6, 15),
    "kids are off school": (6, 15),
}


@lru_cache(maxsize=64)
def _calendar(year: int) -> dict[str, date]:
    """The holidays of a year by name."""
    found = holidays.country_holidays("US", years=year, categories=("public", "unofficial"))
    return {name: day for day, names in found.items() for name in names.split("; ") if day.year == year}


def holiday(name: str, today: date, years: int = 0) -> date:
    """The next holiday of that typed name, today included; `years` moves on from there."""
    if name in BESIDE_A_HOLIDAY:
        anchor, days = BESIDE_A_HOLIDAY[name]
        found = holiday(anchor, today - days * DAY) + days * DAY
    else:
        official = HOLIDAYS[name]
        found = _calendar(today.year)[official]
        if found < today:
            found = _calendar(today.year + 1)[official]
    if years:
        return holiday(name, date(found.year + years, 1, 1))
    return found


def stretch(name: str, today: date) -> Days:
    """The current or next stretch of that name."""
    (first_month, first_day), (last_month, last_day) = STRETCHES[name]
    for year in (today.year - 1, today.year, today.year + 1):
        first = date(year, first_month, first_day)
        wraps = (last_month, last_day) < (first_month, first_day)
        last = date(year + wraps, last_month, last_day)
        if last >= today:
            break
    return Days(first, last + DAY, "range")


def turning_point(name: str, today: date) -> Days:
    """The first day after the next turning point of that name."""
    month, day = TURNING_POINTS[name]
    return one_day(next_yearly(today, month, day) or today)
