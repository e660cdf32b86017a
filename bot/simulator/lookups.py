"""Look-ups of numbers, as the provider's Lookup v2 API answers them.

Source: the provider's pages "Lookup v2 API", "Line Type Intelligence" and "Reassigned Number".
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.simulator.account import guard
from bot.simulator.ground import Ground
from bot.simulator.records import Line
from bot.simulator.refusals import Refusal


def blueprint(ground: Ground) -> Blueprint:
    """The routes below /v2/PhoneNumbers, at the same address as the rest."""
    lookups = Blueprint("lookups", __name__, url_prefix="/v2/PhoneNumbers")

    guard(lookups, ground, "lookup")

    @lookups.get("/<number>")
    def fetch(number: str) -> Response:
        with ground.lock:
            line = ground.lines.get(number, Line())
        asked = request.args.get("Fields", "").split(",")
        answer: dict[str, Any] = {
            "phone_number": number,
            "valid": True,
            "validation_errors": [],
            "line_type_intelligence": None,
            "reassigned_number": None,
            "url": f"https://lookups.twilio.com/v2/PhoneNumbers/{number}",
        }
        if "line_type_intelligence" in asked:
            answer["line_type_intelligence"] = {"type": line.type, "error_code": None}
        if "reassigned_number" in asked:
            answer["reassigned_number"] = _reassigned(line, request.args.get("LastVerifiedDate", ""))
        return jsonify(answer)

    return lookups


def _reassigned(line: Line, verified: str) -> dict[str, Any]:
    since = _day(verified)
    if since is None:
        raise Refusal(20400)
    moved = line.reassigned_on is not None and line.reassigned_on > since
    return {
        "last_verified_date": since.isoformat(),
        "is_number_reassigned": "yes" if moved else "no",
        "error_code": None,
    }


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day without a zone
    except ValueError:
        return None
