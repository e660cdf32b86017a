"""What the network charges for a text: named once it has left, in US dollars."""

from __future__ import annotations

from bot.simulator.records import Message

SEGMENT = 0.0083
"""An SMS segment to or from a US number: Twilio's list price, carrier fees left out."""

WHATSAPP = 0.005
"""A WhatsApp message: Twilio's own fee, without Meta's."""


def of(message: Message) -> str | None:
    """The price as the provider writes it, negative; None while there is none."""
    if message.direction != "inbound" and message.sent is None:
        return None
    price = WHATSAPP if message.channel == "whatsapp" else SEGMENT * message.segments
    return f"{-price:.5f}"
