"""The texts of the bench: the project's own held-out ones that nothing but conversing can answer."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path
from random import Random

import yaml

from nlu import gate

HELD_OUT = Path(__file__).resolve().parents[1] / "held_out" / "intents.yml"


def all_texts() -> list[str]:
    """Every text once, in an order that is always the same; none that the rule gate settles on arrival."""
    labelled = yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))
    found = [text for label in labelled.values() for text in label]
    conversed = [text for text in found if not gate.check(text) and not gate.keyword(text)]
    Random(5).shuffle(conversed)
    return conversed


def texts(number: int) -> list[str]:
    """So many texts, again from the first one after the last."""
    return list(islice(cycle(all_texts()), number))
