"""Questions: the owner's own answers, the truth about the bot itself, else a person.

Which entry answers is measured twice: by meaning (nlu/likeness.py) and by the topic that the model hears. The
owner may add entries at any time; nothing is trained for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.context import Faq
from actions.decision import HandOver, Unanswered
from actions.objections import TOPIC as OBJECTION
from actions.turn import Turn
from nlu.understanding import UNSURE, Heard

ABOUT_US = {"bot", "who_is_this", "how_got_number", "help"}
"""Questions about the texting itself: answered from texts.yml, never from the FAQ."""

TOPIC = 0.5
"""What the model's topic, where it is sure, counts beside nearness in meaning, which ends at 1."""

LIKELY = 0.62
"""From here on an entry answers. Measured on tests/held_out/faq (`make eval`): docs/understanding.md."""

CLOSE = 0.04
"""Two entries no further apart than this: it is asked back which is meant."""

BOOKED = 0.1
"""What an entry of the service that is being booked is ahead of a general one: "how much is it?"."""


def question(turn: Turn) -> None:
    """Answer from the FAQ, to the letter; what it does not hold goes to a person and onto a list."""
    if turn.heard.topic in ABOUT_US:
        turn.say(turn.heard.topic)
        return
    match _likely(turn, turn.heard):
        case [first, second, *_] if turn.state.asked in (None, "offer_to_book", "anything_else"):
            turn.say("which_question", first=first.question, second=second.question)
            turn.ask(None, close=(first.question, second.question))
        case [entry, *_]:
            turn.say_verbatim(entry.answer)
        case _:
            turn.say("unanswered")
            turn.do(HandOver("unanswered_question", silent=False))
            turn.do(Unanswered(turn.heard.said or turn.understanding.text))


def asked_in(turn: Turn, heard: Heard) -> Heard | None:
    """The question in what was heard: one that the model hears, or one that an entry answers all the same."""
    if heard.intent == "question":
        return heard
    unclear = heard.intent == "out_of_scope" or heard.confidence < UNSURE
    if unclear and heard.near and _likely(turn, heard):
        return Heard("question", None, heard.confidence, heard.said, heard.near)
    return None


def meant(turn: Turn) -> Faq | None:
    """Which of two entries, asked back about, the contact means: by its place, or by what is nearer now."""
    close = [entry for entry in turn.context.business.faq if entry.question in turn.state.close]
    if len(close) < 2:
        return None
    said = turn.understanding.text.lower()
    if place := re.match(r"^\W*(?:the )?(?:(1|first|1st)|(2|second|2nd|last|latter))\b(?: one)?\W*$", said):
        return close[0 if place[1] else 1]
    ranked = [entry for _, entry in _ranked(turn, turn.heard, close)]
    words = [len(_words(said) & _words(entry.question)) for entry in close]
    if words[0] != words[1]:
        return close[0 if words[0] > words[1] else 1]
    return ranked[0] if ranked and turn.heard.intent == "question" else None


def _likely(turn: Turn, heard: Heard) -> Sequence[Faq]:
    """The entry that answers; two of them where they are too close to tell; none where none comes near."""
    if not heard.near:
        found = _of_the_topic(turn, heard)
        return [found] if found else []
    ranked = [(score, entry) for score, entry in _ranked(turn, heard, _entries(turn)) if score >= LIKELY]
    best = [entry for score, entry in ranked if score >= ranked[0][0] - CLOSE]
    return best[:2] if len({entry.answer for entry in best}) > 1 else best[:1]


def _ranked(turn: Turn, heard: Heard, entries: Sequence[Faq]) -> list[tuple[float, Faq]]:
    """The entries with how well each fits, the best first."""
    like = {near.entry: near.likeness for near in heard.near}
    talked_about = _talked_about(turn)
    fits = []
    for number, entry in enumerate(turn.context.business.faq):
        if entry in entries and number in like:
            topic = TOPIC * heard.confidence if entry.topic == heard.topic else 0.0
            ahead = BOOKED if entry.service and entry.service == talked_about else 0.0
            fits.append((like[number] + topic + ahead, entry))
    return sorted(fits, key=lambda fit: -fit[0])


def _entries(turn: Turn) -> list[Faq]:
    """What may answer: of a service that is named its own entries and the general ones; else those of the one
    being booked, and the general ones.
    """
    service = turn.mentioned_service()
    theirs = service.id if service else _talked_about(turn)
    return [
        entry
        for entry in turn.context.business.faq
        if entry.service in (None, theirs) and not entry.topic.startswith(OBJECTION)
    ]


def _of_the_topic(turn: Turn, heard: Heard) -> Faq | None:
    """Without meanings to compare: the entry of the topic that shares most words with the text.

    Of the service that is named those come first; else the one that is being booked wins where it is as near
    as a general entry.
    """
    entries = [entry for entry in _entries(turn) if entry.topic == heard.topic]
    of_service = [entry for entry in entries if entry.service]
    if turn.mentioned_service() and of_service:
        entries = of_service
    said = _words(turn.understanding.text)
    ordered = [*of_service, *(entry for entry in entries if entry.service is None)]
    return max(ordered, key=lambda entry: len(said & _words(entry.question)), default=None)


def _talked_about(turn: Turn) -> str | None:
    return turn.state.service or (turn.visit.service if turn.visit else None)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[a-z']+", text.lower()) if len(word) > 2)
