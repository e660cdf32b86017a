"""Questions: the owner's own answers, the truth about the bot itself, else a person."""

from __future__ import annotations

import re

from actions.context import Faq
from actions.decision import HandOver
from actions.turn import Turn

ABOUT_US = {"bot", "who_is_this", "how_got_number", "help"}
"""Questions about the texting itself: answered from texts.yml, never from the FAQ."""


def question(turn: Turn) -> None:
    """Answer from the FAQ, to the letter; what it does not hold goes to a person."""
    topic = turn.heard.topic
    if topic in ABOUT_US:
        turn.say(topic)
    elif entry := best_entry(turn):
        turn.say_verbatim(entry.answer)
    else:
        turn.say("unanswered")
        turn.do(HandOver("unanswered_question", silent=False))


def best_entry(turn: Turn) -> Faq | None:
    """The entry of the question's topic that shares most words with the text.

    Of the service that is named those come first; else the one that is being booked wins where it is as near
    as a general entry ("how much is it?").
    """
    entries = [entry for entry in turn.context.business.faq if entry.topic == turn.heard.topic]
    service = turn.mentioned_service()
    named = [entry for entry in entries if service and entry.service == service.id]
    talked_about = turn.state.service or (turn.visit.service if turn.visit else None)
    theirs = [entry for entry in entries if entry.service and entry.service == talked_about]
    entries = named or [*theirs, *(entry for entry in entries if entry.service is None)]
    said = _words(turn.understanding.text)
    return max(entries, key=lambda entry: len(said & _words(entry.question)), default=None)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[a-z']+", text.lower()) if len(word) > 2)
