"""The provider's REST side: the Messages resource, as its client libraries call it, with faults on demand."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from bot.simulator import prices
from bot.simulator.account import authenticate
from bot.simulator.faults import Fault
from bot.simulator.network import Network
from bot.simulator.records import Message, number_of
from bot.simulator.refusals import Refusal, message

_VERSION = "2010-04-01"
_BASE = f"/{_VERSION}/Accounts/<sid>/Messages"
_MOST_PER_PAGE = 1000


def blueprint(network: Network) -> Blueprint:
    """The routes below /2010-04-01."""
    api = Blueprint("api", __name__)
    ground = network.ground

    @api.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        answer = jsonify(refusal.as_json())
        answer.status_code = refusal.status
        if refusal.status == 401:
            answer.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        if refusal.retry_after is not None:
            answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer

    def faulty(sid: str, call: str, number: str | None, act: Callable[[], Response]) -> Response:
        """Do what a call asks for, with the fault that is due."""
        if sid != ground.account_sid:
            raise Refusal(20003)
        authenticate(ground)
        strike = network.faults.strike
        fault = strike(
            "api_error_before", "api_hang_before", "api_close_before", "api_reset_before",
            "api_rate_limited", "api_unauthorized", "api_reject", number=number, call=call,
        )  # fmt: skip
        if fault:
            return _before(network, fault, number)
        answer = act()
        fault = strike(
            "api_error_after", "api_hang_after", "api_close_after", "api_reset_after", "api_slow",
            number=number, call=call,
        )  # fmt: skip
        return _after(network, fault, answer) if fault else answer

    def find(message_sid: str) -> Message:
        with ground.lock:
            found = ground.messages.get(message_sid)
        if found is None:
            raise Refusal(20404, resource=request.path)
        return found

    @api.post(f"{_BASE}.json")
    def create(sid: str) -> Response:
        def act() -> Response:
            made = network.outbound.create(request.form.to_dict(), tuple(request.form.getlist("MediaUrl")))
            return _created(made, sid)

        return faulty(sid, "create", number_of(request.form.get("To", "")) or None, act)

    @api.get(f"{_BASE}/<message_sid>.json")
    def fetch(sid: str, message_sid: str) -> Response:
        return faulty(sid, "read", None, lambda: jsonify(_resource(find(message_sid), sid)))

    @api.post(f"{_BASE}/<message_sid>.json")
    def update(sid: str, message_sid: str) -> Response:
        def act() -> Response:
            found = find(message_sid)
            if request.form.get("Status") == "canceled":
                network.outbound.cancel(found)
            if request.form.get("Body") == "":
                found.body = ""
            return jsonify(_resource(found, sid))

        return faulty(sid, "read", None, act)

    @api.delete(f"{_BASE}/<message_sid>.json")
    def delete(sid: str, message_sid: str) -> Response:
        def act() -> Response:
            find(message_sid)
            with ground.lock:
                ground.messages.pop(message_sid, None)
            return Response(status=204)

        return faulty(sid, "read", None, act)

    @api.get(f"{_BASE}.json")
    def listing(sid: str) -> Response:
        return faulty(sid, "read", None, lambda: jsonify(_page(network, sid)))

    @api.route(f"/{_VERSION}/<path:rest>", methods=["GET", "POST", "DELETE"])
    def unknown(rest: str) -> Response:
        raise Refusal(20404, resource=request.path)

    return api


def _before(network: Network, fault: Fault, number: str | None) -> Response:
    match fault.kind:
        case "api_hang_before":
            network.hold(fault.seconds)
            return _closed()
        case "api_close_before":
            return _closed()
        case "api_reset_before":
            return _reset()
        case "api_rate_limited":
            refusal = Refusal(20429)
            refusal.retry_after = int(fault.seconds)
            raise refusal
        case "api_unauthorized":
            raise Refusal(20003)
        case "api_reject":
            raise Refusal(fault.code, to=number or "")
        case _:
            raise Refusal(20503 if fault.status == 503 else 20500, status=fault.status)


def _after(network: Network, fault: Fault, answer: Response) -> Response:
    if fault.kind == "api_error_after":
        raise Refusal(20503 if fault.status == 503 else 20500, status=fault.status)
    if fault.kind in ("api_hang_after", "api_slow"):
        network.hold(fault.seconds)
    if fault.kind == "api_slow":
        return answer
    return _reset() if fault.kind == "api_reset_after" else _closed()


def _closed() -> Response:
    """End the connection without an answer, whichever server carries us."""
    connection = _connection()
    if connection is not None:
        with suppress(OSError):  # the client was quicker
            connection.shutdown(socket.SHUT_RDWR)
    # what is returned here meets a closed connection and is dropped
    return Response(status=500)


def _reset() -> Response:
    """Have the client's side fail with "connection reset by peer"."""
    connection = _connection()
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # the server's own copies of the socket would keep it open, and its end would be an orderly one
        os.close(connection.detach())
    return Response(status=500)


