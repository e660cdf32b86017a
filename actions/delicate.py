"""What needs care before any pitch (a death, a child, a wish to be forgotten), and what no person wrote."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    patterns: tuple[str, ...]
    least: int


@cache
def _kinds() -> tuple[_Kind, ...]:
    path = Path(__file__).with_name("tables") / "delicate.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["kind"]
    return tuple(_Kind(row["name"], tuple(row["patterns"]), row.get("least", 1)) for row in rows)


def matter(text: str, names: Sequence[str] = ()) -> str | None:
    """The name of the first kind in the table that a text belongs to.

    `names` are those of the contact's people: "Sample died in January" names one of them.
    """
    plain = text.lower().replace("’", "'").strip()
    known = "|".join(re.escape(name.lower()) for name in names if name) or "nobody"
    for kind in _kinds():
        found = sum(
            bool(re.search(pattern.replace("{name}", f"(?:{known})"), plain)) for pattern in kind.patterns
        )
        if found >= kind.least:
            return kind.name
    return None
