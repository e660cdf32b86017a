"""What a look at one part gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "unwell", "idle"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: how a part is, and what to do where it is unwell. `idle`: not in use, nothing to judge."""

    state: State
    detail: str
    advice: str = ""


def well(detail: str) -> Finding:
    return Finding("well", detail)


def idle(detail: str) -> Finding:
    return Finding("idle", detail)


def unwell(detail: str, advice: str) -> Finding:
    return Finding("unwell", detail, advice)
