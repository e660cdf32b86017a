"""What names a treatment or a condition: in a health trade no proactive text does (45 CFR 164.508(a)(3))."""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from pathlib import Path

from actions.words.own_name import without_name
from data.profile import Profile

NEUTRAL = frozenset({"visit", "appointment", "consultation", "care", "time", "see", "call", "meeting"})
"""Words for a service that name no treatment even where a profile lists them."""

_PARTS = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+|[^\W\d_a-zA-Z]+")
"""The words of a column's name: "LastVisit_type" is last, visit, type."""


def services_of(profile: Profile) -> tuple[str, ...]:
    """The names of a profile's services and the other words for them."""
    return tuple(word for service in profile.services for word in (service.name, *service.words))


def names_health(text: str, services: tuple[str, ...], business: str = "") -> list[str]:
    """What of a text names a treatment or condition, each once; the business's own name does not count."""
    return list(dict.fromkeys(health_words(services).findall(without_name(text, business).lower())))


@lru_cache(maxsize=4096)
def tells_health(column: str, services: tuple[str, ...]) -> bool:
    """Whether a column of the list holds treatments or conditions, as its name says."""
    name = " ".join(_PARTS.findall(column)).lower()
    return bool(_columns().search(name) or health_words(services).search(name))


@cache
def health_words(services: tuple[str, ...] = ()) -> re.Pattern[str]:
    """What names a treatment or condition: the table, and the names and words of these services."""
    own = (service.lower().strip() for service in services)
    words = [*_rows("health_words", "word"), *(word for word in own if word and word not in NEUTRAL)]
    return re.compile(rf"(?<!\w)(?:{_any_of(words)})(?:e?s|ed|ing)?(?!\w)")


@cache
def _columns() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_any_of(_rows('health_columns', 'name'))})s?(?!\w)")


def _rows(table: str, column: str) -> list[str]:
    with Path(__file__).with_name(f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(line for line in file if line[0] != "#")]


def _any_of(words: list[str]) -> str:
    """The longest first; each with a hyphen, a space or nothing between its parts."""
    each = sorted(set(words), key=len, reverse=True)
    return "|".join(r"[ -]?".join(re.escape(part) for part in re.split(r"[ -]", word)) for word in each)
