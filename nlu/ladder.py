"""The ladder: from a text to its Understanding, the surest step first.

Rules (opt-out, emergency), then what the pending question makes plain, then the model; times are read in any
case. Neither emergency nor opt-out ever depends on the model: what it takes for a stop stays a guess, and
`gated` stays empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from nlu.clauses import clauses
from nlu.context import HOURS, answer_with_time, in_context
from nlu.gate import check
from nlu.merging import Clause, merged
from nlu.pending import WHEN_QUESTIONS, Pending, Settled, settle
from nlu.rasa import ModelUnavailable
from nlu.understanding import Gated, Heard, Times, Understanding
from nlu.when import read

UNSURE = 0.5
"""Below this confidence it is better to ask back than to act.

Measured on 2,800 public texts that reach the model (`make eval`), right answers by confidence: 0.3–0.4 38 %,
0.4–0.6 49 %, 0.6–0.7 62 %, 0.7–0.8 66 %, 0.8–0.9 77 %, above 95 %.
"""


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
    hear = _Ear(now, zone, hours, pending, model)
    times = hear.times(text)
    ruled = _ruled(gated)
    if ruled:
        return Understanding(text, ruled, gated, times, rung="rule")
    if not text.strip():
        return Understanding(text, (Heard("out_of_scope", None, 0.0),), gated, times)
    settled = hear.settled(text, times)
    if settled:
        return Understanding(text, (settled.heard,), gated, times, settled.choice, "pending")
    heard, choice = hear.modelled(text, times)
    return Understanding(text, heard, gated, times, choice, "model")


def _ruled(gated: Gated) -> tuple[Heard, ...]:
    """What the gate settles alone; an emergency leads, since its text also honours an opt-out."""
    heard = []
    if gated.emergency:
        heard.append(Heard("emergency", gated.emergency))
    if gated.opt_out == "certain":
        heard.append(Heard("stop"))
    return tuple(heard)


@dataclass(frozen=True, slots=True)
class _Ear:
    """One moment, one business and one pending question, for a text and for its clauses alike."""

    now: datetime
    zone: str
    hours: tuple[time, time]
    pending: Pending
    model: Parser | None

    def times(self, text: str, moment: datetime | None = None) -> Times:
        bare_hours = self.pending.asked in WHEN_QUESTIONS
        return read(text, moment or self.now, zone=self.zone, hours=self.hours, bare_hours=bare_hours)

    def settled(self, text: str, times: Times) -> Settled | None:
        return settle(text, self.pending, times, lambda moment: self.times(text, moment))

    def modelled(self, text: str, times: Times) -> tuple[tuple[Heard, ...], int | None]:
        """The model's view of the text and, where it has several, of its clauses; and the option chosen."""
        parts = clauses(text)
        whole = self._ranking(text, times)
        if len(parts) < 2:
            return (answer_with_time(whole, self.pending.asked, times)[0],), None
        heard = [self._clause(part) for part in parts]
        return merged(whole[0], heard, self.pending.asked, times)

    def _clause(self, text: str) -> Clause:
        times = self.times(text)
        settled = self.settled(text, times)
        if settled:
            return Clause(settled.heard, plain=True, choice=settled.choice)
        return Clause(self._ranking(text, times)[0])

    def _ranking(self, text: str, times: Times) -> tuple[Heard, ...]:
        if self.model is None:
            raise ModelUnavailable("there is no model to ask")
        return in_context(self.model.parse(text), self.pending.asked, times)
