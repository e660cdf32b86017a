"""The public addresses of our own pages, as providers and people reach them."""

from __future__ import annotations

from data import settings

INBOUND = "/webhooks/twilio/messages"
STATUS = "/webhooks/twilio/status"
CALLS = "/webhooks/twilio/voice"
CALL_OVER = f"{CALLS}/after"


def status_callback(message_id: int) -> str:
    """Where the provider reports what became of a text; the query names our row."""
    return f"{settings.get().own_base_url}{STATUS}?message={message_id}"


def call_over() -> str:
    """Where the provider goes on when the phone that was rung has hung up, or nobody answered it."""
    return f"{settings.get().own_base_url}{CALL_OVER}"


def conversation(conversation_id: int) -> str:
    """The transcript, behind the staff login."""
    return f"{settings.get().own_base_url}/staff/conversations/{conversation_id}"


def calendar_settings() -> str:
    """Where staff connect the calendar."""
    return f"{settings.get().own_base_url}/staff/settings/calendar"


def google_redirect() -> str:
    """Where Google sends an owner back to after consenting: word for word as the client at Google has it."""
    return f"{calendar_settings()}/callback"
