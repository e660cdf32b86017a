"""The rule gate: opt-outs and emergencies, found in every inbound text before any model is asked.

The rules are the tables beside this file (optouts.toml, emergencies.toml, spelling.toml), read once at
import. Everything here is pure, bounded in time and safe inside the webhook's transaction.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, cast

from nlu.gate.folding import Folder
from nlu.gate.table import Table
from nlu.understanding import Emergency, Gated, OptOut

Keyword = Literal["stop", "start", "help"]

_HERE = Path(__file__).parent
_SPELLING = tomllib.loads((_HERE / "spelling.toml").read_text(encoding="utf-8"))
FOLDER = Folder(
    {variant: plain for plain, variants in _SPELLING["plain"].items() for variant in variants},
    _SPELLING["dropped"],
    _SPELLING["spaced"],
    _SPELLING["fillers"],
    _SPELLING["near"],
)
OPT_OUTS = Table(_HERE / "optouts.toml", FOLDER, _SPELLING["fillers"], _SPELLING["frequent"])
EMERGENCIES = Table(_HERE / "emergencies.toml", FOLDER, _SPELLING["fillers"], _SPELLING["frequent"])
_KEYWORDS: dict[str, Keyword] = {
    word: cast(Keyword, meaning)
    for meaning, words in tomllib.loads((_HERE / "keywords.toml").read_text(encoding="utf-8"))[
        "keywords"
    ].items()
    for word in words
}


_AROUND_A_KEYWORD = " \t\r\n.!?,;:*_~-'\"“”‘’"


def check(text: str) -> Gated:
    """What the rules find in one inbound text: an opt-out, an emergency, both or neither.

    `rule` is the id of the row that decided; with both, "opt-out row+emergency row".
    """
    if keyword(text.strip(_AROUND_A_KEYWORD)) == "stop":
        return Gated(opt_out="certain", rule="carrier-keyword")
    folded = FOLDER.fold(text)
    opt_out, emergency = OPT_OUTS.find(folded), EMERGENCIES.find(folded)
    return Gated(
        opt_out=cast(OptOut, opt_out.verdict) if opt_out else None,
        emergency=cast(Emergency, emergency.verdict) if emergency else None,
        rule="+".join(row.id for row in (opt_out, emergency) if row) or None,
    )


def keyword(text: str) -> Keyword | None:
    """The carrier keyword that is the whole text, in any case: what the network itself acts upon.

    Stop words of Twilio's default list, plus its START and HELP words. YES is left out on purpose: it
    answers our own questions far more often than it opts anybody in again.
    """
    return _KEYWORDS.get(text.strip().lower()) if len(text) <= 40 else None
