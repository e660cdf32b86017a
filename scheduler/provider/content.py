"""WhatsApp's templates at the provider: their words, and whether WhatsApp has approved them.

Source: Twilio's pages "Content API resources" and "WhatsApp template approvals and statuses".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scheduler.provider.client import looking_up, provider

SID = re.compile(r"HX[0-9a-fA-F]{32}", re.ASCII)

STATES = {
    "unsubmitted": "unsubmitted",
    "received": "pending",
    "pending": "pending",
    "approved": "approved",
    "rejected": "rejected",
    "paused": "paused",
    "disabled": "disabled",
}
"""The provider's word for an approval -> ours (WhatsAppTemplate.approval)."""

_TEXTS = ("twilio/text", "twilio/quick-reply", "twilio/call-to-action", "whatsapp/card", "twilio/media")
"""The kinds of content that have a body, the plainest first."""


class NoText(Exception):
    """The provider keeps this content, but it has no text that could begin a conversation."""


@dataclass(frozen=True, slots=True)
class Content:
    """A template as the provider keeps it; `defaults`: what fills a variable that is left out."""

    sid: str
    name: str
    language: str
    body: str
    defaults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Approval:
    """What WhatsApp says of a template: one of STATES' values, its category, and why it was rejected."""

    state: str
    category: str
    rejected_because: str


def look_up(sid: str) -> Content:
    """One template. Raises Refused (20404: there is none), NotReached, or NoText."""
    with looking_up():
        found = provider().contents(sid).fetch()
        types: Mapping[str, Any] = found.types or {}
        body = next((str(types[kind]["body"]) for kind in _TEXTS if (types.get(kind) or {}).get("body")), "")
        content = Content(
            sid=str(found.sid),
            name=str(found.friendly_name or ""),
            language=str(found.language or "en"),
            body=body,
            defaults={str(name): str(value) for name, value in (found.variables or {}).items()},
        )
    if not body:
        raise NoText(f"{sid} has no text")
    return content


def approval_of(sid: str) -> Approval:
    """What WhatsApp says of a template now. Raises Refused or NotReached."""
    with looking_up():
        told: Mapping[str, Any] = provider().contents(sid).approval_fetch().fetch().whatsapp or {}
        return Approval(
            # a word that we do not know is no approval
            state=STATES.get(str(told.get("status", "unsubmitted")).lower(), "pending"),
            category=str(told.get("category") or "marketing").lower(),
            rejected_because=str(told.get("rejection_reason") or ""),
        )
