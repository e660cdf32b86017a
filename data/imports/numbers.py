"""Phone numbers from lists: repaired where that is certain, and refused with a sentence where it is not."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

_PLACEHOLDER = re.compile(r"(?i)[\W_]*(?:n/?a|none|null|nil|unknown|no phone|no number|tbd|0+)?[\W_]*")
_FLOAT = re.compile(r"(\+?\d{7,15})[.,]0+")
_SCIENTIFIC = re.compile(r"(?i)(\d)(?:[.,](\d+))?e\+?(\d{1,2})")
_SEVERAL = re.compile(r"\s+(?:or|and)\s+|[/;|\n]|,\s")
_APART = re.compile(r"\s+(?:or|and)\s+|[/;|,&\r\n]")
"""What stands between numbers, also where a single number may be written with it."""

_FEWEST = 7
"""Digits of a number."""

_FICTION = re.compile(r"\+447700900\d{3}")
"""Numbers that Ofcom keeps for drama: the number tables know nothing of them. (555-01xx they know.)"""

_USUAL = re.compile(r"\s*(?:(\+1)|1)?[ .-]?\(?([2-9]\d\d)\)?[ .-]{0,2}([2-9]\d\d)[ .-]?(\d{4})\s*", re.ASCII)

_LINE_TYPES = {
    PhoneNumberType.FIXED_LINE: "a landline, which cannot receive texts",
    PhoneNumberType.TOLL_FREE: "a toll-free number, not somebody's phone",
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number, not somebody's phone",
    PhoneNumberType.UAN: "a company number, not somebody's phone",
    PhoneNumberType.PAGER: "a pager",
    PhoneNumberType.VOICEMAIL: "a voicemail number",
}
"""What the number tables are certain of. They never tell landlines from mobiles in +1, so none is refused."""


class Number(NamedTuple):
    """A number in E.164 and its country (ISO code, None where several share the code).

    `line_type` is set where it certainly cannot be texted. `changed` says that something of what stood in
    the cell is lost (an extension, a second number), so that the cell is worth keeping.
    """

    e164: str
    country: str | None
    line_type: str | None = None
    changed: bool = False


class NoNumber(Exception):
    """The cell is empty."""


class BadNumber(Exception):
    """The cell holds something that is no usable number; the message says what to do."""


def read_number(cell: str, country: str) -> Number:
    """Read a phone cell; a number without a country code belongs to `country` (ISO code).

    Raises NoNumber or BadNumber.
    """
    if quick := _north_american(cell, country):
        return quick
    text = _plain(cell)
    if _PLACEHOLDER.fullmatch(text):
        raise NoNumber
    if damaged := _SCIENTIFIC.fullmatch(text):
        text = _whole(damaged, cell)
    elif as_float := _FLOAT.fullmatch(text):
        text = as_float[1]
    found = _parse(text, country)
    changed = found is not None and found.extension is not None
    if found is None:
        parts = [part for part in _SEVERAL.split(text) if sum(map(str.isdigit, part)) >= _FEWEST]
        if len(parts) > 1:
            found, changed = next(filter(None, (_parse(part, country) for part in parts)), None), True
    if found is None:
        raise BadNumber(_why_not(text, country))
    e164 = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(found)
    return Number(
        e164,
        region if region and region.isalpha() else None,
        _LINE_TYPES.get(phonenumbers.number_type(found)),
        changed,
    )


def every_number(cell: str, country: str) -> list[str]:
    """All numbers (E.164) that stand in a cell, in whatever way: for numbers that must be left alone.

    Where read_number is content with the first, this misses none; a cell without any gives none.
    """
    if quick := _north_american(cell, country):
        return [quick.e164]
    found: dict[str, None] = {}
    for part in (cell, *_APART.split(cell)):
        if sum(map(str.isdigit, part)) < _FEWEST:
            continue
        try:
            found[read_number(part, country).e164] = None
        except (NoNumber, BadNumber):
            for match in phonenumbers.PhoneNumberMatcher(part, country):
                found[phonenumbers.format_number(match.number, PhoneNumberFormat.E164)] = None
    return list(found)


@lru_cache(maxsize=65536)
def _ordinary(beginning: str) -> str | None:
    """The country of the North American numbers that begin so, if they are all ordinary ones.

    For these two countries the number tables look no further than the exchange's first digit: four digits.
    """
    number = phonenumbers.parse(f"+1{beginning}555555")
    country = phonenumbers.region_code_for_number(number)
    ordinary = phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE_OR_MOBILE
    return country if ordinary and country in ("US", "CA") else None


def _north_american(cell: str, country: str) -> Number | None:
    """The usual ways to write a usual number, read without the whole machinery (ten times as quick)."""
    match = _USUAL.fullmatch(cell)
    if match is None or not (match[1] or country in ("US", "CA")):
        return None
    exchange = match[2] + match[3]
    where = _ordinary(exchange[:4])
    return Number(f"+1{exchange}{match[4]}", where) if where else None


def _plain(cell: str) -> str:
    """Without what spreadsheets and web pages put around a number: ="…", a leading apostrophe, tel:."""
    text = unicodedata.normalize("NFKC", cell)
    text = "".join(char for char in text if unicodedata.category(char) != "Cf").strip()
    text = re.sub(r'^="?(.*?)"?$', r"\1", text)
    return re.sub(r"(?i)^(?:tel|sms|phone|mobile|cell|whatsapp)\s*[:.]\s*", "", text.lstrip("'`")).strip()


def _whole(damaged: re.Match[str], cell: str) -> str:
    """2.12555E+09 has lost its last digits for good; 1.2125550123E+10 has them all."""
    fraction = damaged[2] or ""
    if len(fraction) != int(damaged[3]):
        raise BadNumber(
            f"the spreadsheet has rounded the number to {cell.strip()} and its last digits are lost; "
            "format the column as text and export the list again"
        )
    return damaged[1] + fraction


def _parse(text: str, country: str) -> PhoneNumber | None:
    """The number, where it is certainly a possible one; several readings are tried, the likeliest first."""
    readings = [(text, country)]
    digits = re.sub(r"\D", "", text)
    if not text.startswith("+") and len(digits) >= 11:
        without_prefix = digits.removeprefix("00") if digits.startswith("00") else digits
        readings.append((f"+{without_prefix}", country))
    for candidate, region in readings:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        number = _modern(number)
        if phonenumbers.is_valid_number(number) or _FICTION.fullmatch(
            phonenumbers.format_number(number, PhoneNumberFormat.E164)
        ):
            return number
    return None


def _modern(number: PhoneNumber) -> PhoneNumber:
    """Brazil's mobiles got a ninth digit by 2016, Mexico's lost the 1 behind the country code in 2019."""
    national = str(number.national_number)
    if number.country_code == 55 and re.fullmatch(r"[1-9]\d[6-9]\d{7}", national):
        national = f"{national[:2]}9{national[2:]}"
    elif number.country_code == 52 and re.fullmatch(r"(?:1|044|045)\d{10}", national):
        national = national[-10:]
    else:
        return number
    return PhoneNumber(
        country_code=number.country_code, national_number=int(national), extension=number.extension
    )


def _why_not(text: str, country: str) -> str:
    digits = sum(char.isdigit() for char in text)
    if not digits:
        return "there is no number in this cell"
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return f"this cannot be read as a phone number of {country}; write it with its country code"
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.TOO_SHORT | phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return f"too few digits for a number of {country}; is the area code missing?"
        case phonenumbers.ValidationResult.TOO_LONG:
            return f"too many digits for a number of {country}; a foreign one needs + and its country code"
        case _:
            return f"no such number can exist in {country}; a foreign one needs + and its country code"
