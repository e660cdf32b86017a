"""Cuts a text into BERT's word pieces, as the vocabulary of the packaged MiniLM model expects them.

The same pieces as the model's own tokenizer (uncased): accents fall away, every sign stands alone, and a word
that the vocabulary does not know is cut greedily into the longest parts that it does.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100
"""A word of more letters is one unknown piece, as in the model's own tokenizer."""


class WordPieces:
    """The tokenizer over one vocabulary file, a piece a line; safe to share between threads."""

    def __init__(self, vocabulary: Path) -> None:
        """Reads the file; a vocabulary without the special pieces raises KeyError."""
        lines = vocabulary.read_text(encoding="utf-8").splitlines()
        self._number = {piece: number for number, piece in enumerate(lines)}
        self._first, self._last = self._number[FIRST], self._number[LAST]
        self._unknown = self._number[UNKNOWN]
        self._pieces = lru_cache(maxsize=20_000)(self._cut)

    def numbers(self, text: str, most: int) -> list[int]:
        """The numbers of the text's pieces between the two marks, at most `most` in all."""
        found = [number for word in words(text) for number in self._pieces(word)]
        return [self._first, *found[: most - 2], self._last]

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        found, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._number.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)


def words(text: str) -> list[str]:
    """Words and single signs, lower case, without accents and control characters."""
    spaced = []
    for sign in unicodedata.normalize("NFD", _cleaned(text).lower()):
        category = unicodedata.category(sign)
        if category == "Mn":
            continue
        spaced.append(f" {sign} " if _stands_alone(sign, category) else sign)
    return "".join(spaced).split()


def _cleaned(text: str) -> str:
    kept = []
    for sign in text:
        if sign in "\t\n\r":
            kept.append(" ")
        elif sign not in "\x00\ufffd" and not unicodedata.category(sign).startswith("C"):
            kept.append(" " if unicodedata.category(sign) == "Zs" else sign)
    return "".join(kept)


def _stands_alone(sign: str, category: str) -> bool:
    ascii_sign = "!" <= sign <= "~" and not sign.isalnum()
    chinese = "\u3400" <= sign <= "\u9fff" or "\uf900" <= sign <= "\ufaff" or sign >= "\U00020000"
    return ascii_sign or category.startswith("P") or (chinese and category == "Lo")
