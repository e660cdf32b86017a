"""The rule gate over whole lists of texts: nothing that asks for silence or help is missed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nlu.gate import EMERGENCIES, FOLDER, OPT_OUTS, check, keyword
from nlu.gate.table import Row
from nlu.understanding import Gated

HERE = Path(__file__).parent
ROWS = [*OPT_OUTS.rows, *EMERGENCIES.rows]


def texts(name: str) -> list[str]:
    """One text a line; a line break inside a text is written as \\n."""
    lines = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line]


def test_no_opt_out_of_the_list_is_missed() -> None:
    listed = texts("optouts")
    assert len(listed) >= 300
    assert [text for text in listed if check(text).opt_out != "certain"] == []


def test_no_false_friend_of_the_list_is_taken_for_an_opt_out_or_doubted() -> None:
    listed = texts("optout_false_friends")
    assert len(listed) >= 300
    assert [text for text in listed if check(text).opt_out] == []


def test_what_may_be_an_opt_out_is_doubtful_and_not_certain() -> None:
    assert [text for text in texts("doubtful") if check(text).opt_out != "doubtful"] == []


def test_no_emergency_of_the_list_is_missed_and_each_has_its_level() -> None:
    listed = [line.split("|", 1) for line in texts("emergencies")]
    assert len(listed) >= 150
    assert [text for level, text in listed if check(text).emergency != level] == []


def test_at_most_two_false_friends_of_emergencies_are_taken_for_danger() -> None:
    listed = texts("emergency_false_friends")
    assert len(listed) >= 150
    taken = [text for text in listed if check(text).emergency in ("life", "self_harm")]
    assert len(taken) <= 2, taken


def test_emergency_talk_is_never_taken_for_an_opt_out() -> None:
    assert [text for text in texts("emergency_false_friends") if check(text).opt_out] == []


def test_pain_and_broken_teeth_are_urgent() -> None:
    assert [text for text in texts("urgent") if check(text).emergency != "urgent"] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_takes_its_examples_and_leaves_its_counter_examples(row: Row) -> None:
    assert row.takes
    assert row.source
    assert [text for text in row.takes if not row.matches(FOLDER.fold(text))] == []
    assert [text for text in row.leaves if row.matches(FOLDER.fold(text))] == []


def test_row_ids_are_unique() -> None:
    ids = [row.id for row in ROWS]
    assert len(ids) == len(set(ids))


def test_an_opt_out_and_an_emergency_in_one_text_are_both_reported() -> None:
    gated = check("Stop texting me, my dad can't breathe!")
    assert gated == Gated(opt_out="certain", emergency="life", rule="stop-texting+breathing")


def test_a_wish_to_die_outranks_danger_to_life() -> None:
    assert check("I took too many pills. I want to die.").emergency == "self_harm"


def test_the_rule_that_decided_is_named() -> None:
    assert check("STOP").rule == "carrier-keyword"
    assert check("take me off your list").rule == "remove-me"
    assert check("see you thursday").rule is None


@pytest.mark.parametrize(
    "text",
    [
        "Liked “Hi Sam, it's Example Dental. Reply STOP to opt out”",
        'Reacted 👍 to "Text STOP to end"',
        "> Reply STOP to opt out\nwhat time do you open?",
        "see https://example.com/stop.",
    ],
)
def test_our_own_words_sent_back_are_not_theirs(text: str) -> None:
    assert not check(text)


@pytest.mark.parametrize("text", ["", " ", "\n", "👍", "🙂🙂", "\u200b", "...", '"', "a" * 1600])
def test_empty_and_odd_texts_are_let_through(text: str) -> None:
    assert check(text) == Gated()


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("STOP", "stop"),
        (" stop\n", "stop"),
        ("OptOut", "stop"),
        ("START", "start"),
        ("unstop", "start"),
        ("HELP", "help"),
        ("Info", "help"),
        ("YES", None),
        ("STOP PLEASE!", None),
        ("stop!", None),
        ("help me", None),
        ("", None),
    ],
)
def test_carrier_keywords_are_whole_texts_in_any_case(text: str, meaning: str | None) -> None:
    assert keyword(text) == meaning


HOSTILE = [
    "stop " * 320,
    "stop texting " * 123,
    "please " * 228,
    "thanks " * 228 + "stop",
    "do not " * 228,
    "s t o p " * 200,
    "s.t" * 533,
    "i cant " * 228,
    "i dont want to " * 106,
    "to be removed from the list " * 57,
    "no he is the my a of in " * 66,
    "my tooth pain swelling bleeding wont stop " * 38,
    "o" * 1600,
    "unsubscrib " * 145,
    "a@" * 800,
    "http://" * 228,
    ">" * 1600,
    "\u0301" * 1600,
    "🛑" * 1600,
    ", " * 800,
    ".\n" * 800,
    "(" * 1600,
    "-- - " * 320,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_a_hostile_text_keeps_no_webhook_waiting(text: str) -> None:
    began = time.perf_counter()
    check(text[:1600])
    assert time.perf_counter() - began < 1.0  # some 3 ms; an exponential regex would take for ever


def test_texts_longer_than_a_provider_sends_are_bounded() -> None:
    began = time.perf_counter()
    check("i dont want to stop texting " * 100_000)
    assert time.perf_counter() - began < 0.5


def test_a_text_made_of_nothing_but_the_words_of_the_tables_is_bounded() -> None:
    said = (
        " ".join(text for row in ROWS for text in (*row.takes, *row.leaves))
        .replace(".", " ")
        .replace(",", " ")
    )
    for start in range(0, len(said), 1600):
        began = time.perf_counter()
        check(said[start : start + 1600])
        assert time.perf_counter() - began < 1.0
