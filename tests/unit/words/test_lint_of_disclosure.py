"""A first text discloses the assistant in its own words, and every text has STOP as a command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.words.rules import in_table
from actions.words.standing_texts import standing_complaints
from tests.unit.actions.picture import business
from tests.unit.words.saying import ABOUT, GOOD, rules_of, with_text

SAMPLE = business().profile
PLAIN = (
    "Hi {{ first_name }}, {{ business }} here, since your visit. Shall I find a time? Reply STOP to opt out."
)


@pytest.mark.parametrize(
    "name",
    [
        "Springfield Computer Repair",
        "Digital Dental",
        "Automatic Transmissions & Co",
        "The Virtual Assistant",
        "Bot Garage",
        "AI Assistant Repair",
    ],
)
def test_a_name_discloses_nothing_whatever_words_it_has(name: str) -> None:
    about = replace(ABOUT, business=name)
    assert "disclosure" in rules_of(*with_text(1, PLAIN), about=about)
    typed = PLAIN.replace("{{ business }}", name.lower())
    assert "disclosure" in rules_of(*with_text(1, typed), about=about)
    assert not rules_of(*GOOD, about=about)


@pytest.mark.parametrize(
    "words",
    [
        "this is the automated assistant of ~.",
        "I'm ~'s virtual assistant.",
        "the digital assistant at ~ here.",
        "the automated ~ assistant here.",
        "this is ~'s AI assistant.",
        "our AI scheduling assistant can find you a time.",
        "this is a bot of ~.",
        "the chatbot of ~ here.",
        "this is an automatic text message from ~.",
        "an automated message from ~:",
        "automated texts by ~:",
        "this is an automated reminder from ~.",
        "I am a computer, not a person.",
        "this is the AI of ~.",
        "this is ~'s automated texting system.",
        "this text was sent automatically.",
        "written by a computer program for ~.",
        "I'm not a real person.",
        "~ (automated): it has been a while.",
        "no worries, our automated assistant has time for you.",
    ],
)
def test_what_says_that_no_person_writes_discloses(words: str) -> None:
    assert in_table("disclosure").is_met_by(f"Hi Sarah, {words} Reply STOP to opt out.")


@pytest.mark.parametrize(
    "words",
    [
        "your automatic transmission is ready for a look.",
        "is your computer slow? We are here.",
        "this is the computer shop around the corner.",
        "our new automatic car wash is open.",
        "digital photos in an hour.",
        "a virtual visit is possible.",
        "ask about our robot mowers.",
        "the assistant of ~ here.",
        "our dental assistant waits for you.",
        "this is not a bot.",
        "I'm not an automated assistant but a person.",
        "no automated messages from us.",
        "your AI camera needs an update.",
        "our car wash is automated: come and see.",
    ],
)
def test_what_only_sounds_like_a_machine_discloses_nothing(words: str) -> None:
    assert not in_table("disclosure").is_met_by(f"Hi Sarah, {words} Reply STOP to opt out.")


@pytest.mark.parametrize(
    "line",
    [
        "Reply STOP to opt out.",
        "Reply STOP",
        "Text STOP to end",
        "Reply with the word STOP any time.",
        'Send us "STOP" and we are quiet.',
        "Reply back with *STOP* to opt out",
        "STOP to opt out",
        "STOP=end",
        "To opt out, reply: STOP",
        "Opt out: STOP",
        "Reply with a simple STOP & we are quiet.",
        "Reply STOP \U0001f642",
        "Reply HELP for help, STOP to unsubscribe.",
        "If you'd rather not text, reply STOP.",
        "We can't write for ever; text STOP and it ends.",
    ],
)
def test_stop_as_a_command_is_the_way_out(line: str) -> None:
    assert in_table("opt_out_line").is_met_by(f"Which day suits you? {line}")


@pytest.mark.parametrize(
    "line",
    [
        "Text us, or stop by any time.",
        "Text us or stop by.",
        "Write or stop in whenever you like.",
        "Reply when you like, we never stop caring.",
        "Reply now for non stop savings.",
        "Don't reply STOP please.",
        "We send stop signs.",
        "We stop at nothing to help.",
    ],
)
def test_a_stop_that_is_no_command_is_no_way_out(line: str) -> None:
    assert not in_table("opt_out_line").is_met_by(f"Which day suits you? {line}")


def test_an_opener_of_the_business_file_discloses_with_more_than_the_name() -> None:
    opener = "Hi {first_name}, The Virtual Assistant here, or {business}. Reply STOP to opt out."
    profile = SAMPLE.model_copy(update={"opener": opener})
    (said,) = standing_complaints(profile, "The Virtual Assistant")
    assert "automated assistant" in said
    honest = opener.replace("here", "and its automated assistant")
    assert not standing_complaints(profile.model_copy(update={"opener": honest}), "The Virtual Assistant")
