"""Looks for what must never stand in a log: numbers, names, addresses, texts, tokens and keys, in files.

What was found is named by kind, file and line, and never repeated.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

SHORTEST = 8
"""Texts below so many characters ("2", "STOP") stand everywhere and prove nothing."""

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().\-/]{1,3}(?=\d)")


@dataclass(frozen=True, slots=True)
class Found:
    """A planted value in a log."""

    kind: str
    file: str
    line: int


class Planted:
    """The values to look for, by kind. Spellings that a program might make of them are looked for too."""

    def __init__(self) -> None:
        self._words: defaultdict[str, str] = defaultdict(str)
        self._numbers: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._words) + len(self._numbers)

    def add_numbers(self, kind: str, numbers: Iterable[str]) -> None:
        """Numbers in E.164: found with and without + and country code, with any usual punctuation."""
        for number in numbers:
            national = number.removeprefix("+1") if number.startswith("+1") else number.removeprefix("+")
            self._numbers[national] = kind

    def add_words(self, kind: str, words: Iterable[str]) -> None:
        """Names, e-mail addresses, texts: found in any case, and as they stand in addresses."""
        for word in words:
            text = " ".join(word.split()).casefold()
            if len(text) >= SHORTEST or (len(text) > 4 and " " not in text and kind != "text"):
                for spelling in (text, quote(text).casefold(), quote_plus(text).casefold()):
                    self._words[spelling] = kind

    def add_secrets(self, secrets: Mapping[str, str], account: str = "") -> None:
        """Secrets by what they are; with an account's id also as basic authorisation carries them."""
        for kind, secret in secrets.items():
            self._words[secret.casefold()] = kind
            self._words[quote(secret, safe="").casefold()] = kind
            if account:
                pair = base64.b64encode(f"{account}:{secret}".encode()).decode()
                self._words[pair.casefold()] = f"{kind} as basic authorisation"

    def search(self, files: Iterable[Path]) -> list[Found]:
        """Where any planted value stands in these files."""
        found: list[Found] = []
        for path in files:
            whole = path.read_text("utf-8", "replace").casefold()
            flat = re.sub(r"[ \t]+", " ", whole).replace("\\n", " ")
            joined = _BETWEEN_DIGITS.sub("", whole)
            for word, kind in self._words.items():
                if word in flat:
                    found += _places(kind, path, flat, word)
            for digits, kind in self._numbers.items():
                if digits in joined:
                    found += _places(kind, path, joined, digits)
        return found


def _places(kind: str, path: Path, text: str, value: str) -> list[Found]:
    lines = enumerate(text.splitlines(), start=1)
    places = [Found(kind, path.name, number) for number, line in lines if value in line]
    return places or [Found(kind, path.name, 0)]
