"""Each bad text is caught by its rule, and harmless words are not."""

from __future__ import annotations

import pytest

from actions.words.rules import rules
from tests.unit.words.saying import found, opening_with, rules_of, with_text

BAD = {
    "pressure": (
        "Act now!",
        "Hurry, we close early.",
        "This is your last chance.",
        "Don't miss out on this.",
        "Final notice from us.",
        "We are disappointed not to see you.",
        "You missed your last appointment.",
        "You never replied to us.",
        "You are overdue.",
        "Please answer immediately.",
        "Why haven't you come?",
        "You still have not booked.",
        "Don\u2019t wait any longer.",
        "We're worried about you.",
    ),
    "scarcity": (
        "Only 2 left!",
        "Only a few places left.",
        "We are filling up fast.",
        "Limited spots this week.",
        "Just a few appointments, almost full.",
        "While supplies last.",
        "In high demand right now.",
        "The last spots are going.",
    ),
    "health_claim": (
        "Come before it gets worse.",
        "It can lead to more.",
        "You are at risk.",
        "Avoid expensive repairs.",
        "It prevents rust.",
        "You may lose a lot.",
        "Experts recommend it.",
        "Clinically tested.",
        "This could be dangerous.",
        "Your health matters.",
        "We guarantee it.",
    ),
    "figures": (
        "9 out of 10 come back.",
        "Studies show that it works.",
        "80% of customers agree.",
        "The #1 in town.",
        "Research shows it.",
        "Voted best in town.",
    ),
    "discount_upfront": (
        "Get 20% off.",
        "We have $50 off for you.",
        "Half price this week.",
        "Your first visit is free.",
        "Here is a coupon.",
        "Save big this month.",
        "A special offer for you.",
        "A complimentary drink.",
    ),
    "carrier_keyword": (
        "Reply YES to book.",
        "Just reply with yes.",
        'Text "START" to begin.',
        "Reply CANCEL to cancel it.",
        "Say yes and we book.",
        "Reply STOP to cancel your appointment.",
        "Answer END when you are done.",
        "reply back yes",
        "Reply 'YES' now.",
    ),
    "links": ("See https://example.com/book", "More at www.example.org", "Book at example.com."),
    "short_links": ("Book: bit.ly/3abcd", "https://tinyurl.com/xyz", "t.co/abc"),
    "signature": (
        "See you soon! - Sarah",
        "It's Anna from the front desk.",
        "This is Dr. Miller with the team.",
        "My name is Tom.",
        "Cheers, Anna",
        "Sarah here.",
        "I'm Tom from Example.",
        "~ Anna B.",
    ),
    "feigned_typing": (
        "Oops, typo.",
        "Let me check my calendar.",
        "Sent from my phone.",
        "I was just thinking of you.",
        "Hmm, are you there?",
        "As discussed.",
        "Following up on our call.",
    ),
}
HARMLESS = (
    "Feel free to ask anything.",
    "Are you free on Tuesday?",
    "When are you free?",
    "Your last visit.",
    "Your last appointment was with us.",
    "No worries if not.",
    "We are open on Saturdays.",
    "We hope so.",
    "It only takes half an hour.",
    "Would Tuesday or Thursday suit you?",
    "Write any time.",
    "Best wishes!",
    "Hello from all of us.",
    "Shall I cancel it for you?",
    "Let us know by end of May.",
    "Start any day.",
    "Is Tuesday at 3 p.m. fine?",
    "You can also call (212) 555-0100.",
    "We would be glad to see you again.",
    "Text STOP any time if you would rather not hear from us.",
    "There is no pressure at all.",
    "Say when!",
    "The team will be there.",
    "Greetings from Springfield.",
    "Would 9 or 10 suit you better?",
)
CASES = [(rule, words) for rule, texts in BAD.items() for words in texts]


@pytest.mark.parametrize(("rule", "words"), CASES)
def test_a_bad_text_is_caught_by_its_rule(rule: str, words: str) -> None:
    assert rule in rules_of(*with_text(1, opening_with(words)), step=1)


@pytest.mark.parametrize("words", HARMLESS)
def test_a_harmless_text_is_caught_by_none(words: str) -> None:
    assert not found(*with_text(1, opening_with(words)))


def test_every_rule_over_words_has_its_bad_texts() -> None:
    over_words = {name for name, rule in rules().items() if rule.patterns} - {"promised_last"}
    assert over_words == set(BAD)


def test_every_rule_says_what_to_do_and_where_it_comes_from() -> None:
    for rule in rules().values():
        assert rule.says, rule.name
        assert len(rule.source) > 10, rule.name
