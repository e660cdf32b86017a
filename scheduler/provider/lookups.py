"""Look-ups of numbers at the provider: what kind of line it is, and whether it has changed hands.

Source: Twilio's pages "Lookup v2 API", "Line Type Intelligence" and "Reassigned Number" (that one is for US
numbers alone, and has to be allowed for an account).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.provider.client import looking_up, provider

CANNOT_BE_TEXTED = frozenset({"landline", "tollFree", "premium", "sharedCost", "uan", "voicemail", "pager"})
"""The provider's types that no text reaches; voip, mobile, personal and unknown ones may be texted."""


@dataclass(frozen=True, slots=True)
class Found:
    """`line_type` is the provider's word, None for none; `reassigned` None where it cannot tell."""

    line_type: str | None
    reassigned: bool | None


def look_up(phone: str, known_since: date | None) -> Found:
    """One number; `known_since` is when it was last known to be theirs, None: that is not asked.

    Takes as long as one request to the provider may. Raises Refused or NotReached.
    """
    asked: dict[str, Any] = {"fields": "line_type_intelligence"}
    if known_since is not None:
        asked = {
            "fields": "line_type_intelligence,reassigned_number",
            "last_verified_date": known_since.strftime("%Y%m%d"),
        }
    with looking_up():
        answer = provider().numbers(phone).fetch(**asked)
        line = _package(answer.line_type_intelligence)
        moved = _package(answer.reassigned_number)
    said = {"yes": True, "no": False}.get(str(moved.get("is_number_reassigned", "")).lower())
    return Found(line_type=line.get("type") or None, reassigned=said)


def _package(given: Any) -> dict[str, Any]:
    """A part of the answer; nothing where it was not asked for, or failed by itself."""
    return dict(given) if isinstance(given, dict) and not given.get("error_code") else {}
