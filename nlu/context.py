"""What the question asked makes of the model's guess: the model reads the text, but never the question.

Each adjustment is a general rule about conversations and only re-weighs what the model holds possible. Two
things bring in an intent of their own: what `answer_with_time` names, and a cue (nlu/cues.py), whose intents
count as barely possible where the model left them out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from nlu.cues import odds_of
from nlu.understanding import Heard, Times

HOURS = (time(8), time(18))
"""The hours that a bare "3" is taken into where no business is known."""

_ANSWERS: dict[str, frozenset[str]] = {
    "offer_to_book": frozenset({"affirm", "book", "deny", "not_now", "not_interested"}),
    "which_time": frozenset({"choose", "book", "other_times", "affirm", "deny", "not_now"}),
    "which_opening": frozenset({"choose", "other_times", "affirm", "deny", "not_now"}),
    "confirm_time": frozenset({"affirm", "deny", "other_times", "choose"}),
    "callback_time": frozenset({"choose", "not_now", "affirm", "deny", "not_interested"}),
    "confirm_cancel": frozenset({"affirm", "deny", "cancel_appointment", "reschedule"}),
    "which_service": frozenset({"choose", "book"}),
    "confirm_appointment": frozenset({"affirm", "deny", "reschedule", "cancel_appointment"}),
    "anything_else": frozenset({"deny", "thanks", "goodbye", "question", "book"}),
}
"""The intents that answer each question."""

ANSWER_ODDS = 3.0
"""How much likelier an answer is right after its question than out of the blue.

Measured with `make eval`: without it (1.0) the mean accuracy falls by 0.003, between 2 and 6 it is level.
"""

_TIME_SAYING = frozenset({"book", "choose", "other_times", "reschedule", "not_now", "check_appointment"})
TIME_ODDS = 1.5
"""How much likelier an intent that speaks of time is when the text names one."""

_QUESTION = re.compile(
    r"[?]|\b(?:how|what|whats|when|where|wheres|who|whose|why|which|tell me|wonder\w*|know|price|cost|much"
    r"|(?:do|does|did|can|could|is|are|will|would|should) (?:you|u|i|we|it|there|they|the|your|this|that))\b"
)
"""What hardly any question does without."""

_A_VISIT = frozenset({"book", "check_appointment", "reschedule"})
_ELSEWHERE = frozenset({"out_of_scope", "book", "choose", "other_times", "check_appointment", "reschedule"})


_UNLIKELY: dict[str, frozenset[str]] = {
    "anything_else": frozenset({"not_interested", "wrong_number", "affirm"}),
    "confirm_time": frozenset({"not_interested", "wrong_number"}),
    "which_time": frozenset({"cancel_appointment", "wrong_number"}),
    "which_opening": frozenset({"cancel_appointment", "wrong_number"}),
}
"""What people hardly ever say to a question: who is choosing a time has no visit to cancel yet."""


def answers(intent: str, asked: str | None) -> bool:
    """Whether the intent is an answer to the question."""
    return intent in _ANSWERS.get(asked or "", frozenset())


BARELY = 0.04
"""What an intent is given that a cue speaks for and that the model left out of its ranking."""


def in_context(
    ranking: Sequence[Heard], asked: str | None, times: Times, text: str = ""
) -> tuple[Heard, ...]:
    """The ranking, weighed anew by what was asked, whether a time was named, and the cues of the text.

    Likeliest first. Bayes with coarse odds: the ranking holds as much confidence in all as before.
    """
    cues = odds_of(text, times)
    known = {heard.intent for heard in ranking}
    added = [Heard(intent, None, BARELY) for intent, odds in cues.items() if odds > 1 and intent not in known]
    weighed = [
        (heard, heard.confidence * _odds(heard.intent, asked, times) * cues.get(heard.intent, 1.0))
        for heard in (*ranking, *added)
    ]
    total, before = sum(weight for _, weight in weighed), sum(heard.confidence for heard in ranking)
    if not total:
        return tuple(ranking)
    again = (replace(heard, confidence=min(1.0, weight * before / total)) for heard, weight in weighed)
    return tuple(sorted(again, key=lambda heard: -heard.confidence))


def _odds(intent: str, asked: str | None, times: Times) -> float:
    odds = ANSWER_ODDS if answers(intent, asked) else 1.0
    if intent in _UNLIKELY.get(asked or "", frozenset()):
        odds /= ANSWER_ODDS
    if times.windows and intent in _TIME_SAYING:
        odds *= TIME_ODDS
    return odds


def answer_with_time(
    ranking: Sequence[Heard], asked: str | None, times: Times, text: str = ""
) -> tuple[Heard, ...]:
    """Under a question for a time, a text that names one answers it, whichever of its cousins was guessed.

    "which_time" and "callback_time": it is `choose`; but a wish for a visit is one, though a callback was
    spoken of. "confirm_time": a no, or a wish to book or move, that names a time asks for that one instead:
    `other_times`.
    """
    first = ranking[0]
    if not times.windows:
        return tuple(ranking)
    if first.intent == "question" and text and not _QUESTION.search(text.lower()):
        first = replace(first, intent="book", topic=None)  # "I can only do weekends" asks nothing
    if asked in ("which_time", "which_opening") and first.intent in _ELSEWHERE:
        return _led_by("choose", ranking, first)
    if asked == "callback_time" and first.intent in (_ELSEWHERE | {"not_now"}) - _A_VISIT:
        return _led_by("choose", ranking, first)
    if asked == "confirm_time" and first.intent in _ELSEWHERE | {"deny"}:
        return _led_by("other_times", ranking, first)
    return tuple(ranking)


def _led_by(intent: str, ranking: Sequence[Heard], first: Heard) -> tuple[Heard, ...]:
    cousins = sum(
        heard.confidence for heard in ranking if heard.intent in _ELSEWHERE | {intent, first.intent}
    )
    rest = (heard for heard in ranking[1:] if heard.intent not in _ELSEWHERE and heard.intent != intent)
    return (Heard(intent, None, min(1.0, cousins)), *rest)
