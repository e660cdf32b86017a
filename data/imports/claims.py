"""What the wording of a basis claims: in a column for consent, and of a wish to be left alone in any column.

The wordings are tables/basis_words.csv (what a whole cell means, or a phrase in it), tables/stop_words.csv
(marks of an opt-out) and tables/denials.csv (words that deny wherever they stand). Consent that is wrongly
read from a cell texts somebody who said no, so that a denial goes before anything else, and a wording that is
not understood gives nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from data.imports.words import folded, meanings, phrases

Claim = Literal["withdrawn", "none", "consent", "enquiry", "purchase", "unclear"]
_STRONGEST_FIRST: tuple[Claim, ...] = ("none", "consent", "enquiry", "purchase")

Wish = Literal["opted_out", "do_not_contact"]
"""How somebody wants to be left alone."""

_SAYS_NOTHING = re.compile(r"[\s.,:;_/\\*'\"\-‐-―·•]*")
"""What stands where there is nothing to say; other characters that are no letters are not understood."""


@lru_cache(maxsize=16384)
def claim_of(wording: str) -> Claim | None:
    """What the wording of a basis means; None where there is none.

    `withdrawn`: they want to be left alone (wish_of says how). `none`: it says itself that there is no basis.
    `unclear`: words that are not understood.
    """
    words = folded(wording)
    if not words:
        return None if _SAYS_NOTHING.fullmatch(wording) else "unclear"
    known = meanings("basis_words")
    if words in known:
        return next(claim for claim in _STRONGEST_FIRST if claim == known[words])
    if wish_of(wording):
        return "withdrawn"
    padded = _to_the_point(words)
    if phrases("denials", "none").search(padded):
        return "none"
    found = {meaning for phrase, meaning in known.items() if len(phrase) > 2 and f" {phrase} " in padded}
    return next((claim for claim in _STRONGEST_FIRST if claim in found), "unclear")


@lru_cache(maxsize=16384)
def wish_of(wording: str) -> Wish | None:
    """The wish to be left alone in the wording of a basis: a mark of the stop words, or words in it."""
    words = folded(wording)
    if not words or words in meanings("basis_words"):
        return None
    mark = meanings("stop_words").get(words)
    if mark in ("opted_out", "do_not_contact"):
        return "do_not_contact" if mark == "do_not_contact" else "opted_out"
    outright = outright_wish_of(wording)
    if outright is None and phrases("denials", "withdrawn").search(_to_the_point(words)):
        return "opted_out"
    return outright


@lru_cache(maxsize=16384)
def outright_wish_of(wording: str) -> Wish | None:
    """A wish to be left alone that can mean nothing else, in whatever column it stands (a status, say)."""
    padded = _to_the_point(folded(wording))
    if phrases("denials", "opted_out").search(padded):
        return "opted_out"
    return "do_not_contact" if phrases("denials", "do_not_contact").search(padded) else None


def _to_the_point(words: str) -> str:
    """The words between blanks, without denials of an end ("no expiry") or of an opt-out."""
    return phrases("denials", "harmless").sub("", f" {words} ")
