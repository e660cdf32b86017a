"""The countries and states that a rule names, by the codes under which contacts are kept."""

from __future__ import annotations

import phonenumbers

from data.imports.fields import read_country
from data.whereabouts import zones_of

_WITH_STATES = ("US", "CA")
"""The countries whose states a contact is known to be in (data/tables/regions.csv)."""


def country_code(word: str) -> str:
    """The ISO code of a country's code or English name. Raises ValueError, with a sentence for the owner."""
    code = read_country(word) or word.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{word!r} is no country that is known; write its two letters, such as US")
    return code


def state_of(word: str) -> tuple[str, str]:
    """(country, code) of a state's or province's code or name. Raises ValueError, with a sentence."""
    for country in _WITH_STATES:
        if code := zones_of("", state=word, country=country).state:
            return country, code
    raise ValueError(
        f"{word!r} is no state of the United States and no province of Canada; write its letters or its "
        "name, such as NY, and elsewhere use postal_prefixes or countries"
    )
