"""The values in a list's cells: dates in several forms, money, yes and no, countries, names.

Nothing here raises: what cannot be read is None, and the caller keeps the cell as it came.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

from data.imports.words import folded, meanings

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ].*)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_PARTS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[, ].*)?")
_DAY_NAMED = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]+)\.?,?[ -](\d{4}|\d{2})(?: .*)?")
_NAMED_DAY = re.compile(r"(?:[a-z]+,? )?([a-z]+)\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4}|\d{2})(?: .*)?")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of spreadsheets' date numbers (for dates after February 1900)."""

_MONEY = re.compile(r"\(?-?[^\d\-(]{0,5}?(\d[\d.,' \u00a0\u202f]*)[^\d]{0,5}")


@lru_cache(maxsize=65536)
def read_date(cell: str, day_first: bool) -> date | None:
    """A date as lists write them; `day_first` decides between 3/4 and 4/3 where both could be."""
    text = cell.strip().lower()
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _PARTS.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        if match[2] == "." or (day_first and second <= 12) or first > 12:
            return _date(year, second, first)
        return _date(year, first, second)
    if (match := _DAY_NAMED.fullmatch(text)) and match[2] in _MONTHS:
        return _date(_year(match[3]), _MONTHS[match[2]], int(match[1]))
    if (match := _NAMED_DAY.fullmatch(text)) and match[1] in _MONTHS:
        return _date(_year(match[3]), _MONTHS[match[1]], int(match[2]))
    if (match := _SERIAL.fullmatch(text)) and 20_000 <= int(match[1]) <= 60_000:
        return _SERIAL_ZERO + timedelta(days=int(match[1]))
    return None


def day_first_only(cell: str) -> bool | None:
    """True for 25/12/2025, False for 12/25/2025, None where the order cannot be told."""
    match = _PARTS.fullmatch(cell.strip().lower())
    if not match or match[2] == ".":
        return None
    first, second = int(match[1]), int(match[3])
    return (first > 12) if (first > 12) != (second > 12) else None


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2200 else None
    except ValueError:
        return None


@lru_cache(maxsize=16384)
def read_money(cell: str) -> float | None:
    """An amount: $1,234.50, 1.234,50 €, 1 234,50, (20.00) for a negative one. Its currency is not kept."""
    text = cell.strip()
    match = _MONEY.fullmatch(text)
    if not match:
        return None
    digits = re.sub(r"[' \u00a0\u202f]", "", match[1]).rstrip(".,")
    marks = re.findall(r"[.,]", digits)
    if len(set(marks)) == 2:
        digits = digits.replace(marks[0], "").replace(marks[-1], ".")
    elif len(marks) > 1 or (marks and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits)):
        digits = digits.replace(marks[0], "")
    else:
        digits = digits.replace(",", ".")
    try:
        amount = round(float(digits), 2)
    except ValueError:
        return None
    return -amount if "-" in text or text.startswith("(") else amount


def read_country(cell: str) -> str | None:
    """The ISO code of a country's code or English name."""
    return meanings("countries").get(folded(cell)) if cell else None


def tidy(cell: str) -> str:
    """Text on one line, without blanks around it, accents in one form."""
    if not cell:
        return cell
    if cell.isascii() and cell.isprintable() and "  " not in cell:
        return cell.strip()
    return " ".join(unicodedata.normalize("NFC", cell).split())


def split_name(name: str) -> tuple[str, str]:
    """First and last name of "Sarah Sample" and of "Sample, Sarah"."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.partition(" ")
    return first, last.strip()
