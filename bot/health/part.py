"""How one part is, in words that any stranger may read: no address, no version, no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "unwell", "unknown"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part and its state; `unknown` where it is not in use, or where another part hides it."""

    state: State
    detail: str = ""


WELL = Part("well")


def unwell(detail: str) -> Part:
    return Part("unwell", detail)


def unknown(detail: str) -> Part:
    return Part("unknown", detail)
