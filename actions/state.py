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
    contact, ascending, UTC; `wanted` the times that were asked for before the service was clear; `moving`
    the appointment that a new time is sought for; `misunderstood` counts failures in a row.
    """

    asked: str | None = None
    offered: tuple[datetime, ...] = ()
    service: str | None = None
    wanted: Times = field(default_factory=Times)
    moving: int | None = None
    misunderstood: int = 0
    turns: int = 0
    invited: bool = False
    """A time was offered after an answer: once is a service, twice is a pitch."""
    parted: bool = False
    """A goodbye was said: another one needs no answer."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json", exclude_defaults=True)
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> State:
        """What `to_json` wrote."""
        return _ADAPTER.validate_python(plain)


_ADAPTER = TypeAdapter(State)
