"""The small phrase language of the gate's tables, compiled to bounded regular expressions.

    stop texting|messaging me       a bar chooses between words
    (take off|get me off)           a bar in brackets chooses between phrases
    (told|asked you | ask you) to   with wide bars in the brackets, the narrow ones choose between words
    remove [all of|any of] this     square brackets may be left out
    {sending}                       one phrase of a named list of the same table
    stop ~2 texts                   a gap of up to two words, never across a comma
    ^ stop $                        the start and the end of a clause, polite words (the fillers) apart
    STOP                            a keyword in capitals was shouted: capitals among small letters

Every repetition in a compiled expression is bounded, so that the time it takes grows with the length
of the text and not faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

_LEXEME = re.compile(r" \| |[\[\]()|^$]|~\d|\{[\w-]+\}|[^\s\[\]()|^$~{}]+")
_OPENING_TO_CLOSING = {"[": "]", "(": ")"}
_MOST_FILLERS = 6


class PhraseError(ValueError):
    """A phrase of a table does not follow the phrase language."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One compiled phrase. `cues`: every text that matches holds at least one of these words."""

    regex: re.Pattern[str]
    cues: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a phrase: its expression, and the words of which one must be there (None: optional)."""

    expression: str
    cues: frozenset[str] | None


class PhraseBook:
    """Compiles the phrases of one table, which share named lists and filler words.

    `spell` brings a word of the table into the form that it has in a folded text; it may give none
    (a word that folding drops) or several. `frequent` words are not worth looking a phrase up by.
    """

    def __init__(
        self,
        lists: Mapping[str, Sequence[str]],
        fillers: Iterable[str],
        spell: Callable[[str], list[str]],
        frequent: Iterable[str] = (),
    ) -> None:
        self._lists = lists
        self._frequent = frozenset(frequent)
        self._spell = spell
        self._named: dict[str, _Piece] = {}
        words = sorted({" ".join(spell(filler)) for filler in fillers} - {""})
        filler = f"(?:(?:{'|'.join(map(re.escape, words))}) ){{0,{_MOST_FILLERS}}}" if words else ""
        self._start = rf"(?:(?<=\A )|(?<=, )){filler}"
        self._end = rf"{filler}(?=, |\Z)"

    def compile(self, phrase: str, *, alone: bool = False) -> Phrase:
        """The phrase as an expression over one folded sentence. Raises PhraseError.

        `alone`: it must be a whole clause, as if written between ^ and $.
        """
        piece = self._sequence(phrase)
        if alone:
            piece = _Piece(f"{self._start}(?:{piece.expression}){self._end}", piece.cues)
        if not piece.cues:
            raise PhraseError(f"nothing in this phrase must be there: {phrase!r}")
        return Phrase(re.compile(rf"(?<= ){piece.expression}"), piece.cues)

    def either(self, phrases: Iterable[str]) -> re.Pattern[str] | None:
        """One expression for any of the phrases, None for no phrases. Raises PhraseError."""
        expressions = [self._sequence(phrase).expression for phrase in phrases]
        return re.compile(rf"(?<= )(?:{'|'.join(expressions)})") if expressions else None

    def _sequence(self, phrase: str) -> _Piece:
        lexemes = _LEXEME.findall(phrase)
        piece, rest = self._alternatives(lexemes, 0, None)
        if rest != len(lexemes):
            raise PhraseError(f"brackets do not match: {phrase!r}")
        return piece

    def _alternatives(self, lexemes: list[str], at: int, closing: str | None) -> tuple[_Piece, int]:
        options: list[_Piece] = []
        pieces: list[_Piece] = []
        loosest = "|" if closing and not _has_wide_bar(lexemes, at) else " | "
        while at < len(lexemes) and lexemes[at] != closing:
            if lexemes[at] == loosest:
                options.append(self._joined(pieces))
                pieces, at = [], at + 1
                continue
            piece, at = self._item(lexemes, at)
            choice = [piece]
            while at < len(lexemes) and lexemes[at] == "|" != loosest:
                piece, at = self._item(lexemes, at + 1)
                choice.append(piece)
            pieces.append(_either(choice))
        if closing is not None:
            if at == len(lexemes):
                raise PhraseError(f"{closing} is missing: {' '.join(lexemes)!r}")
            at += 1
        options.append(self._joined(pieces))
        return _either(options), at

    def _item(self, lexemes: list[str], at: int) -> tuple[_Piece, int]:
        if at >= len(lexemes):
            raise PhraseError(f"ends too early: {' '.join(lexemes)!r}")
        lexeme = lexemes[at]
        if lexeme in _OPENING_TO_CLOSING:
            piece, at = self._alternatives(lexemes, at + 1, _OPENING_TO_CLOSING[lexeme])
            return (_Piece(f"(?:{piece.expression})?", None) if lexeme == "[" else piece), at
        at += 1
        if lexeme == "^":
            return _Piece(self._start, None), at
        if lexeme == "$":
            return _Piece(self._end, None), at
        if lexeme.startswith("~"):
            return _Piece(rf"(?:[^ ,]+ ){{0,{lexeme[1:]}}}", None), at
        if lexeme.startswith("{"):
            return self._list(lexeme[1:-1]), at
        if lexeme in "]|)":
            raise PhraseError(f"{lexeme} stands alone: {' '.join(lexemes)!r}")
        return self._word(lexeme), at

    def _list(self, name: str) -> _Piece:
        if name not in self._named:
            if name not in self._lists:
                raise PhraseError(f"there is no list {name!r}")
            self._named[name] = _either([self._sequence(phrase) for phrase in self._lists[name]])
        return self._named[name]

    def _word(self, word: str) -> _Piece:
        if word.isupper() and word.isalpha() and word.isascii():
            return _Piece(f"{word} ", frozenset({word}))
        spelt = self._spell(word)
        if not spelt:
            raise PhraseError(f"{word!r} never reaches the tables: folding drops it")
        return self._joined([_Piece(_cased(part), frozenset({part})) for part in spelt])

    def _joined(self, pieces: list[_Piece]) -> _Piece:
        known = [piece.cues for piece in pieces if piece.cues]
        cues = min(known, key=lambda cues: (len(cues & self._frequent), len(cues)), default=None)
        return _Piece("".join(piece.expression for piece in pieces), cues)


def _cased(word: str) -> str:
    return f"(?i:{re.escape(word)}) " if word in SHOUTABLE else f"{re.escape(word)} "


def _has_wide_bar(lexemes: list[str], at: int) -> bool:
    """Whether the bracket that opened before `at` has a bar with spaces of its own."""
    depth = 0
    for lexeme in lexemes[at:]:
        depth += (lexeme in _OPENING_TO_CLOSING) - (lexeme in _OPENING_TO_CLOSING.values())
        if depth < 0 or (depth == 0 and lexeme == " | "):
            return depth == 0
    return False


# Carrier keywords whose capitals mean something in a text of small letters: "I'm busy STOP".
SHOUTABLE = frozenset({"stop", "unsubscribe", "quit", "remove", "cancel"})


def _either(pieces: list[_Piece]) -> _Piece:
    if len(pieces) == 1:
        return pieces[0]
    cues: frozenset[str] | None = frozenset()
    for piece in pieces:
        cues = None if cues is None or piece.cues is None else cues | piece.cues
    return _Piece(f"(?:{'|'.join(piece.expression for piece in pieces)})", cues)
