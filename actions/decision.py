"""What deciding returns: one reply, the effects to apply in the same commit, and the next state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actions.state import State


@dataclass(frozen=True, slots=True)
class Suppress:
    """Nothing proactive to this number any more, over every campaign and channel."""

    reason: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """A person is needed. `silent`: the bot says no more until staff hand back."""

    reason: str
    urgent: bool = False
    silent: bool = True


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that no entry answers goes onto the owner's list."""

    text: str


@dataclass(frozen=True, slots=True)
class Freeze:
    """Touches and callbacks wait until staff release them."""


@dataclass(frozen=True, slots=True)
class Close:
    """A clear no: everything proactive ends until staff reopen it; the reason where one was given."""

    reason: str


@dataclass(frozen=True, slots=True)
class CallBack:
    """One text at `due_at` (aware, lawful), in place of any callback that still waits."""

    due_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Book:
    """Hold the opening at `start` (aware) and put the visit on the calendar; confirmed once it stands."""

    service: str
    start: datetime
    end: datetime
    person: int | None = None
    """Whose visit it is, in a household."""


@dataclass(frozen=True, slots=True)
class Move:
    """Hold the new time and move the visit there; confirmed once it stands."""

    visit: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class CancelVisit:
    """Take the visit off the calendar; confirmed once it is gone."""

    visit: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """The contact says that they will come."""

    visit: int


Effect = Suppress | HandOver | Unanswered | Freeze | Close | CallBack | Book | Move | CancelVisit | Confirm


@dataclass(frozen=True, slots=True)
class Decision:
    """`reply` None: nothing is said. `kind` is the message kind of the reply (data/message_states.py)."""

    reply: str | None
    effects: tuple[Effect, ...]
    state: State
    kind: str = "reply"
