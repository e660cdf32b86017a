"""Which offered opening a longer answer names: "ok book the 1st one pls, I work late", "option 2 is best".

Only for texts that are already understood as taking one of the offers; plain answers are settled before
(nlu/pending.py). Two different numbers, or a no before one, and nothing is taken for chosen.
"""

from __future__ import annotations

import re

_ONE = r"(?:one|option|choice|opening|slot|time|appointment|appt)"
_ORDER = {
    "first": 1, "1st": 1, "earliest": 1, "earlier": 1, "soonest": 1, "top": 1,
    "second": 2, "2nd": 2,
    "third": 3, "3rd": 3,
    "last": -1, "latest": -1, "later": -1, "bottom": -1,
}  # fmt: skip
_NAMED = re.compile(
    rf"(?:\bthe )?\b({'|'.join(_ORDER)}|middle) {_ONE}s?\b"
    rf"|\bthe ({'|'.join(_ORDER)}|middle)"
    r"(?= ?(?:please|pls|plz|then|thanks|works|would|will|is|sounds|and|but|$|[,.!?]))"
    rf"|(?:#|\b(?:number|num|no\.|option|opt|choice) ?)([1-9])\b"
)
_DOUBT = re.compile(r"\b(?:not|no|neither|none|except|instead of|or|either|if)\b|n't\b")


def loosely_chosen(text: str, offered: int) -> int | None:
    """The 1-based number of the opening that is named, None for none, several, or one that is not there."""
    plain = " ".join(text.lower().replace("’", "'").split())
    if _DOUBT.search(plain):
        return None
    found: set[int] = set()
    for word, bare, digit in _NAMED.findall(plain):
        name = word or bare
        if name == "middle":
            found.add(2 if offered == 3 else 0)
        else:
            number = int(digit) if digit else _ORDER[name]
            found.add(offered if number < 0 else number)
    number = found.pop() if len(found) == 1 else 0
    return number if 1 <= number <= offered else None
