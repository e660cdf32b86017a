"""Made-up people for load: names that occur nowhere else, numbers from 555-01xx. Nothing of them is kept."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

AREAS = ("212", "646", "718", "917", "332", "347", "929")
"""Area codes of New York; each has the hundred numbers 555-0100 to 555-0199 that belong to nobody."""

BUSINESS_PHONE = "+12125550100"
STAFF_PHONE = "+12125550199"

_BEGINNINGS = ("Zor", "Quil", "Vex", "Brax", "Thryn", "Jux", "Wyq", "Kelph", "Fjor", "Xan")
_MIDDLES = ("iba", "ondu", "eski", "umpa", "alqo", "yrre", "ofti", "ezzu")
_ENDS = ("lith", "quen", "vard", "moxx", "zelph", "drin")
_COLUMNS = (
    "first_name", "last_name", "phone", "email", "state", "country", "timezone",
    "last_visit", "last_service", "value", "relationship", "contact_basis", "basis_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the list; `index` is how reports name them, since numbers and names stay out of those."""

    index: int
    phone: str
    first_name: str
    last_name: str
    email: str


def make_up(count: int, seed: int) -> list[Person]:
    """So many people with numbers of their own; the same seed gives the same ones. Raises ValueError."""
    chance = random.Random(f"people {seed}")
    numbers = [f"+1{area}55501{end:02d}" for area in AREAS for end in range(100)]
    free = [number for number in numbers if number not in (BUSINESS_PHONE, STAFF_PHONE)]
    if count > len(free):
        raise ValueError(f"there are {len(free)} numbers that belong to nobody, and {count} were asked for")
    made = []
    for index, phone in enumerate(chance.sample(free, count)):
        first, last = _name(chance), _name(chance)
        email = f"{first}.{last}.{index}@example.com".lower()
        made.append(Person(index, phone, first, last, email))
    return made


def write_list(people: list[Person], path: Path) -> None:
    """The list as an owner would upload it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for one in people:
            who = (one.first_name, one.last_name, one.phone, one.email, "NY", "US", "America/New_York")
            writer.writerow(
                (*who, "2026-02-03", "cleaning", "320", "customer", "consent: intake form", "2024-05-06")
            )


def _name(chance: random.Random) -> str:
    return chance.choice(_BEGINNINGS) + chance.choice(_MIDDLES) + chance.choice(_ENDS)
