"""The list of a large campaign: people of every zone, and what each of them is going to do. Seeded."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import phonenumbers
from phonenumbers import timezone as number_zones

from data.whereabouts import Whereabouts
from soak.people import BUSINESS_PHONE, STAFF_PHONE

PLACES = (
    ("NY", "America/New_York"), ("TX", "America/Chicago"), ("CA", "America/Los_Angeles"),
    ("FL", "America/New_York"), ("AZ", "America/Phoenix"), ("HI", "Pacific/Honolulu"),
    ("AL", "America/Chicago"), ("PA", "America/New_York"), ("NV", "America/Los_Angeles"),
)  # fmt: skip
"""Where those live of whom the list says so: states with rules of their own, and some without."""

DOES = {
    "silent": 800, "yes": 35, "no": 40, "ok": 35,
    "STOP": 10, "please take me off your list": 5, "visits": 15, "books": 10,
    "unknown handset": 5, "landline": 5, "unreachable": 6, "filtered": 3, "not a mobile": 4,
    "unsubscribed": 4, "outcome unknown": 8, "told late": 10, "told twice": 5,
}  # fmt: skip
"""Of a thousand, how many do what: write that text, do one of OUTSIDE, or meet one of FAULTS."""

FAULTS: dict[str, dict[str, object]] = {
    "unknown handset": {"kind": "send_undelivered", "code": 30005, "times": None},
    "landline": {"kind": "send_undelivered", "code": 30006, "times": None},
    "unreachable": {"kind": "send_undelivered", "code": 30003, "times": 1},
    "filtered": {"kind": "send_undelivered", "code": 30007, "times": 1},
    "not a mobile": {"kind": "api_reject", "code": 21614, "times": None},
    "unsubscribed": {"kind": "api_reject", "code": 21610, "times": None},
    "outcome unknown": {"kind": "api_error_after", "status": 500, "times": 1},
    "told late": {"kind": "callback_late", "seconds": 60, "times": 2},
    "told twice": {"kind": "callback_duplicated", "times": 4},
}
"""What the network is told to do about a number (bot/simulator/faults.py)."""

OUTSIDE = ("visits", "books")
"""What happens without a text: they come in, or book by telephone; the list says so the next time."""

STOPS = ("STOP", "please take me off your list")

_COLUMNS = (
    "first_name", "last_name", "phone", "state", "country", "timezone", "last_visit", "booked_until",
    "last_service", "value", "relationship", "contact_basis", "basis_date",
)  # fmt: skip
_NAMES = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Fern", "Gus", "Hana", "Ivo", "June")


@dataclass(frozen=True, slots=True)
class Contact:
    """One row of the list. `does` happens after the touch of number `after`; `where` is for the judge."""

    phone: str
    first_name: str
    state: str
    timezone: str
    last_visit: date
    does: str
    after: int
    where: Whereabouts

    @property
    def writes(self) -> bool:
        """Whether what they do is to write a text."""
        return self.does not in FAULTS and self.does not in (*OUTSIDE, "silent")


def make_up(count: int, seed: int, today: date) -> list[Contact]:
    """So many people, with numbers from 555-0100 to 555-0199 of every area code. Raises ValueError."""
    chance = random.Random(f"outreach {seed}")
    free = [number for number in _numbers() if number not in (BUSINESS_PHONE, STAFF_PHONE)]
    if count > len(free):
        raise ValueError(f"there are {len(free)} numbers that belong to nobody, and {count} were asked for")
    deeds, weights = list(DOES), list(DOES.values())
    made = []
    for phone in chance.sample(free, count):
        known = chance.random() < 0.7
        state, zone = chance.choice(PLACES) if known else ("", "")
        zones = (zone,) if zone else _zones(phone)
        made.append(
            Contact(
                phone,
                chance.choice(_NAMES),
                state,
                zone,
                today - timedelta(days=chance.randrange(95, 360)),
                chance.choices(deeds, weights)[0],
                chance.choice((1, 1, 1, 2, 2, 3)),
                Whereabouts(zones, "timezone" if zone else "number", state or None, "US"),
            )
        )
    return made


def write_list(people: Iterable[Contact], path: Path, *, came: date | None = None) -> None:
    """The list as an owner would upload it; with `came`, as it is after that day: visits and bookings."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for one in people:
            visited = came if came and one.does == "visits" else one.last_visit
            booked = came + timedelta(days=60) if came and one.does == "books" else ""
            writer.writerow(
                (one.first_name, "Sample", one.phone, one.state, "US", one.timezone, visited, booked,
                 "cleaning", "320", "customer", "consent: intake form", one.last_visit)
            )  # fmt: skip


@cache
def _numbers() -> tuple[str, ...]:
    """Every number of the United States that belongs to nobody and whose zones can be told."""
    codes = [
        code
        for code in range(201, 990)
        if phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{code}5550123")) == "US"
        and 0 < len(_zones(f"+1{code}5550123")) < 7
    ]
    return tuple(f"+1{code}55501{end:02d}" for code in codes for end in range(100))


def _zones(phone: str) -> tuple[str, ...]:
    found = number_zones.time_zones_for_number(phonenumbers.parse(phone))
    return tuple(zone for zone in found if zone != number_zones.UNKNOWN_TIMEZONE)
