"""Brings a stranger's text into the plain form that the gate's tables are matched against.

A folded sentence is " word word , word ": lower case, no accents, no apostrophes, one space around each
word, a comma between clauses. What only looks different (full-width letters, invisible characters,
"S.T.O.P", "stooop", "stpo") becomes the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from nlu.gate.phrases import SHOUTABLE

# Providers cut at 1600 characters; what lies behind this can only be hostile.
MOST_CHARACTERS = 4000

# What a phone sends when somebody taps on one of our texts: the quotation is ours, not theirs.
_TAPBACK = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? [\w ]{1,24} from"
    r"|reacted .{1,24} to|reacted to|le gust[oó]|le encant[oó]|a aimé|a adoré)\s*[\"“”«]",
    re.IGNORECASE,
)
_QUOTED_LINE = re.compile(r"^\s{0,8}>[^\n]*", re.MULTILINE)
_LINK = re.compile(r"(?:https?://|www\.)\S{1,2000}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}", re.IGNORECASE)
_PLAIN_MARKS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "…": ".."})
_SPACED_OUT = re.compile(r"(?<![^\W_'])[^\W\d_](?:[ .\-*_]{1,2}[^\W\d_]){2,11}(?![^\W_'])")
_DASH = r"\s[-–—]+\s|[–—]|--+"
_SIGNS = "🖕🚑🆘🛑✋🚫⛔🤚🔕"
_LAUGHTER = "💀😂🤣😭😆😹"
_LEXEME = re.compile(
    rf"[^\W_][\w*]*|\.\.+|[.!?;\n]|{_DASH}|[,:()\[\]]|/(?!\d)|#(?!\w)|[{_SIGNS}{_LAUGHTER}🩸]"
)
_RUN = re.compile(r"(.)\1{2,}")
_REPEAT = re.compile(r"(.)\1+")
_SENTENCE_ENDS = frozenset(".!?;\n")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in plain form. `lone` is its only clause, where there is just one beside polite words."""

    sentences: tuple[str, ...]
    lone: str | None

    @property
    def whole(self) -> str:
        """All sentences as one, commas between them."""
        return " " + ", ".join(sentence[1:] for sentence in self.sentences)


class Folder:
    """Folds texts with one spelling table.

    `spelling` maps a variant to its plain form ("plz" -> "please"), `dropped` are words that carry
    nothing anywhere ("please", swear words), `spaced` the keywords that people space out ("s t o p"),
    `fillers` those that make no clause of their own ("thanks"); `near` are long words of which every
    misspelling within that many letters counts.
    """

    def __init__(
        self,
        spelling: Mapping[str, str],
        dropped: Iterable[str],
        spaced: Iterable[str],
        fillers: Iterable[str],
        near: Mapping[str, int],
    ) -> None:
        self._spelling = {variant: tuple(plain.split()) for variant, plain in spelling.items()}
        self._dropped = frozenset(dropped)
        self._spaced = frozenset(spaced)
        self._known = set(self._spelling) | self._dropped | {w for p in self._spelling.values() for w in p}
        self._near = tuple(near.items())
        self._fillers = frozenset(word for filler in fillers for word in self.spell(filler))

    def learn(self, words: Iterable[str]) -> None:
        """Makes words of the tables known, so that drawn-out letters are shortened to them."""
        self._known.update(words)

    def spell(self, word: str) -> list[str]:
        """One word (or run of characters without spaces) in plain form; several or none are possible."""
        plain = _plain(word).lower().replace("'", "")
        return [part for lexeme in _LEXEME.findall(plain) for part in self._word(lexeme.rstrip("*_"))]

    def fold(self, text: str) -> Folded:
        """The whole text in plain form. Nothing is left of tapbacks, quoted lines and links."""
        text = text[:MOST_CHARACTERS]
        if _TAPBACK.match(text):
            return Folded((), None)
        if ">" in text:
            text = _QUOTED_LINE.sub("", text)
        text = _SPACED_OUT.sub(self._close_up, _plain(_LINK.sub(" ", text))).replace("'", "")
        shouting = text.isupper() or not any(word in text for word in _SHOUTED)
        sentences: list[str] = []
        clauses: list[list[str]] = [[]]
        for lexeme in _LEXEME.findall(text.lower() if shouting else text):
            if lexeme[0].isalnum() or lexeme in _SYMBOLS:
                if shouting or lexeme not in _SHOUTED:
                    clauses[-1].extend(self._word(lexeme.lower().rstrip("*_")))
                else:
                    clauses[-1].append(lexeme)
            elif lexeme in _SENTENCE_ENDS:
                _close(clauses, sentences)
                clauses = [[]]
            elif clauses[-1]:
                clauses.append([])
        _close(clauses, sentences)
        return Folded(tuple(sentences), self._lone(sentences))

    def _word(self, word: str) -> tuple[str, ...]:
        if word in _SYMBOLS:
            return (_SYMBOLS[word],)
        if _RUN.search(word):
            word = self._shorten(word)
        plain = self._spelling.get(word)
        if plain is None:
            plain = (next((near for near, most in self._near if _is_near(word, near, most)), word),)
        return () if plain[0] in self._dropped else plain

    def _shorten(self, word: str) -> str:
        attempts = (_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word), _REPEAT.sub(r"\1", word))
        return next((attempt for attempt in attempts if attempt in self._known), attempts[0])

    def _close_up(self, spaced: re.Match[str]) -> str:
        letters = "".join(character for character in spaced[0] if character.isalpha())
        return letters if letters.lower() in self._spaced else spaced[0]

    def _lone(self, sentences: list[str]) -> str | None:
        clauses = [clause.split() for sentence in sentences for clause in sentence.split(",")]
        said = [words for words in clauses if not self._fillers.issuperset(words)]
        return f" {' '.join(said[0])} " if len(said) == 1 else None


# Stop signs stand for themselves, laughter for one word, "#" for a number.
_SYMBOLS = {sign: sign for sign in _SIGNS} | dict.fromkeys(_LAUGHTER, "lol")
_SYMBOLS |= {"#": "number", "🩸": "bleeding"}
_SHOUTED = frozenset(word.upper() for word in SHOUTABLE)


def _plain(text: str) -> str:
    """Compatibility forms, accents, invisible characters and typographic marks taken away."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_PLAIN_MARKS))
    return "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf", "Me"))


def _is_near(word: str, target: str, most: int) -> bool:
    """Whether `word` becomes `target` by at most so many letters left out, added, changed or swapped."""
    if word[:1] != target[:1] or abs(len(word) - len(target)) > most:
        return False
    before: list[int] = []
    row = list(range(len(target) + 1))
    for i, letter in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(target, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == target[j - 2] and word[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1] <= most


def _close(clauses: list[list[str]], sentences: list[str]) -> None:
    """Ends a sentence; a word said several times in a row ("stop stop stop") is said once."""
    said = [" ".join(word for word, _ in groupby(words)) for words in clauses if words]
    if said:
        sentences.append(f" {' , '.join(said)} ")
