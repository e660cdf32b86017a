"""WhatsApp's templates: filled for a message, and served as the provider's Content API serves them.

Source: the provider's pages "Content API resources" and, for what a variable may hold, "Error 21656".
"""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.simulator.account import guard
from bot.simulator.ground import Ground
from bot.simulator.records import Message, Template
from bot.simulator.refusals import Refusal

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BROKEN = re.compile(r"[\n\r\t]| {5}")

_NEVER = {"rejected": 63040, "paused": 63041, "disabled": 63042}
"""What an approval that was refused or withdrawn fails with, whatever the window."""


def filled(template: Template, variables: str) -> str:
    """A template's text with its places filled. Raises Refusal (21656) as the provider does."""
    try:
        values = json.loads(variables or "{}")
    except ValueError:
        raise Refusal(21656) from None
    if not isinstance(values, dict):
        raise Refusal(21656)
    values = dict(template.defaults) | values
    if any(not isinstance(value, str) or not value for value in values.values()):
        raise Refusal(21656)

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1], "")
        if not found or _BROKEN.search(found):
            raise Refusal(21656)
        return str(found)

    return _PLACE.sub(value, template.body)


def failure_of(template: Template | None, closed: bool) -> int:
    """The code with which WhatsApp fails a text; 0 = it takes it. `closed`: the 24 hours are over."""
    state = template.approval if template else ""
    if state in _NEVER:
        return _NEVER[state]
    # in the open window a template that was never approved is free text like any other
    return 63016 if closed and state != "approved" else 0


def not_delivered(message: Message) -> int:
    """Marketing templates to US numbers are not delivered on WhatsApp since 1 April 2025 (63049)."""
    marketing = message.channel == "whatsapp" and message.category == "marketing"
    return 63049 if marketing and message.number.startswith("+1") else 0


def blueprint(ground: Ground) -> Blueprint:
    """The routes below /v1/Content, at the same address as the rest."""
    content = Blueprint("content", __name__, url_prefix="/v1/Content")

    guard(content, ground, "content")

    def find(sid: str) -> Template:
        with ground.lock:
            found = ground.templates.get(sid)
        if found is None:
            raise Refusal(20404, resource=request.path)
        return found

    @content.get("/<sid>")
    def fetch(sid: str) -> Response:
        return jsonify(_resource(find(sid), sid, ground.account_sid))

    @content.get("/<sid>/ApprovalRequests")
    def approvals(sid: str) -> Response:
        kept = find(sid)
        return jsonify(
            {
                "sid": sid,
                "account_sid": ground.account_sid,
                "url": f"https://content.twilio.com/v1/Content/{sid}/ApprovalRequests",
                "whatsapp": {
                    "type": "whatsapp",
                    "name": kept.name,
                    "category": kept.category.upper(),
                    "content_type": "twilio/text",
                    "status": kept.approval,
                    "rejection_reason": kept.rejected_because,
                    "allow_category_change": True,
                },
            }
        )

    return content


def _resource(kept: Template, sid: str, account: str) -> dict[str, Any]:
    url = f"https://content.twilio.com/v1/Content/{sid}"
    return {
        "sid": sid,
        "account_sid": account,
        "friendly_name": kept.name,
        "language": kept.language,
        "variables": dict(kept.defaults),
        "types": {"twilio/text": {"body": kept.body}},
        "url": url,
        "date_created": None,
        "date_updated": None,
        "links": {"approval_fetch": f"{url}/ApprovalRequests"},
    }
