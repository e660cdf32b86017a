"""Reads a short, plain answer word by word: which part does each phrase of it play?

The words are data (nlu/plain_words.py). A text with a single word that is not found there has more to say
than a plain answer: it yields None, and the model reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlu.plain_words import NUMBERS, ORDINALS, PHRASES, SPELLING, Part

LONGEST_ANSWER = 12
"""Words. Longer texts are never plain answers, whatever they consist of."""

_TOKEN = re.compile(
    r"\d{1,2}\s?[-–]\s?\d{1,2}\s?(?:[ap]\.?m?\b)?"  # 2-4, 2-4pm
    r"|\d{1,2}(?:[:.]\d{2})?\s?(?:[ap]\.?m\b\.?|[ap]\b)"  # 3pm, 3:30 p.m., 11a
    r"|\d{1,2}[:.]\d{2}|\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{2,4})?"  # 3:30, 3/12
    r"|\d{1,2}\s?ish\b"
    r"|\d{1,2}(?:st|nd|rd|th)\b"
    r"|2moro|2nite|gr8|\d+"
    r"|[^\W\d_]+"
    r"|[^\s\w.,!?;:'\"()*~#…-]"  # an emoji is a word
)
_CLOCK = re.compile(r"\d+\D.*")  # a number with anything to it: 3pm, 3:30, 3/12, 12th, 2-4
_NOISE = re.compile("[\u200d\ufe0e\ufe0f\u2640\u2642]|[\U0001f3fb-\U0001f3ff]")  # skin tones and the like


@dataclass(frozen=True, slots=True)
class Piece:
    """One phrase of an answer: its part, and for a number which one."""

    part: Part
    number: int | None = None
    ordinal: bool = False


def _table() -> dict[tuple[str, ...], Piece]:
    rows: dict[tuple[str, ...], Piece] = {}
    for part, phrases in PHRASES.items():
        for phrase in filter(str.strip, re.split(r"\||\n", phrases)):
            rows.setdefault(tuple(_TOKEN.findall(phrase.strip())), Piece(part))
    rows.update({(word,): Piece("number", number) for word, number in NUMBERS.items()})
    rows.update({(word,): Piece("number", number, ordinal=True) for word, number in ORDINALS.items()})
    return rows


_ROWS = _table()
_LONGEST_PHRASE = max(map(len, _ROWS))
_WORDS = {word for row in _ROWS for word in row}
_ANSWER_WORDS = {
    row[0] for row, piece in _ROWS.items() if len(row) == 1 and piece.part in ("yes", "agree", "no")
}
_CORRECTABLE = sorted(word for word in _WORDS if len(word) >= 5 and word.isascii())


def read_plain(text: str) -> tuple[Piece, ...] | None:
    """The pieces of a plain answer in order; None where the text holds anything else, or nothing."""
    words = _words(text)
    if not words:
        return None
    pieces: list[Piece] = []
    at = 0
    while at < len(words):
        piece, used = _longest(words, at)
        if piece is None:
            return None
        pieces.append(piece)
        at += used
    return tuple(pieces)


def _words(text: str) -> list[str]:
    """The words in the table's spelling; none where the text is too long or holds a word unknown there."""
    plain = _NOISE.sub("", text.lower()).replace("’", "'").replace("'", "")
    found = _TOKEN.findall(plain)
    words: list[str] = []
    for token in found if len(found) <= LONGEST_ANSWER else ():
        word = _spelt(token)
        if word.isalpha() and word not in _WORDS:
            return []
        words += word.split()
    return words


def _longest(words: list[str], at: int) -> tuple[Piece | None, int]:
    for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
        piece = _ROWS.get(tuple(words[at : at + length]))
        if piece:
            return piece, length
    word = words[at]
    if word.isdigit():
        return Piece("number", int(word)), 1
    if _CLOCK.fullmatch(word):
        return Piece("time"), 1
    return None, 0


def _spelt(word: str) -> str:
    """The word as it stands in the table, where it is a drawn-out or mistyped form of one; else as it is."""
    if word in SPELLING:
        return SPELLING[word]
    if word in _WORDS or not word.isalpha():
        return word
    short = re.sub(r"(.)\1+", r"\1", word)  # yesss, nooo, okkk
    if short in _ANSWER_WORDS and (len(word) - len(short) > 1 or word[-1] == word[-2]):
        return short
    if len(word) >= 5:
        close = [known for known in _CORRECTABLE if _one_slip(word, known)]
        if len(close) == 1:
            return close[0]
    return word


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one key too many, too few, wrong, or two swapped turn `meant` into `typed`."""
    if typed[0] != meant[0] or abs(len(typed) - len(meant)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if same is None:
        return True
    rest, wanted = typed[same:], meant[same:]
    swapped = len(rest) > 1 and len(wanted) > 1 and rest[0] == wanted[1] and rest[1] == wanted[0]
    return (
        rest[1:] == wanted[1:]
        or rest[1:] == wanted
        or rest == wanted[1:]
        or (swapped and rest[2:] == wanted[2:])
    )