def _connection() -> socket.socket | None:
    found = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    return found if isinstance(found, socket.socket) else None


def _created(made: Message, sid: str) -> Response:
    answer = jsonify(
        _resource(made, sid)
        | {
            "status": "accepted" if made.service_sid else "queued",
            "from": None if made.service_sid else made.from_,
            "date_sent": None,
            "error_code": None,
            "error_message": None,
        }
    )
    answer.status_code = 201
    return answer


def _resource(kept: Message, sid: str) -> dict[str, Any]:
    uri = f"/{_VERSION}/Accounts/{sid}/Messages/{kept.sid}"
    return {
        "account_sid": sid,
        "api_version": _VERSION,
        "body": kept.body,
        "date_created": _stamp(kept.created),
        "date_sent": _stamp(kept.sent),
        "date_updated": _stamp(kept.updated),
        "direction": kept.direction,
        "error_code": kept.error_code,
        "error_message": message(kept.error_code) if kept.error_code else None,
        "from": kept.from_,
        "messaging_service_sid": kept.service_sid,
        "num_media": str(len(kept.media)),
        "num_segments": str(kept.segments),
        "price": prices.of(kept),
        "price_unit": "USD",
        "sid": kept.sid,
        "status": kept.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": kept.to,
        "uri": f"{uri}.json",
    }


def _stamp(moment: datetime | None) -> str | None:
    return format_datetime(moment.astimezone(UTC)) if moment else None


def _page(network: Network, sid: str) -> dict[str, Any]:
    asked = request.args
    late = network.faults.strike("list_late", number=number_of(asked.get("To", "")) or None, call="read")
    newest = network.ground.clock() - timedelta(seconds=late.seconds) if late else None
    wanted = [kept for kept in network.messages() if _wanted(kept) and not (newest and kept.created > newest)]
    size = min(_MOST_PER_PAGE, max(1, asked.get("PageSize", 50, type=int)))
    number = asked.get("Page", 0, type=int)
    start = number * size
    token = asked.get("PageToken", "")
    if token:
        # a token says after which message to go on, so that new ones in front shift nothing
        behind = int(token.removeprefix("PA"), 16)
        start = next((i for i, kept in enumerate(wanted) if kept.seq < behind), len(wanted))
    shown = wanted[start : start + size]
    more = start + size < len(wanted)
    filters = [
        (key, value) for key, value in asked.items(multi=True) if key not in ("Page", "PageToken", "PageSize")
    ]

    def uri(page: int, *extra: tuple[str, str]) -> str:
        query = urlencode([*filters, ("PageSize", str(size)), ("Page", str(page)), *extra])
        return f"/{_VERSION}/Accounts/{sid}/Messages.json?{query}"

    return {
        "messages": [_resource(kept, sid) for kept in shown],
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(0, len(shown) - 1),
        "uri": uri(number),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(number - 1) if number else None,
        "next_page_uri": uri(number + 1, ("PageToken", f"PA{shown[-1].seq:032x}")) if more else None,
    }


def _wanted(kept: Message) -> bool:
    asked = request.args
    if asked.get("To") and kept.to != asked["To"]:
        return False
    if asked.get("From") and kept.from_ != asked["From"]:
        return False
    if kept.sent is None and any(key.startswith("DateSent") for key in asked):
        return False  # one that has not left yet has no such date
    moment = (kept.sent or kept.created).astimezone(UTC)
    if asked.get("DateSent") and moment.date() != _moment(asked["DateSent"]).date():
        return False
    if asked.get("DateSent>") and moment.replace(microsecond=0) < _moment(asked["DateSent>"]):
        return False
    return not (asked.get("DateSent<") and moment.replace(microsecond=0) > _moment(asked["DateSent<"]))


def _moment(text: str) -> datetime:
    """A date or a time of a filter. The provider's stamps have whole seconds."""
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refusal(20404, resource=request.path) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
