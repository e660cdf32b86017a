"""How many segments a text takes on the air, as carriers count them (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
"""Characters of the extension table: an escape goes before each, so it takes two places."""


def count(body: str) -> int:
    """The number of segments of `body`, at least 1.

    GSM-7 fits 160 places alone and 153 joined; a single character outside of it turns the whole text to
    UCS-2, with 70 and 67. A character of two places is never split between segments.
    """
    if all(char in _BASIC or char in _EXTENDED for char in body):
        return _fit([2 if char in _EXTENDED else 1 for char in body], 160, 153)
    return _fit([len(char.encode("utf-16-be")) // 2 for char in body], 70, 67)


def _fit(widths: list[int], alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > joined:
            segments, used = segments + 1, 0
        used += width
    return segments
