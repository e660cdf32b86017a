"""The phrase language of the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlu.gate import FOLDER
from nlu.gate.phrases import PhraseBook, PhraseError
from nlu.gate.table import Table, TableError

LISTS = {"fruit": ["apple|pear", "star fruit"]}


def book() -> PhraseBook:
    return PhraseBook(LISTS, ["thanks"], str.split)


def takes(phrase: str, text: str) -> bool:
    return bool(book().compile(phrase).regex.search(f" {text} "))


@pytest.mark.parametrize(
    ("phrase", "taken", "left"),
    [
        ("eat|cook it", ["eat it", "cook it now"], ["eat", "reheat it", "eat its"]),
        ("(give up|stop) it", ["give up it", "stop it"], ["give it", "up it"]),
        ("(he|she ate | they) it", ["he ate it", "she ate it", "they it"], ["he it"]),
        ("eat [all of|any of] it", ["eat it", "eat any of it"], ["eat all it"]),
        ("eat {fruit}", ["eat pear", "eat star fruit"], ["eat star"]),
        ("eat ~2 it", ["eat it", "eat all of it"], ["eat a bit of it", "eat , it"]),
        ("^ stop $", ["stop", "thanks stop thanks", "well , stop , ok"], ["i stop", "stop by"]),
        ("STOP", ["do STOP"], ["do stop"]),
    ],
)
def test_a_phrase_takes_what_it_says_and_no_more(phrase: str, taken: list[str], left: list[str]) -> None:
    assert [text for text in taken if not takes(phrase, text)] == []
    assert [text for text in left if takes(phrase, text)] == []


def test_every_text_that_a_phrase_takes_holds_one_of_its_cues() -> None:
    assert book().compile("[well] eat|cook all {fruit}").cues == {"all"}
    assert book().compile("[well] eat|cook {fruit}").cues == {"eat", "cook"}
    assert book().compile("(stop|go away) now").cues == {"now"}


@pytest.mark.parametrize("phrase", ["(stop", "stop)", "[stop]", "{veg}", "stop |", "~3", "^ $"])
def test_a_phrase_that_is_not_well_formed_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        book().compile(phrase)


def test_a_word_that_folding_drops_is_refused_in_a_phrase() -> None:
    with pytest.raises(PhraseError, match="please"):
        PhraseBook({}, [], FOLDER.spell).compile("please stop")


def test_a_table_that_cannot_be_read_names_its_file_and_row(tmp_path: Path) -> None:
    table = tmp_path / "rules.toml"
    table.write_text('ranking = ["certain"]\n[[row]]\nid = "odd"\nverdict = "maybe"\nsay = ["x"]\n')
    with pytest.raises(TableError, match=re.escape("rules.toml, row 'odd'")):
        Table(table, FOLDER, [], [])
