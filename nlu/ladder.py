"""The ladder: from a text to its Understanding, the surest step first.

Rules (opt-out, emergency), then what the pending question makes plain, then the model; times are read in any
case. Neither emergency nor opt-out ever depends on the model: what it takes for a stop stays a guess, and
`gated` stays empty.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Protocol

from nlu.clauses import clauses
from nlu.context import HOURS, answer_with_time, in_context
from nlu.gate import check
from nlu.pending import WHEN_QUESTIONS, Pending, settle
from nlu.rasa import ModelUnavailable
from nlu.understanding import Gated, Heard, Rung, Times, Understanding
from nlu.when import read

SECONDARY = 0.45
"""A clause's intent below this is not taken for a second intent of the text."""

STRONGER = 0.2
"""How much surer a clause must be than the whole text to lead it."""

_COURTESY = frozenset({"greet", "thanks", "goodbye"})
_BARE = frozenset({"affirm", "deny"})
_KIND_OF_NO = frozenset(
    {"not_now", "not_interested", "other_times", "book", "reschedule", "cancel_appointment", "wrong_number",
     "human", "complaint", "stop"}
)  # fmt: skip


class Parser(Protocol):
    """Whatever can say what a text means: in service, nlu.rasa.Rasa."""

    def parse(self, text: str) -> tuple[Heard, ...]:
        """The intents of the text, likeliest first, never empty. Raises ModelUnavailable."""


def understand(
    text: str,
    *,
    now: datetime,
    zone: str,
    pending: Pending,
    model: Parser | None,
    hours: tuple[time, time] = HOURS,
) -> Understanding:
    """What the text means, said at `now` (naive, local to `zone`) in answer to `pending`.

    Several texts of a burst come joined with line breaks. `hours` are the business's, for hours without am or
    pm. Raises ModelUnavailable when the text needs the model and there is none; asking again later helps.
    """
    gated = check(text)
    bare_hours = pending.asked in WHEN_QUESTIONS

    def read_at(moment: datetime) -> Times:
        return read(text, moment, zone=zone, hours=hours, bare_hours=bare_hours)

    times = read_at(now)

    def understood(heard: tuple[Heard, ...], rung: Rung, choice: int | None = None) -> Understanding:
        return Understanding(text, heard, gated, times, choice, rung)

    ruled = _ruled(gated)
    if ruled:
        return understood(ruled, "rule")
    if not text.strip():
        return understood((Heard("out_of_scope", None, 0.0),), "none")
    settled = settle(text, pending, times, read_at)
    if settled:
        return understood((settled.heard,), "pending", settled.choice)
    if model is None:
        raise ModelUnavailable("there is no model to ask")
    return understood(_modelled(text, pending, times, model), "model")


def _ruled(gated: Gated) -> tuple[Heard, ...]:
    """What the gate settles alone; an emergency leads, since its text also honours an opt-out."""
    heard = []
    if gated.emergency:
        heard.append(Heard("emergency", gated.emergency))
    if gated.opt_out == "certain":
        heard.append(Heard("stop"))
    return tuple(heard)


def _modelled(text: str, pending: Pending, times: Times, model: Parser) -> tuple[Heard, ...]:
    """The model's view of the whole text, and of its clauses where it has several."""
    parts = clauses(text)
    whole = in_context(model.parse(text), pending.asked, times)
    if len(parts) < 2:
        return _above(answer_with_time(whole, pending.asked, times))
    heard: list[Heard] = []
    for part in parts:
        plain = settle(part, replace(pending, options=()), Times())
        if plain:
            heard.append(plain.heard)
        else:
            heard.append(in_context(model.parse(part), pending.asked, times)[0])
    return _above(answer_with_time(_merged(whole[0], heard), pending.asked, times))


def _merged(whole: Heard, parts: list[Heard]) -> tuple[Heard, ...]:
    """One list of intents: the leader first, then the other clauses' in the order they were said."""
    leader = _leader(whole, parts)
    rest = [part for part in parts if part.confidence >= SECONDARY]
    requests = [part for part in rest if part.intent not in _COURTESY]
    courtesies = [part for part in rest if part.intent in _COURTESY]
    merged = [leader]
    for part in [*requests, *courtesies]:
        if part.intent == "out_of_scope" or any(_same(part, known) for known in merged):
            continue
        merged.append(part)
    return tuple(merged)


def _leader(whole: Heard, parts: list[Heard]) -> Heard:
    """Which intent stands for the text.

    The answer to what was asked comes first, and what is added to it second; but a bare yes or no yields to a
    clause that says which kind of no it is. Else the whole text's guess leads, unless a clause that is no
    mere courtesy is clearly surer.
    """
    if parts[0].intent in _BARE and parts[0].confidence == 1.0:
        kinds = [part for part in parts[1:] if part.intent in _KIND_OF_NO and part.confidence >= SECONDARY]
        return kinds[0] if kinds and parts[0].intent == "deny" else parts[0]
    requests = [part for part in parts if part.intent not in _COURTESY | {"out_of_scope"}]
    surest = max(requests, key=lambda part: part.confidence, default=whole)
    if whole.intent in _COURTESY and surest.confidence >= SECONDARY:
        return surest
    return surest if surest.confidence > whole.confidence + STRONGER else whole


def _same(one: Heard, other: Heard) -> bool:
    return one.intent == other.intent and (one.topic == other.topic or None in (one.topic, other.topic))


def _above(ranking: tuple[Heard, ...]) -> tuple[Heard, ...]:
    """The likeliest intent, and beside it those that are likely enough to be served too."""
    return (ranking[0], *(heard for heard in ranking[1:] if heard.confidence >= SECONDARY))
