"""The owner's own wording: found to be unusable when it is loaded, and never in the way when it matters."""

from __future__ import annotations

from actions.replies import complaints, render, shipped, unusable
from data.business_file import SAMPLE, read_file


def test_the_sample_business_uses_only_fields_that_exist() -> None:
    assert unusable(read_file(SAMPLE).profile.wording) == []


def test_a_field_that_does_not_exist_is_named() -> None:
    assert "{phon}" in unusable({"welcome": ("Hi, call {phon}",)})[0]


def test_braces_that_do_not_pair_are_said() -> None:
    assert complaints("opener", "Hi {first_name", {"first_name"})


def test_a_text_that_does_not_exist_is_said() -> None:
    assert "no text of that name" in unusable({"welcom": ("Hi",)})[0]


def test_a_wording_that_cannot_be_filled_in_gives_way_to_the_shipped_one() -> None:
    own = {"emergency": ("call {nobody}",)}
    said = render("emergency", turn=0, own=own, emergency_number="911", phone="(212) 555-0100")
    assert "911" in said


def test_no_text_asks_for_a_word_that_carriers_take_for_an_opt_out() -> None:
    words = ("reply cancel", "reply end", "reply quit", "reply yes", "text cancel")
    for name, variants in shipped().items():
        for variant in variants:
            assert not any(word in variant.lower() for word in words), name
