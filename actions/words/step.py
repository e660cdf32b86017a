"""A step of a sequence as the words see it: what a Touch and its WhatsApp template say, without rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WhatsAppWords:
    """An approved text with {{1}}, {{2}} …, and our templates that fill them."""

    body: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One text of a sequence; `day` counts from the first one (day 0). See data.models.Touch."""

    step: int
    day: int
    template: str
    variant: str = "a"
    angle: str = ""
    tiers: str = ""
    is_last: bool = False
    whatsapp: WhatsAppWords | None = None
