"""SMS segments, counted as the provider bills them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.words.plain import PLAIN, plain
from actions.words.sms_segments import BASIC, EXTENSION, Culprit, count
from bot.simulator import segments as carrier


@pytest.mark.parametrize(
    ("text", "segments", "encoding", "characters"),
    [
        ("", 0, "GSM-7", 0),
        ("a", 1, "GSM-7", 1),
        ("a" * 160, 1, "GSM-7", 160),
        ("a" * 161, 2, "GSM-7", 161),
        ("a" * 306, 2, "GSM-7", 306),
        ("a" * 307, 3, "GSM-7", 307),
        ("{" * 80, 1, "GSM-7", 160),
        ("{" * 81, 2, "GSM-7", 162),
        ("a" * 152 + "{" + "a" * 10, 2, "GSM-7", 164),
        ("\u20ac" * 80, 1, "GSM-7", 160),
        ("a" * 152 + "{" + "a" * 152, 3, "GSM-7", 306),
        ("a" * 151 + "{" + "a" * 153, 2, "GSM-7", 306),
        ("\u2019" + "a" * 69, 1, "UCS-2", 70),
        ("\u2019" + "a" * 70, 2, "UCS-2", 71),
        ("\u2019" + "a" * 133, 2, "UCS-2", 134),
        ("\u2019" + "a" * 134, 3, "UCS-2", 135),
        ("\U0001f389" * 35, 1, "UCS-2", 70),
        ("\U0001f389" * 36, 2, "UCS-2", 72),
        ("a" * 66 + "\U0001f389" + "a" * 66, 3, "UCS-2", 134),
        ("\u00e9\u00e8\u00f1\u00fc\u00df", 1, "GSM-7", 5),
        ("\u0141", 1, "UCS-2", 1),
        ("line\nbreak", 1, "GSM-7", 10),
        ("\u00e7", 1, "UCS-2", 1),
        ("\u00c7", 1, "GSM-7", 1),
    ],
)
def test_a_text_is_counted(text: str, segments: int, encoding: str, characters: int) -> None:
    counted = count(text)
    assert (counted.segments, counted.encoding, counted.characters) == (segments, encoding, characters)


def test_the_alphabet_is_the_whole_of_it() -> None:
    assert len(set(BASIC)) == len(BASIC) == 127, "128 places, one of them the escape"
    assert len(set(EXTENSION)) == len(EXTENSION) == 10
    assert count(BASIC + EXTENSION).encoding == "GSM-7"


def test_the_culprits_are_named_with_what_says_the_same() -> None:
    counted = count("It\u2019s a \u201cparty\u201d \U0001f389 \u2019")
    assert counted.culprits == (
        Culprit("\u2019", "'"),
        Culprit("\u201c", '"'),
        Culprit("\u201d", '"'),
        Culprit("\U0001f389", None),
    )
    assert count("plain").culprits == ()


def test_a_plain_text_has_no_typographic_culprits() -> None:
    typographic = "\u2018a\u2019 \u201cb\u201d \u2013 \u2014 \u2026\u00a0\u202fx\u200by\r\nz\u2028"
    assert plain(typographic) == "'a' \"b\" - - ...  xy\nz\n"
    assert count(plain(typographic)).encoding == "GSM-7"
    assert (
        plain("Zo\u00eb \u0141 \u674e \U0001f468\u200d\U0001f469")
        == "Zo\u00eb \u0141 \u674e \U0001f468\u200d\U0001f469"
    )


def test_what_is_put_in_place_is_plain_itself() -> None:
    for old, new in PLAIN.items():
        assert plain(new) == new, repr(old)
        assert count(new).encoding == "GSM-7"


RUNS = st.tuples(st.sampled_from("a{\u20ac\u2019\U0001f389\u00e9\n"), st.integers(1, 170))


@settings(max_examples=50, deadline=None)
@given(st.lists(RUNS, min_size=1, max_size=4))
def test_it_is_what_the_carrier_counts(runs: list[tuple[str, int]]) -> None:
    text = "".join(character * times for character, times in runs)
    assert count(text).segments == carrier.count(text)
