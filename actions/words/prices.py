"""What a text costs: the owner's own price, else the provider's list price by country."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from data.profile import Profile

TABLE = Path(__file__).resolve().parents[2] / "data" / "tables" / "text_prices.csv"


class Price(NamedTuple):
    """The price of one SMS segment (of one message on WhatsApp), carrier's fee included, and its source."""

    each: float
    currency: str
    source: str


@cache
def shipped() -> dict[tuple[str, str], Price]:
    """(country, channel) -> price, as data/tables/text_prices.csv has them."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            (row["country"], row["channel"]): Price(float(row["price"]), row["currency"], row["source"])
            for row in rows
        }


def price_of(segments: int, country: str, channel: str, profile: Profile) -> float | None:
    """What `segments` SMS segments cost in the profile's currency; an estimate until the provider says.

    The owner's `text_price` wins. None where no price of the country is known, or only one in another
    currency: no rate of exchange is made up. `channel` is `sms` or `whatsapp` (billed by the message).
    """
    units = segments if channel == "sms" else 1
    if profile.text_price is not None:
        return round(units * profile.text_price, 6)
    price = shipped().get((country.upper(), channel))
    if price is None or price.currency != profile.currency:
        return None
    return round(units * price.each, 6)
