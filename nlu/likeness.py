"""How near a question comes to each of the owner's entries by meaning: a number for each, nothing decided.

The vectors come from the model's own server, so that no second model is loaded. Those of the entries are
kept by their wording; an owner may add an entry at any time, and nothing is trained for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from nlu.rasa import Embedding, similarity
from nlu.understanding import UNSURE, Heard, Near, Understanding

ANSWERS = 0.5
"""What nearness to an entry's answer counts beside nearness to its question: "you're by the bus stop?"."""

MOST_KEPT = 4_000
"""Wordings whose vectors are kept; with more, all are asked for anew."""


class Embedder(Protocol):
    """Whatever turns texts into vectors of length one: in service, nlu.rasa.Rasa."""

    def embed(self, texts: Sequence[str]) -> list[Embedding]:
        """The vectors in the order of the texts. Raises ModelUnavailable."""


class Likeness:
    """Measures questions against entries; safe to share between threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: dict[str, Embedding] = {}

    def measured(self, understanding: Understanding, entries: Sequence[tuple[str, str]]) -> Understanding:
        """The understanding, with each question's nearness to the entries (question, answer) noted.

        So are those of what was not understood: it may ask what no training sentence does. Raises
        ModelUnavailable.
        """
        if understanding.rung != "model" or not entries:
            return understanding
        asked = [one for one in understanding.heard if may_ask(one)]
        if not asked:
            return understanding
        vectors = self._vectors([text for entry in entries for text in entry])
        said = self._embedder.embed([one.said or understanding.text for one in asked])
        found = {
            id(one): replace(one, near=_nearest(vector, vectors))
            for one, vector in zip(asked, said, strict=True)
        }
        return replace(understanding, heard=tuple(found.get(id(one), one) for one in understanding.heard))

    def _vectors(self, texts: Sequence[str]) -> list[Embedding]:
        kept = self._kept
        missing = [text for text in dict.fromkeys(texts) if text not in kept]
        if missing:
            fresh = dict(zip(missing, self._embedder.embed(missing), strict=True))
            kept = fresh if len(kept) + len(fresh) > MOST_KEPT else kept | fresh
            self._kept = kept  # replaced whole: another thread may be reading the old one
        return [kept[text] if text in kept else self._embedder.embed([text])[0] for text in texts]


def may_ask(heard: Heard) -> bool:
    """Whether this may be a question that the owner's entries answer."""
    return heard.intent in ("question", "out_of_scope") or heard.confidence < UNSURE


def _nearest(said: Embedding, entries: Sequence[Embedding]) -> tuple[Near, ...]:
    """Question and answer alternate in `entries`. The nearest first."""
    numbers = range(len(entries) // 2)
    like = [
        max(similarity(said, entries[2 * n]), ANSWERS * similarity(said, entries[2 * n + 1])) for n in numbers
    ]
    return tuple(Near(n, like[n]) for n in sorted(numbers, key=lambda n: -like[n]))
