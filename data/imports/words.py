"""The tables of this package, and one way to fold what people type so that it can be looked up in them."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

_TABLES = Path(__file__).parent / "tables"
_NEITHER = re.compile(r"[^\w✓✔✗✘✖☑☒☐✅❌❎🚫⛔👍👎]|_")


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Lower case, without accents, everything but letters, digits and marks such as ✓ as one space."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_NEITHER.sub(" ", plain.casefold()).split())


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table, in order."""
    with (_TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def meanings(name: str) -> dict[str, str]:
    """Folded word -> what it means, of a table whose first column is the meaning and second the words."""
    found: dict[str, str] = {}
    for row in table(name):
        meaning, words, *_ = row.values()
        for word in words.split("|"):
            found.setdefault(folded(word), meaning)
    return found


@cache
def phrases(name: str, meaning: str) -> re.Pattern[str]:
    """What finds the words of a meaning anywhere in a folded text with a blank at either end."""
    found = (
        folded(word) for row in table(name) if row["meaning"] == meaning for word in row["words"].split("|")
    )
    longest_first = sorted(set(found), key=lambda words: (-len(words), words))
    return re.compile(f" (?:{'|'.join(map(re.escape, longest_first))})(?= )")
