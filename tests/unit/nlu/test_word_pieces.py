"""The word pieces of the embedding model, over a small vocabulary of our own."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "how",
    "much",
    "clean",
    "##ing",
    "##s",
    "?",
    "cafe",
    "12",
    ":",
    "30",
]


def _module() -> Any:
    """The module by its path: nlu/model is no package of the service."""
    path = ROOT / "nlu" / "model" / "components" / "word_pieces.py"
    spec = importlib.util.spec_from_file_location("word_pieces", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MODULE = _module()


@pytest.fixture
def pieces(tmp_path: Path) -> Any:
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    return MODULE.WordPieces(path)


def named(pieces: Any, text: str, most: int = 50) -> list[str]:
    return [PIECES[number] for number in pieces.numbers(text, most)]


def test_an_unknown_word_is_cut_into_the_longest_parts_that_are_known(pieces: Any) -> None:
    assert named(pieces, "Cleanings") == ["[CLS]", "clean", "##ing", "##s", "[SEP]"]


def test_a_word_without_known_parts_is_one_unknown_piece(pieces: Any) -> None:
    assert named(pieces, "how xyz") == ["[CLS]", "how", "[UNK]", "[SEP]"]
    assert named(pieces, "z" * 200) == ["[CLS]", "[UNK]", "[SEP]"]


def test_signs_stand_alone_and_accents_and_case_fall_away(pieces: Any) -> None:
    assert named(pieces, "HOW much?12:30 Café") == [
        "[CLS]", "how", "much", "?", "12", ":", "30", "cafe", "[SEP]",
    ]  # fmt: skip


def test_a_long_text_is_cut_but_keeps_its_last_mark(pieces: Any) -> None:
    assert named(pieces, "how " * 100, most=5) == ["[CLS]", "how", "how", "how", "[SEP]"]


@pytest.mark.parametrize("text", ["", "\x00", "\ufffd", "\u200d", " \n\t"])
def test_a_text_of_nothing_has_the_two_marks_alone(pieces: Any, text: str) -> None:
    assert named(pieces, text) == ["[CLS]", "[SEP]"]


def test_chinese_signs_and_emoji_stand_alone() -> None:
    assert MODULE.words("好的 ok👍") == ["好", "的", "ok👍"]
