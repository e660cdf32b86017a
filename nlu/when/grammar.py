"""The small engine: rules with a pattern over tokens, applied until nothing more can be reduced.

A pattern is a row of elements: `at|on` one of these words, `<num>` a token of that kind (handed to the
rule), `(before|after)` one of these words (handed to the rule), and `?` behind any of them for "or not".
A rule returns the meaning, or None where it does not apply after all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from nlu.when.values import Clock, Days, Length, Moment, Ordinal, Said, Value

KINDS: dict[type, str] = {
    Days: "days",
    Clock: "clock",
    Moment: "moment",
    Length: "length",
    Ordinal: "ord",
    int: "num",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a reduced phrase. `text` is the word as spelled out, empty for a phrase."""

    kind: str
    text: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a rule was tried: the tokens around it, and the circumstances."""

    said: Said
    tokens: Sequence[Token]
    begin: int
    end: int

    def before(self, back: int = 1) -> Token:
        """The token so many places before the match; an empty one at the start of the text."""
        place = self.begin - back
        return self.tokens[place] if place >= 0 else NOTHING

    def after(self, ahead: int = 1) -> Token:
        """The token so many places behind the match; an empty one at the end of the text."""
        place = self.end + ahead - 1
        return self.tokens[place] if place < len(self.tokens) else NOTHING

    def text(self, offset: int = 0) -> str:
        """The word at that place of the match; negative offsets count from its end."""
        return self.tokens[self.end + offset if offset < 0 else self.begin + offset].text

    def words(self) -> list[str]:
        """The words of the match; reduced phrases are empty."""
        return [token.text for token in self.tokens[self.begin : self.end]]

    def clause_before(self) -> list[str]:
        """The words of the same clause that come before the match."""
        words: list[str] = []
        for token in reversed(self.tokens[: self.begin]):
            if token.text in CLAUSE_ENDS:
                break
            words.append(token.text)
        return words


NOTHING = Token("end", "")
CLAUSE_ENDS = frozenset(".!?;,\n")

Meaning = Callable[..., Value]
F = TypeVar("F", bound=Meaning)
Element = tuple[str, frozenset[str], bool]  # kind or "", words, handed to the rule


@dataclass(frozen=True, slots=True)
class Rule:
    """One concrete sequence of a pattern, with the function that gives it a meaning."""

    elements: tuple[Element, ...]
    places: tuple[int | None, ...]  # for each argument the element that fills it, None where left out
    meaning: Meaning
    order: int


class Stage:
    """A set of rules that are tried together, the longest match first, then the one written first."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.meanings: list[Meaning] = []
        self._tries: dict[tuple[str, str], tuple[Rule, ...]] = {}
        self._openers: set[str] = set()

    def rule(self, *patterns: str) -> Callable[[F], F]:
        """Register a function as the meaning of these patterns."""

        def register(meaning: F) -> F:
            self.meanings.append(meaning)
            for pattern in patterns:
                self.rules += _sequences(pattern, meaning, len(self.meanings))
            for entry in self.rules:
                self._openers |= entry.elements[0][1]
            return meaning

        return register

    def reduce(self, tokens: list[Token], said: Said) -> list[Token]:
        """The tokens after every rule that applies, from left to right, until none does."""
        tokens = list(tokens)
        place = 0
        while place < len(tokens):
            hit = self._hit(tokens, place, said)
            if hit is None:
                place += 1
                continue
            length, token = hit
            tokens[place : place + length] = [token]
            place = max(0, place - 5)  # the new phrase may complete one that began to the left
        return tokens

    def _hit(self, tokens: list[Token], place: int, said: Said) -> tuple[int, Token] | None:
        token = tokens[place]
        key = (token.kind, token.text if token.text in self._openers else "")
        tries = self._tries.get(key)
        if tries is None:
            fitting = [rule for rule in self.rules if _fits(rule.elements[0], token)]
            tries = tuple(sorted(fitting, key=lambda rule: (-len(rule.elements), rule.order)))
            self._tries[key] = tries
        for rule in tries:
            end = place + len(rule.elements)
            if end > len(tokens) or not all(map(_fits, rule.elements[1:], tokens[place + 1 : end])):
                continue
            arguments = [
                None if at is None else _handed(rule.elements[at], tokens[place + at]) for at in rule.places
            ]
            value = rule.meaning(Spot(said, tokens, place, end), *arguments)
            if value is not None:
                kind = KINDS[type(value)]
                text = "number" if kind == "num" else ""
                return len(rule.elements), Token(kind, text, value)
        return None


def _fits(element: Element, token: Token) -> bool:
    kind, words, _ = element
    return token.kind == kind if kind else token.text in words


def _handed(element: Element, token: Token) -> Value:
    return token.value if element[0] else token.text


def _sequences(pattern: str, meaning: Meaning, order: int) -> list[Rule]:
    choices: list[tuple[Element | None, ...]] = []
    for part in pattern.split():
        optional = part.endswith("?")
        part = part.removesuffix("?")
        element: Element
        if part.startswith("<"):
            element = (part[1:-1], frozenset[str](), True)
        elif part.startswith("("):
            element = ("", frozenset(part[1:-1].split("|")), True)
        else:
            element = ("", frozenset(part.split("|")), False)
        choices.append((element, None) if optional else (element,))
    handed = [column for column, choice in enumerate(choices) if choice[0] and choice[0][2]]
    rules = []
    for chosen in product(*choices):
        elements = tuple(element for element in chosen if element is not None)
        position: dict[int, int] = {}
        for column, taken in enumerate(chosen):
            if taken is not None:
                position[column] = len(position)
        rules.append(Rule(elements, tuple(position.get(column) for column in handed), meaning, order))
    return rules
