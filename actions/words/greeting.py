"""First names as lists have them, and as people are greeted."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from actions.words.plain import plain

_NO_NAME = re.compile(r"[\d@/\\=<>{}#*_|]|https?:|\bwww\b")
"""What no first name has: a list's own marks, an address, a formula."""

PLACEHOLDERS = frozenset(
    {"n/a", "na", "none", "null", "nan", "unknown", "test", "tbd", "no name", "customer", "patient", "guest",
     "client", "owner", "resident", "contact", "family", "mr", "mrs", "ms", "dr", "mr.", "mrs.", "ms.", "dr."}
)  # fmt: skip
"""What stands in lists for want of a name. Source: our own list."""

LONGEST = 30
"""Characters; what is longer is no first name."""


@lru_cache(maxsize=16_384)
def greeting_name(first_name: str) -> str:
    """How somebody is greeted: "SARAH" and "sarah" as Sarah; "" for what is no name ("n/a", "12345").

    Only what is all capitals or all small letters is changed: McKenna and DeShawn stay, and so does JD.
    """
    name = " ".join(plain(first_name).split())
    if not name or len(name) > LONGEST or _NO_NAME.search(name) or name.casefold() in PLACEHOLDERS:
        return ""
    if not any(character.isalpha() for character in name):
        return ""
    if (name.isupper() and len(name) > 2) or name.islower():
        return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), name)
    return name


@lru_cache(maxsize=16_384)
def oddness(name: str) -> int:
    """How odd a name looks on a text, 0 = not at all: for a preview that shows the oddest ones."""
    strange = sum(not (c.isalpha() or c in " '-.") for c in name)
    foreign = sum(ord(c) > 0x24F and unicodedata.category(c) != "Mn" for c in name)
    return (
        strange * 5
        + foreign * 2
        + (4 if len(name) == 1 else 0)
        + (3 if len(name) > 2 and (name.isupper() or name.islower()) else 0)
        + max(0, len(name) - 12)
        + 2 * name.strip().count(" ")
    )
