"""How many SMS segments a text is billed as, and which characters make it dear."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.words.plain import PLAIN

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 7-bit default alphabet (3GPP TS 23.038, 6.2.1): one character each."""

EXTENSION = "\f^{}\\[~]|€"
"""Its extension table (3GPP TS 23.038, 6.2.1.1): two characters each."""

GSM_7, UCS_2 = "GSM-7", "UCS-2"

_ALPHABET = frozenset(BASIC + EXTENSION)
_GSM = re.compile(f"[{re.escape(BASIC + EXTENSION)}]*")
_EXTENDED = re.compile(f"[{re.escape(EXTENSION)}]")


@dataclass(frozen=True, slots=True)
class Culprit:
    """A character outside the GSM alphabet, and what says the same within it, where anything does."""

    character: str
    instead: str | None


@dataclass(frozen=True, slots=True)
class SmsSegments:
    """What a text is billed as: `characters` are units of its encoding (septets, or 16-bit units)."""

    segments: int
    encoding: str
    characters: int
    culprits: tuple[Culprit, ...] = ()


def count(text: str) -> SmsSegments:
    """GSM-7: 160 characters in one SMS segment, 153 in each of several; UCS-2: 70 and 67 (Twilio's docs).

    An extension character and a surrogate pair are never parted by the end of an SMS segment, so such a
    text may need one more. The empty text is none.
    """
    if _GSM.fullmatch(text):
        extended = len(_EXTENDED.findall(text))
        if not extended:
            return SmsSegments(_parts(len(text), 160, 153), GSM_7, len(text))
        sizes = [2 if character in EXTENSION else 1 for character in text]
        return SmsSegments(_packed(sizes, 160, 153), GSM_7, sum(sizes))
    sizes = [2 if character > "\uffff" else 1 for character in text]
    strange = [character for character in dict.fromkeys(text) if character not in _ALPHABET]
    culprits = tuple(Culprit(character, PLAIN.get(character)) for character in strange)
    return SmsSegments(_packed(sizes, 70, 67), UCS_2, sum(sizes), culprits)


def _parts(length: int, alone: int, each: int) -> int:
    return -(-length // each) if length > alone else 1 if length else 0


def _packed(sizes: list[int], alone: int, each: int) -> int:
    """The SMS segments of characters of these sizes, none of which is parted."""
    whole = sum(sizes)
    if whole <= alone or whole == len(sizes):
        return _parts(whole, alone, each)
    segments, room = 1, each
    for size in sizes:
        if size > room:
            segments, room = segments + 1, each
        room -= size
    return segments
