"""First names as lists have them, and as people are greeted."""

from __future__ import annotations

import pytest

from actions.words.greeting import greeting_name, oddness


@pytest.mark.parametrize(
    ("listed", "greeted"),
    [
        ("Sarah", "Sarah"),
        ("SARAH", "Sarah"),
        ("sarah", "Sarah"),
        ("MARY ANN", "Mary Ann"),
        ("JEAN-LUC", "Jean-Luc"),
        ("McKenna", "McKenna"),
        ("DeShawn", "DeShawn"),
        ("JD", "JD"),
        ("Bo", "Bo"),
        ("O\u2019NEIL", "O'Neil"),
        ("Zo\u00eb", "Zo\u00eb"),
        ("\u674e", "\u674e"),
        (" Tom  Lee ", "Tom Lee"),
        ("J.", "J."),
        ("n/a", ""),
        ("N/A", ""),
        ("12345", ""),
        ("=Formula", ""),
        ("a@b.example", ""),
        ("www.example.com", ""),
        ("", ""),
        ("Mr.", ""),
        ("Unknown", ""),
        ("...", ""),
        ("x" * 31, ""),
        ("Sarah2", ""),
        ("<b>", ""),
    ],
)
def test_somebody_is_greeted_by_what_is_a_name(listed: str, greeted: str) -> None:
    assert greeting_name(listed) == greeted


def test_the_oddest_names_stand_out() -> None:
    assert oddness("Sarah") == oddness("Zo\u00eb") == oddness("Jean-Luc") == 0
    assert min(oddness(name) for name in ("X", "\u674e", "Tom & Ann", "Wolfeschlegelsteinhausen")) > 0
