"""The bot's wording: texts as data (texts.yml), chosen by name, in variants that take turns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

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

    Raises KeyError for a name or a field that does not exist: a mistake of ours or of an edited text.
    """
    variants = (own or {}).get(name) or shipped()[name]
    return variants[turn % len(variants)].format(**values).strip()
