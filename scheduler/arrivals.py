"""A text as the provider hands it over, what is handed back, and what its arrival writes whatever it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data import clock
from nlu.understanding import Gated
from scheduler.jobs import Job

SUPERSEDED = ("touch", "nudge")
"""Kinds of queued texts that do not leave any more once the contact has written."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text as the provider hands it over; addresses are E.164 without the channel's prefix."""

    provider_id: str
    channel: str
    from_address: str
    to_address: str
    body: str
    media: tuple[str, ...] = ()
    messaging_service: str | None = None
    opt_out_type: str | None = None
    """STOP, START or HELP where the provider has handled the word itself (Advanced Opt-Out)."""


@dataclass(frozen=True, slots=True)
class Received:
    """The jobs to wake once the text is committed, after `delay` seconds."""

    jobs: tuple[Job, ...] = ()
    delay: float = 0.0


def of_message(inbound: Inbound, gated: Gated) -> dict[str, Any]:
    """The columns of a text's row that the text itself decides."""
    return {
        "direction": "in",
        "channel": inbound.channel,
        "kind": "text",
        "from_address": inbound.from_address,
        "to_address": inbound.to_address,
        "body": inbound.body,
        "media": list(inbound.media),
        "provider_id": inbound.provider_id,
        "rule": gated.rule,
    }


def of_conversation(inbound: Inbound) -> dict[str, Any]:
    """The columns of a conversation that every text of the contact's writes anew."""
    now = clock.now()
    wrote = {"last_inbound_at": now, "last_text_at": now, "channel": inbound.channel, "nudge_due_at": None}
    return wrote | ({"last_whatsapp_inbound_at": now} if inbound.channel == "whatsapp" else {})
