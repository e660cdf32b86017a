"""Segments as carriers count them."""

from __future__ import annotations

import pytest

from bot.simulator import segments


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("’", 1),
        ("’" + "a" * 69, 1),
        ("’" + "a" * 70, 2),
        ("’" + "a" * 133, 2),
        ("’" + "a" * 134, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_takes_as_many_segments_as_on_the_air(body: str, expected: int) -> None:
    assert segments.count(body) == expected


def test_a_character_of_two_places_is_not_split_between_segments() -> None:
    # 152 + 2 does not fit into 153, so the pair moves on and the second segment is one longer
    assert segments.count("a" * 152 + "€" + "a" * 151) == 2
    assert segments.count("a" * 152 + "€" + "a" * 152) == 3
