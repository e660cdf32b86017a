"""A selftest's steps: how each went, as one JSON line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """How one step went; `ms` is how long it took."""

    step: str
    ok: bool
    detail: str
    ms: int

    def line(self) -> dict[str, Any]:
        """The step as contracts.md wants it printed."""
        return {"step": self.step, "ok": self.ok, "detail": self.detail, "ms": self.ms}


class StepFailed(Exception):
    """The step did not end as it should; the message says why, for whoever reads the line."""
