"""The public holidays of a country, by their names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

_LANGUAGE = "en_US"
"""In which holidays are named; where a country's are not translated they keep their own name."""


@lru_cache(maxsize=512)
def public_holidays(country: str, region: str, year: int) -> Mapping[date, str]:
    """Those of a year on which something there may be closed: the region's own and all nationwide ones.

    As `kept_in`, which leaves out what a region does not keep; of a region that is not known the nationwide
    ones count, since somebody's spelling must not cost those.
    """
    # a day has its nationwide name, where it has one
    named = {**kept_in(country, region, year), **kept_in(country, "", year)}
    return MappingProxyType({day: name.split("; ")[0] for day, name in named.items()})


@lru_cache(maxsize=512)
def kept_in(country: str, region: str, year: int) -> Mapping[date, str]:
    """Those of a year, observed days included, by their names in English; none where there is no list.

    `country` is an ISO code, `region` one of its states or the like, or empty for the nationwide days alone.
    Source: the `holidays` package, category "public".
    """
    import holidays  # slow to load, and not everybody asks for it

    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=year, language=_LANGUAGE)
    except NotImplementedError:  # the library's word for a country or region that it does not know
        return {}
    return MappingProxyType(dict(found.items()))
