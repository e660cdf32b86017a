"""Where a number's owner may be: the time zones it might be in, and how that is known.

A number is not a location. What the import says goes first: its zone, then its state, then its postal code;
only then the number itself. What is known of a state's borders lies in tables with their sources
(data/tables/); a state or an area code with two zones counts as both.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as number_zones

Source = Literal["timezone", "state", "postal_code", "number", "unknown"]

_TABLES = Path(__file__).parent / "tables"

_TOO_MANY_ZONES = 7
"""A number that might be in so many zones (toll-free, mobile in a wide country) says nothing."""

_COUNTRY_NAMES = {"USA": "US", "UNITED STATES": "US", "CANADA": "CA", "CAN": "CA", "UK": "GB"}

_IANA = re.compile(r"(?!(?:posix|right|Etc)/)[A-Z][A-Za-z]+(?:/[A-Za-z0-9_+-]+)+|UTC")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The IANA zones that a contact might be in, none where that is unknown, and what they come from.

    `state` is a code such as "NY" and stands only where the import says so; it is never guessed from the
    number. `country` is an ISO code, from the import or else from the number.
    """

    zones: tuple[str, ...] = ()
    source: Source = "unknown"
    state: str | None = None
    country: str | None = None

    def likeliest(self, fallback: str) -> str:
        """The one zone to name times in: `fallback`, the business's, where possible or nothing is known."""
        return self.zones[0] if self.zones and fallback not in self.zones else fallback


def zones_of(
    phone_e164: str,
    *,
    timezone: str | None = None,
    state: str | None = None,
    postal_code: str | None = None,
    country: str | None = None,
) -> Whereabouts:
    """The zones that the owner of a number might be in.

    What cannot be read (a zone that does not exist, a state of another country) is passed over for the next
    best source. Raises nothing: a number that cannot be parsed is in an unknown place.
    """
    region, number = _by_number(phone_e164)
    named = _country(country)
    countries = (named,) if named else _calling_countries(phone_e164, region)
    from_state = _region(state, countries)
    from_postal = None if from_state else _postal_region(postal_code, countries)
    known = from_state or from_postal
    where = known[0] if known else named or region
    code = known[1] if known else None
    if zones := zones_named(timezone):
        return Whereabouts(zones, "timezone", code, where)
    if known:
        return Whereabouts(_regions()[known][1], "state" if from_state else "postal_code", code, where)
    return Whereabouts(number, "number" if number else "unknown", None, where)


def zones_named(name: str | None) -> tuple[str, ...]:
    """The zones that an IANA name or a usual one ("Eastern", "MST") means; none where it means nothing."""
    if not name or not (name := name.strip()):
        return ()
    if usual := _zone_names().get(name.casefold()):
        return usual
    return (name,) if is_zone(name) else ()


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether this is an IANA zone of a place (or UTC)."""
    if not _IANA.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _by_number(phone: str) -> tuple[str | None, tuple[str, ...]]:
    """The country of a number and the zones of its exchange and area code."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return None, ()
    region = phonenumbers.region_code_for_number(number)
    zones = [zone for zone in number_zones.time_zones_for_number(number) if zone != "Etc/Unknown"]
    if number.country_code == 1:
        zones += _area_codes().get(str(number.national_number)[:3], ())
    zones = list(dict.fromkeys(zones))
    known = tuple(zones) if len(zones) < _TOO_MANY_ZONES else ()
    return (region if region and region.isalpha() else None), known


def _calling_countries(phone: str, region: str | None) -> tuple[str, ...]:
    """The countries whose states are looked up where the import names no country."""
    if phone.startswith("+1"):
        return ("US", "CA")
    return (region,) if region else ()


def _country(name: str | None) -> str | None:
    if not name or not (name := name.strip().upper().replace(".", "")):
        return None
    return _COUNTRY_NAMES.get(name, name if len(name) == 2 and name.isalpha() else None)


def _region(name: str | None, countries: tuple[str, ...]) -> tuple[str, str] | None:
    """(country, state) of a state's code or name."""
    wanted = (name or "").strip().replace(".", "").casefold()
    if not wanted:
        return None
    return next(
        (_region_names()[key] for key in ((c, wanted) for c in countries) if key in _region_names()), None
    )


def _postal_region(code: str | None, countries: tuple[str, ...]) -> tuple[str, str] | None:
    """(country, state) of a postal code; a US one may have lost its leading zeros in a spreadsheet."""
    for country in countries:
        plain = _plain_postal_code(country, code or "")
        if not plain:
            continue
        for first, last, state in _postal_prefixes(country):
            if first <= plain[: len(first)] <= last:
                return country, state
    return None


def _plain_postal_code(country: str, code: str) -> str | None:
    text = re.sub(r"\.0$|[\s-]", "", code.strip()).upper()
    if country == "US" and text.isdecimal() and text.isascii():
        if 3 <= len(text) <= 5:
            return text.zfill(5)
        return text.zfill(9)[:5] if 7 <= len(text) <= 9 else None
    if country == "CA" and re.fullmatch(r"[A-Z]\d[A-Z](\d[A-Z]\d)?", text, re.ASCII):
        return text
    return None


def _rows(table: str) -> list[dict[str, str]]:
    with (_TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _regions() -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    return {
        (row["country"], row["state"]): (row["name"], tuple(row["zones"].split())) for row in _rows("regions")
    }


@cache
def _region_names() -> dict[tuple[str, str], tuple[str, str]]:
    """(country, folded code or name) -> (country, code)."""
    names = {}
    for (country, code), (name, _) in _regions().items():
        for each in (code, name):
            names[country, each.replace(".", "").casefold()] = (country, code)
    return names


@cache
def _postal_prefixes(country: str) -> list[tuple[str, str, str]]:
    """(first prefix, last prefix, state), the longest prefixes first."""
    rows = [(r["first"], r["last"], r["state"]) for r in _rows("postal_prefixes") if r["country"] == country]
    return sorted(rows, key=lambda row: -len(row[0]))


@cache
def _area_codes() -> dict[str, tuple[str, ...]]:
    return {row["area_code"]: tuple(row["zones"].split()) for row in _rows("area_code_zones")}


@cache
def _zone_names() -> dict[str, tuple[str, ...]]:
    return {row["name"].casefold(): tuple(row["zones"].split()) for row in _rows("zone_names")}
