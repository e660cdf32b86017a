"""What speaks against coming, said without a no: the owner's one answer to it, once.

The wordings stand in tables/objections.toml. A text that also refuses is a no, whatever reason it gives.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from actions.context import Faq
from actions.handlers import later
from actions.turn import Turn
from nlu.understanding import Heard

TOPIC = "objection_"
"""An owner's answer to an objection is the FAQ entry whose topic is this and the kind's name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the table; `then`: invite again, or write later."""

    name: str
    then: Literal["invite", "later"]
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class _Table:
    refusals: tuple[re.Pattern[str], ...]
    kinds: tuple[Kind, ...]


@cache
def _table() -> _Table:
    path = Path(__file__).with_name("tables") / "objections.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return _Table(
        tuple(map(re.compile, raw["refusals"])),
        tuple(Kind(k["name"], k["then"], tuple(map(re.compile, k["patterns"]))) for k in raw["kind"]),
    )


def raised(text: str) -> Kind | None:
    """The first kind of objection that the text raises without refusing."""
    plain = text.lower().replace("’", "'")
    if any(pattern.search(plain) for pattern in _table().refusals):
        return None
    return next((k for k in _table().kinds if any(p.search(plain) for p in k.patterns)), None)


def answerable(turn: Turn) -> tuple[Kind, Faq] | None:
    """The objection that the text raises and the owner's answer, where that was not given before."""
    kind = raised(turn.understanding.text)
    if kind is None or kind.name in turn.state.objections:
        return None
    entries = turn.context.business.faq
    entry = next((entry for entry in entries if entry.topic == TOPIC + kind.name), None)
    return None if entry is None else (kind, entry)


def answer(turn: Turn, kind: Kind, entry: Faq) -> None:
    """The owner's answer to the letter; then a time is offered, or the business writes later."""
    turn.say_verbatim(entry.answer)
    turn.ask(turn.state.asked, objections=(*turn.state.objections, kind.name), misunderstood=0)
    if kind.then == "later" and not turn.visit:
        turn.heard = Heard("not_now")
        later.not_now(turn)
    elif turn.state.asked in (None, "offer_to_book", "anything_else") and not turn.visit:
        turn.say("invite")
        turn.ask("offer_to_book", invited=True)
