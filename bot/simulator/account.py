"""Who may ask the simulated provider anything: whoever shows the account and one of its tokens."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, jsonify, request

from bot.simulator.ground import Ground
from bot.simulator.refusals import Refusal


def authenticate(ground: Ground) -> None:
    """Raise Refusal(20003) unless the request shows the account."""
    given = request.authorization
    known = given is not None and given.type == "basic" and given.username == ground.account_sid
    secret = (given.password or "") if given else ""
    if not known or not any(hmac.compare_digest(secret.encode(), t.encode()) for t in ground.tokens):
        raise Refusal(20003)


def guard(routes: Blueprint, ground: Ground, call: str) -> None:
    """Let only the account ask these routes, and let them fail where that fault is due for `call`."""

    @routes.errorhandler(Refusal)
    def refused(refusal: Refusal) -> tuple[Response, int]:
        return jsonify(refusal.as_json()), refusal.status

    @routes.before_request
    def let_in() -> None:
        authenticate(ground)
        if ground.faults.strike("api_error_before", call=call):
            raise Refusal(20500)
