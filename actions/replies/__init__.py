"""The bot's wording: texts as data (texts.yml), chosen by name, in variants that take turns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

import yaml


@cache
def shipped() -> Mapping[str, tuple[str, ...]]:
    """The texts that come with Rekindle, by name."""
    raw = yaml.safe_load(Path(__file__).with_name("texts.yml").read_text(encoding="utf-8"))
    return {name: tuple(variants) for name, variants in raw.items()}


def render(
    name: str, *, turn: int, own: Mapping[str, tuple[str, ...]] | None = None, **values: object
) -> str:
    """The text of that name, the owner's own wording first; `turn` makes variants take turns.

    An own wording that cannot be filled in gives way to the shipped one: an emergency must be answered
    whatever somebody has typed. `unusable` finds such a wording when it is loaded.
    """
    for variants in ((own or {}).get(name), shipped()[name]):
        if not variants:
            continue
        try:
            return variants[turn % len(variants)].format(**values).strip()
        except (KeyError, IndexError, ValueError, AttributeError):
            if variants is shipped()[name]:
                raise
    raise KeyError(name)


FACTS = frozenset({"business", "phone", "address", "answer_by", "emergency_number"})
"""What every text may name."""


def unusable(own: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What is wrong with the owner's own wording, one sentence each; empty where all of it can be used."""
    wrong = []
    for name, variants in own.items():
        if name not in shipped():
            wrong.append(f"{name}: there is no text of that name; see actions/replies/texts.yml")
            continue
        known = FACTS.union(*map(fields, shipped()[name]))
        for variant in variants:
            wrong += complaints(name, variant, known)
    return wrong


def complaints(name: str, text: str, known: Collection[str]) -> list[str]:
    """What is wrong with one text that may name the fields in `known`."""
    try:
        strange = sorted(fields(text) - set(known))
    except ValueError as error:
        return [f"{name}: {error}; write a brace that is meant as one twice"]
    return [f"{name}: {{{field}}} is not a field; there are {', '.join(sorted(known))}" for field in strange]


def fields(text: str) -> set[str]:
    """The names in braces. Raises ValueError for braces that do not pair."""
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
