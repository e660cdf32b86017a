"""Makes one list of intents of a text's clauses: which leads, which are served beside it, which fall away."""

from __future__ import annotations

from dataclasses import dataclass

from nlu.context import answer_with_time
from nlu.understanding import Heard, Times

SECONDARY = 0.45
"""A clause's intent below this is not taken for a second intent of the text."""

STRONGER = 0.2
"""How much surer a clause must be than the whole text to lead it."""

SERVED = 0.6
"""How sure a clause must be to lead a text that as a whole is about something else."""

_BARE = frozenset({"affirm", "deny"})
_COURTESY = frozenset({"greet", "thanks", "goodbye"})
_KIND_OF_NO = frozenset(
    {"not_now", "not_interested", "other_times", "book", "reschedule", "cancel_appointment", "wrong_number",
     "human", "complaint", "stop"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause was heard as; `plain` where the pending question settled it, with the option chosen."""

    heard: Heard
    plain: bool = False
    choice: int | None = None


def merged(
    whole: Heard, parts: list[Clause], asked: str | None, times: Times
) -> tuple[tuple[Heard, ...], int | None]:
    """The leader first, then the other requests in the order they were said, courtesies last; and the option
    chosen, if a clause chose one: of several the last, since people correct themselves.
    """
    leader = _leader(whole, parts, asked)
    if not any(part.plain and part.heard == leader for part in parts):
        leader = answer_with_time((leader,), asked, times)[0]
    likely = [part.heard for part in parts if part.heard.confidence >= SECONDARY]
    heard = [leader]
    for part in sorted(likely, key=lambda part: part.intent in _COURTESY):
        if not any(_same(part, known) for known in heard):
            heard.append(part)
    chosen = [part.choice for part in parts if part.choice is not None]
    return tuple(heard), chosen[-1] if chosen and leader.intent == "choose" else None


def _leader(whole: Heard, parts: list[Clause], asked: str | None) -> Heard:
    """Which intent stands for the text.

    The answer to what was asked comes first, and what is added to it second; a choice says more than a bare
    yes or no, and a bare no yields to a clause that says which kind of no it is. Without a plain answer the
    whole text's guess leads, unless a clause is clearly surer; a courtesy yields to a request, and what we
    cannot serve ("not now. how is the weather?") to what we can. A yes to no question is no request.
    """
    plain = [part.heard for part in parts if part.plain]
    if plain and asked:
        answer = next((heard for heard in plain if heard.intent in ("choose", "other_times")), plain[0])
        kinds = (
            part.heard
            for part in parts
            if part.heard.intent in _KIND_OF_NO and part.heard.confidence >= SECONDARY
        )
        return next(kinds, answer) if answer.intent == "deny" else answer
    idle = _COURTESY | {"out_of_scope"} | (frozenset() if asked else _BARE)
    heard = [part.heard for part in parts]
    requests = [part for part in heard if part.intent not in idle and part.confidence >= SECONDARY]
    if whole.intent == "out_of_scope":
        served = requests or [part for part in heard if part.intent in _COURTESY]
        return next((part for part in served if part.confidence >= SERVED), whole)
    surest = max(requests, key=lambda part: part.confidence, default=whole)
    if whole.intent in _COURTESY or surest.confidence > whole.confidence + STRONGER:
        return surest
    return whole


def _same(one: Heard, other: Heard) -> bool:
    return one.intent == other.intent and (one.topic == other.topic or None in (one.topic, other.topic))
