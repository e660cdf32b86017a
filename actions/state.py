"""Where a conversation stands: frozen, pure, kept as JSON in Conversation.state between two texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from nlu.understanding import Times


@dataclass(frozen=True, slots=True)
class State:
    """What the bot remembers of the exchange.

    `asked` is the pending question (nlu/pending.py lists the kinds); `offered` the openings put to the
    contact, ascending, UTC; `wanted` the times that were asked for, kept while service, person or choice are
    still open; `moving` the appointment that a new time is sought for; `person` whose visit it is to be, in a
    household; `misunderstood` counts failures in a row.
    """

    asked: str | None = None
    offered: tuple[datetime, ...] = ()
    service: str | None = None
    wanted: Times = field(default_factory=Times)
    moving: int | None = None
    person: int | None = None
    misunderstood: int = 0
    turns: int = 0
    invited: bool = False
    """A time was offered after an answer: once is a service, twice is a pitch."""
    parted: bool = False
    """A goodbye was said: another one needs no answer."""
    refused: bool = False
    """A set of openings was turned down: rather than a third set, ask what would suit."""
    reminded: int | None = None
    """The visit that they were last reminded of: a bare answer is about that one."""
    cannot_come: bool = False
    """They cannot come to the visit that they were reminded of: a no now means to call it off."""
    in_touch: bool = False
    """What is offered stood in a touch, unasked for: a no is a no to coming, not to these times alone."""
    called_off: bool = False
    """A visit was just called off: a no to another time is no no to the business."""
    objections: tuple[str, ...] = ()
    """What the owner's one answer was given to (actions/objections.py): the next time it counts as said."""
    close: tuple[str, ...] = ()
    """The two questions between which it was asked back: which is meant."""
    heard: str = ""
    """A fingerprint of the contact's last text."""
    heard_again: int = 0
    """How often just that had been heard before, in a row."""
    said: str = ""
    """A fingerprint of the last reply."""
    repeated: int = 0
    """How often the bot has said just that before, in a row."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json", exclude_defaults=True)
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> State:
        """What `to_json` wrote."""
        return _ADAPTER.validate_python(plain)


_ADAPTER = TypeAdapter(State)
