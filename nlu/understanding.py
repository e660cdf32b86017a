"""What one text means: the value that the ear hands to the mind.

Everything here is frozen and knows no clock, database or framework. Times are naive and local to the
zone in which the text was read; `end` is exclusive, None means open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Grain = Literal["minute", "hour", "part_of_day", "day", "week", "month", "range"]
Rung = Literal["rule", "pending", "model", "none"]


UNSURE = 0.6
"""Below this confidence it is better to ask back than to act.

From the curve of docs/understanding.md (`make eval`): from 0.4 to 0.6 a guess is right one time in two, from
0.6 on three times in four and more. What ends something for good asks for more (`FINAL`, `SURE` in actions/).
"""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of local time that somebody named, such as "thursday after 3"."""

    start: datetime
    end: datetime | None
    grain: Grain


@dataclass(frozen=True, slots=True)
class Times:
    """The windows that a text asks for, likeliest first, and those that it rules out."""

    windows: tuple[Window, ...] = ()
    excluded: tuple[Window, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.windows or self.excluded)


@dataclass(frozen=True, slots=True)
class Near:
    """How near a question comes to one of the owner's entries (its place in the list), some 0 to 1."""

    entry: int
    likeness: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One intent with its topic (of a question, or the reason of a no) and its confidence, 0 to 1.

    `said`: the clause that it was heard in, where the model heard it. `near`: the owner's entries by
    nearness, where that was measured (nlu/likeness.py).
    """

    intent: str
    topic: str | None = None
    confidence: float = 1.0
    said: str = field(default="", compare=False)
    near: tuple[Near, ...] = ()


OptOut = Literal["certain", "doubtful"]
Emergency = Literal["life", "self_harm", "urgent"]


@dataclass(frozen=True, slots=True)
class Gated:
    """What the rule gate found. `rule` names the table row that matched, for the record.

    `opt_out`: "certain" silences for good; "doubtful" silences automation and goes to staff.
    `emergency`: "life" and "self_harm" get the emergency text; "urgent" (pain, swelling, a broken
    tooth) gets a person and the practice's number.
    """

    opt_out: OptOut | None = None
    emergency: Emergency | None = None
    rule: str | None = None

    def __bool__(self) -> bool:
        return bool(self.opt_out or self.emergency)


@dataclass(frozen=True, slots=True)
class Understanding:
    """All that was understood of one text (or of several texts sent in a burst, read as one).

    `heard` is in order of likelihood and never empty; `choice` is the 1-based number of an offered
    opening (-1 = the last); `rung` says which step of the ladder settled the text.
    """

    text: str
    heard: tuple[Heard, ...]
    gated: Gated = field(default_factory=Gated)
    times: Times = field(default_factory=Times)
    choice: int | None = None
    rung: Rung = "none"

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.heard[0].intent

    @property
    def topic(self) -> str | None:
        """The topic of the likeliest intent."""
        return self.heard[0].topic

    @property
    def confidence(self) -> float:
        """The confidence of the likeliest intent, 0 to 1 (1.0 for rule hits)."""
        return self.heard[0].confidence

    def has(self, *intents: str) -> bool:
        """Whether any of these intents was heard."""
        return any(heard.intent in intents for heard in self.heard)
