"""The business's own name in a text: it is no claim of the text's, and says nothing about who writes."""

from __future__ import annotations

import re
from functools import lru_cache

from actions.words.plain import plain

PLACE = "~"
"""What stands where the name was."""


@lru_cache(maxsize=256)
def as_said(business: str) -> str:
    """The name of the business as it stands in a text."""
    return " ".join(plain(business).split())


def without_name(text: str, business: str) -> str:
    """The text without the name as the business writes it."""
    name = as_said(business)
    return text.replace(name, PLACE) if name else text


def without_name_in_any_case(text: str, business: str) -> str:
    """The text without the name, also where an owner has typed it in small letters."""
    pattern = _in_any_case(as_said(business))
    return pattern.sub(PLACE, text) if pattern else text


@lru_cache(maxsize=256)
def _in_any_case(name: str) -> re.Pattern[str] | None:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE) if name else None
