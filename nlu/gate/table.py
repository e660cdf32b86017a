"""A table of the gate: rows of phrases with a verdict, read from a TOML file and looked up by word."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu.gate.folding import Folded, Folder
from nlu.gate.phrases import Phrase, PhraseBook, PhraseError

_PLACES = ("message", "clause", "anywhere")


class TableError(ValueError):
    """A table of the gate cannot be read; the message names the file and the row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One rule. `takes` are texts that it matches, `leaves` near ones that it must not."""

    id: str
    verdict: str
    where: str
    source: str
    takes: tuple[str, ...]
    leaves: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    unless: re.Pattern[str] | None
    unless_text: re.Pattern[str] | None

    def matches(self, folded: Folded) -> bool:
        """Whether this row alone takes the text."""
        stretches = folded.sentences if self.where != "message" else (folded.lone,) if folded.lone else ()
        return any(
            phrase.regex.search(stretch) and self.stands(stretch, folded)
            for stretch in stretches
            for phrase in self.phrases
        )

    def stands(self, stretch: str, folded: Folded) -> bool:
        """Whether none of the row's exceptions applies to the sentence, or to the text around it."""
        if self.unless is not None and self.unless.search(stretch):
            return False
        return self.unless_text is None or not self.unless_text.search(folded.whole)


class Table:
    """The rows of one file. Of several that match, the gravest verdict wins, then the first in the file.

    Each row is looked up by words of which one must be there, so that an ordinary text meets few
    expressions.
    """

    def __init__(self, path: Path, folder: Folder, fillers: list[str], frequent: list[str]) -> None:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        self.ranking: tuple[str, ...] = tuple(content["ranking"])
        self.rows: tuple[Row, ...] = ()
        book = PhraseBook(content.get("lists", {}), fillers, folder.spell, frequent)
        for entry in content["row"]:
            try:
                self.rows += (_row(entry, book, self.ranking),)
            except (PhraseError, KeyError) as error:
                raise TableError(f"{path.name}, row {entry.get('id')!r}: {error}") from error
        self._anywhere: dict[str, list[tuple[int, Row, Phrase]]] = defaultdict(list)
        self._message: dict[str, list[tuple[int, Row, Phrase]]] = defaultdict(list)
        for row in sorted(self.rows, key=lambda row: self.ranking.index(row.verdict)):
            index = self._message if row.where == "message" else self._anywhere
            for phrase in row.phrases:
                for cue in phrase.cues:
                    index[cue].append((self.ranking.index(row.verdict), row, phrase))
        folder.learn(cue for cues in (self._anywhere, self._message) for cue in cues)

    def find(self, folded: Folded) -> Row | None:
        """The row that decides about this text, None where no row takes it."""
        best: Row | None = None
        limit = len(self.ranking)
        stretches = [(sentence, self._anywhere) for sentence in folded.sentences]
        if folded.lone:
            stretches.append((folded.lone, self._message))
        for stretch, index in stretches:
            words = set(stretch.split())
            for word in words | {word.lower() for word in words if word.isupper()}:
                for rank, row, phrase in index.get(word, ()):
                    if rank < limit and phrase.regex.search(stretch) and row.stands(stretch, folded):
                        best, limit = row, rank
            if limit == 0:
                break
        return best


def _row(entry: dict[str, Any], book: PhraseBook, ranking: tuple[str, ...]) -> Row:
    where = entry.get("where", "anywhere")
    if where not in _PLACES or entry["verdict"] not in ranking:
        raise PhraseError(f"unknown place {where!r} or verdict {entry['verdict']!r}")
    return Row(
        id=entry["id"],
        verdict=entry["verdict"],
        where=where,
        source=entry["source"],
        takes=tuple(entry["takes"]),
        leaves=tuple(entry.get("leaves", ())),
        phrases=tuple(book.compile(say, alone=where != "anywhere") for say in entry["say"]),
        unless=book.either(entry.get("unless", ())),
        unless_text=book.either(entry.get("unless_text", ())),
    )
