"""The ladder: from a text to its Understanding, the surest step first.

Rules (opt-out, emergency), then what the pending question makes plain, then the model; times are read in any
case. Neither emergency nor opt-out ever depends on the model: what it takes for a stop stays a guess, and
`gated` stays empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Protocol

from nlu.anchoring import on_the_days_spoken_of, shifted
from nlu.clauses import clauses
from nlu.context import HOURS, answer_with_time, in_context
from nlu.gate import check
from nlu.loose_choice import loosely_chosen
from nlu.merging import Clause, merged
from nlu.pending import WHEN_QUESTIONS, Pending, Settled, settle
from nlu.rasa import ModelUnavailable
from nlu.understanding import Gated, Heard, Times, Understanding
from nlu.when import read

_ONE_OF_THEM = re.compile(
    r"\b(morning|afternoon|evening|\w+day|mon|tues?|weds?|thurs?|fri|sat|sun) ones?\b", re.I
)


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
    meant = hear.on_the_days_spoken_of(text, times)
    ruled = _ruled(gated)
    if ruled:
        return Understanding(text, ruled, gated, meant, rung="rule")
    if not text.strip():
        return Understanding(text, (Heard("out_of_scope", None, 0.0),), gated, meant)
    settled = hear.settled(text, times)
    if settled:
        return Understanding(text, (settled.heard,), gated, meant, settled.choice, "pending")
    heard, choice = hear.modelled(text, times)
    if (
        choice is None
        and pending.asked == "which_opening"
        and heard[0].intent in ("choose", "affirm", "book")
    ):
        choice = loosely_chosen(text, len(pending.options))
        heard = (Heard("choose", None, heard[0].confidence), *heard[1:]) if choice else heard
    return Understanding(text, heard, gated, meant, choice, "model")


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
        bare_hours = self.pending.asked in WHEN_QUESTIONS - {"callback_time"}
        if self.pending.options:  # "the morning one" is no one o'clock
            text = _ONE_OF_THEM.sub(r"\1", text)
        return read(text, moment or self.now, zone=self.zone, hours=self.hours, bare_hours=bare_hours)

    def on_the_days_spoken_of(self, text: str, times: Times) -> Times:
        """The times of the text, on the days of the offers or of the visit where it names none itself."""
        pending = self.pending
        alone = [option.start for option in pending.options] if len(pending.options) == 1 else []
        base = next(iter(alone), pending.visit)
        if base and (moved := shifted(text, base)):
            return moved
        if pending.options:
            days = [option.start.date() for option in pending.options]
        else:
            days = [pending.visit.date()] if pending.visit else []
        return on_the_days_spoken_of(text, times, days, lambda moment: self.times(text, moment))

    def settled(self, text: str, times: Times) -> Settled | None:
        return settle(text, self.pending, times, lambda moment: self.times(text, moment))

    def modelled(self, text: str, times: Times) -> tuple[tuple[Heard, ...], int | None]:
        """The model's view of the text and, where it has several, of its clauses; and the option chosen."""
        parts = clauses(text)
        whole = self._ranking(text, times)
        if len(parts) < 2:
            return (answer_with_time(whole, self.pending.asked, times, text)[0],), None
        heard = [self._clause(part) for part in parts]
        return merged(whole[0], heard, self.pending.asked, times)

    def _clause(self, text: str) -> Clause:
        times = self.times(text)
        settled = self.settled(text, times)
        if settled:
            # what asks for another time beside a choice does not make one
            made = settled.heard.intent != "choose" or settled.choice is not None
            return Clause(settled.heard, plain=made, choice=settled.choice, timed=bool(times))
        return Clause(replace(self._ranking(text, times)[0], said=text), timed=bool(times))

    def _ranking(self, text: str, times: Times) -> tuple[Heard, ...]:
        if self.model is None:
            raise ModelUnavailable("there is no model to ask")
        return in_context(self.model.parse(text), self.pending.asked, times, text)
