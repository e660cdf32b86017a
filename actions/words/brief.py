"""The one-page brief of a campaign: what is offered, why now, and what must never be said."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.words.plain import plain

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Brief(BaseModel):
    """What the owner fills in before a word is written; all of it may be empty. Kept in Campaign.brief."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offer: Line = ""
    """What is offered, as contacts read it; empty: nothing but the invitation."""
    terms: Line = ""
    expires_on: date | None = None
    """The last day (of the business's zone) on which the offer holds."""
    why_now: Line = ""
    questions: Annotated[tuple[Phrase, ...], Field(max_length=3)] = ()
    """At most three qualifying questions."""
    disqualifiers: Annotated[tuple[Phrase, ...], Field(max_length=20)] = ()
    """For whom this is not meant, in words for staff."""
    never_say: Annotated[tuple[Phrase, ...], Field(max_length=100)] = ()
    """Words and phrases that no proactive text of the campaign may hold."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Brief:
        """What `to_json` wrote. Raises pydantic.ValidationError."""
        return cls.model_validate(raw)


def says_never(brief: Brief, text: str) -> str | None:
    """The first phrase of the never-say list that the text holds, None where it holds none.

    Compared as whole words, without regard to case, accents, hyphens and spacing. A phrase without any
    letter or figure (such as "!!") is looked for as it stands.
    """
    if not brief.never_say:
        return None
    lowered, folded = text.replace("'", "").lower() if text.isascii() else None, ""
    for phrase in brief.never_say:
        words, longest = _phrase(phrase)
        if lowered is not None and longest not in lowered:
            continue  # most texts of most campaigns: no need to look closer
        folded = folded or f" {_folded(text)} "
        if f" {words} " in folded if words else phrase in text:
            return phrase
    return None


_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""Accents, once they stand apart from their letters (Unicode's blocks of combining marks)."""
_WORD = re.compile(r"\w+|[%$€£]")


@lru_cache(maxsize=4096)
def _phrase(phrase: str) -> tuple[str, str]:
    """Its words as they are compared, and the longest of them."""
    words = _folded(phrase)
    return words, max(words.split(), key=len, default="")


def _folded(text: str) -> str:
    """The words alone, in lower case, without accents, one space apart."""
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", plain(text)))
    return " ".join(_WORD.findall(_APOSTROPHE.sub("", bare.casefold())))
