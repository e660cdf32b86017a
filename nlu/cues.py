"""Wording that tells what a sentence is for, whatever it is about: odds for the model's guesses (cues.toml).

The model was trained on sentences; a cue is a turn of phrase that hardly ever serves another purpose. It only
shifts the odds (nlu/context.py): a cue alone settles nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlu.understanding import Times

_LATER = re.compile(r"\b(?:later|again|some other time|another time|when i|once i|then)\b")


@dataclass(frozen=True, slots=True)
class Cue:
    """Odds by intent where the pattern is found; `timed`: only beside a time or a "later".

    `unless`: what must not stand in the text.
    """

    name: str
    pattern: re.Pattern[str]
    odds: Mapping[str, float]
    timed: bool = False
    unless: re.Pattern[str] | None = None

    def is_in(self, plain: str, *, timed: bool) -> bool:
        """Whether a text (lower case, straight apostrophes) holds the cue."""
        if (self.timed and not timed) or not self.pattern.search(plain):
            return False
        return not (self.unless and self.unless.search(plain))


@cache
def cues() -> tuple[Cue, ...]:
    """The table."""
    table = tomllib.loads(Path(__file__).with_name("cues.toml").read_text(encoding="utf-8"))
    return tuple(
        Cue(
            row["name"],
            re.compile(rf"\b(?:{'|'.join(row['patterns'])})\b".format_map(_Words(table["words"]))),
            row["odds"],
            row.get("timed", False),
            re.compile(rf"\b(?:{row['unless']})\b") if "unless" in row else None,
        )
        for row in table["cue"]
    )


def heard_in(text: str, times: Times) -> tuple[Cue, ...]:
    """The cues that a text holds; `times` are its times."""
    plain = text.lower().replace("’", "'")
    timed = bool(times) or bool(_LATER.search(plain))
    return tuple(cue for cue in cues() if cue.is_in(plain, timed=timed))


def odds_of(text: str, times: Times) -> dict[str, float]:
    """The odds that the cues of a text give, by intent; where several speak, they multiply."""
    odds: dict[str, float] = {}
    for cue in heard_in(text, times):
        for intent, factor in cue.odds.items():
            odds[intent] = odds.get(intent, 1.0) * factor
    return odds


class _Words(dict[str, str]):
    """The table's own words by name; a quantifier such as {2} stays what it is."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
