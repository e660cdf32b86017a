"""The control API below /sim: JSON in, JSON out, for the page, for tests and for load.

Requests with a body carry `Content-Type: application/json`. Times are ISO with offset. A mistake is
answered 400 with {"error": one sentence}. A number in a path is written as it is, +12125550123.

    GET    /sim/health                     {"ok", "now", "generation", "cursor"}
    GET    /sim/phones                     {"phones": [{"number", "label", "color", "role", "texts",
                                            "unread", "stopped", "blocked", "last"}], "cursor"}
    POST   /sim/phones                     {"number", "label"?, "color"?, "role"? contact|staff} -> the phone
    GET    /sim/phones/NUMBER/transcript   {"texts": [message…], "cursor"}: what its screen shows
    POST   /sim/phones/NUMBER/read         {} -> {"read": how many WhatsApp texts became read}; unread is 0
    POST   /sim/texts                      {"from", "body", "channel"? sms|whatsapp, "media"? [url or {"url",
                                            "content_type"}], "to"?} -> 201, the message
    GET    /sim/messages?number=&limit=    {"messages": [message…]}: all kept, newest first, arrived or not
    GET    /sim/events?after=N             {"events": [{"n", "kind", "at", "number", "message"…}], "cursor",
                                            "now", "generation", "missed"}; kinds: written, taken, not_taken,
                                            accepted, status, phone, reset
    GET    /sim/opt-outs                   {"opt_outs": [{"number", "sender", "blocked", "texts_since"}]}
    POST   /sim/opt-outs                   {"number", "sender"?}: count from now on what still arrives there
    GET    /sim/counters                   {"counters": {name: count}}; always has texts_after_stop, the texts
                                            beyond the first that reached a phone after its STOP
    GET    /sim/faults                     {"faults": […], "kinds": {kind: meaning}}
    POST   /sim/faults                     {"kind", "times"? (1; null = until cleared), "number"?, "seconds"?,
                                            "status"?, "code"?, "statuses"? [delivered…], "calls"? create|
                                            read|content|all, "share"? 0..1} -> 201, the fault
    DELETE /sim/faults, /sim/faults/ID     {"cleared": how many}
    POST   /sim/templates                  {"sid", "body", "name"?, "category"? utility|marketing, "language"?
                                            "approval"? (approved), "rejected_because"?, "defaults"? {"1": …}}
                                            -> 201: a WhatsApp template, or what has become of one
    GET    /sim/clock                      {"now", "timezone"}
    POST   /sim/clock                      {"forward_seconds": n} or {"to": "tomorrow_10"} -> {"now"}
    POST   /sim/reset                      {} -> {"generation"}: forget messages, faults and counts

A message: {"sid", "from": phone|business, "number", "sender", "channel", "body", "media", "status",
"error_code", "taken" (by the service, of a phone's text), "by_network", "at", "created_at"}.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from bot.simulator.clock import Clock, ClockStuck
from bot.simulator.faults import KINDS, UnknownFault
from bot.simulator.inbound import NoSuchSender
from bot.simulator.network import Network
from bot.simulator.records import Template, is_number, number_of

_LONGEST_TEXT = 1600
_FURTHEST = 366 * 86_400
_FAULT = "times, number, seconds, status, code, statuses, calls and share, nothing else"


class Mistake(ValueError):
    """What was asked cannot be done as it stands; the message says why."""


def blueprint(network: Network, clock: Clock | None, timezone: str) -> Blueprint:
    """The routes below /sim. Without a clock time cannot be moved from here."""
    control = Blueprint("control", __name__, url_prefix="/sim")
    ground = network.ground
    zone = ZoneInfo(timezone)

    @control.errorhandler(Mistake)
    @control.errorhandler(UnknownFault)
    @control.errorhandler(NoSuchSender)
    def mistaken(error: ValueError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    @control.errorhandler(ClockStuck)
    def stuck(error: ClockStuck) -> tuple[Response, int]:
        return jsonify(error=str(error)), 503

    @control.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.description), error.code or 500

    def now() -> str:
        return ground.clock().astimezone(zone).isoformat()

    @control.get("/health")
    def health() -> Response:
        return jsonify(ok=True, now=now(), generation=network.generation, cursor=ground.events.cursor)

    @control.get("/phones")
    def phones() -> Response:
        with ground.lock:
            cursor = ground.events.cursor
            found = [phone.as_json() for phone in network.phones()]
        return jsonify(phones=found, cursor=cursor, now=now(), generation=network.generation)

    @control.post("/phones")
    def add_phone() -> tuple[Response, int]:
        asked = _asked()
        number = _number(asked.get("number"))
        role = asked.get("role", "contact")
        if role not in ("contact", "staff"):
            raise Mistake("role is contact or staff")
        phone = network.add_phone(number, _text(asked, "label", 60), _color(asked.get("color")), role)
        return jsonify(phone.as_json()), 201

    @control.get("/phones/<number>/transcript")
    def transcript(number: str) -> Response:
        with ground.lock:
            cursor = ground.events.cursor
            texts = [message.as_json() for message in network.transcript(_number(number))]
        return jsonify(texts=texts, cursor=cursor)

    @control.post("/phones/<number>/read")
    def read(number: str) -> Response:
        _asked()
        return jsonify(read=network.read(_number(number)))

    @control.post("/texts")
    def write() -> tuple[Response, int]:
        asked = _asked()
        channel = asked.get("channel", "sms")
        if channel not in ("sms", "whatsapp"):
            raise Mistake("channel is sms or whatsapp")
        media = asked.get("media", [])
        if not isinstance(media, list) or len(media) > 10:
            raise Mistake("media is a list of up to ten")
        try:
            sent = network.text(
                _number(asked.get("from")),
                _text(asked, "body", _LONGEST_TEXT),
                channel=channel,
                media=media,
                to=asked.get("to"),
            )
        except (KeyError, TypeError):
            raise Mistake("each of media is an address or has url and content_type") from None
        return jsonify(sent.as_json()), 201

    @control.get("/messages")
    def messages() -> Response:
        number = request.args.get("number")
        limit = max(1, request.args.get("limit", 1000, type=int))
        found = [message for message in network.messages() if not number or message.number == number]
        return jsonify(messages=[message.as_json() for message in found[:limit]])

    @control.get("/events")
    def events() -> Response:
        fresh, missed = ground.events.after(request.args.get("after", 0, type=int))
        return jsonify(
            events=fresh,
            cursor=fresh[-1]["n"] if fresh else ground.events.cursor,
            now=now(),
            generation=network.generation,
            missed=missed,
        )

    @control.get("/opt-outs")
    def opt_outs() -> Response:
        with ground.lock:
            found = [
                {
                    "number": phone.number,
                    "sender": sender,
                    "blocked": sender in {number_of(blocked) for blocked in phone.blocks},
                    "texts_since": texts,
                }
                for phone in network.phones()
                for sender, texts in phone.stopped.items()
            ]
        return jsonify(opt_outs=found)

    @control.post("/opt-outs")
    def opt_out() -> tuple[Response, int]:
        asked = _asked()
        network.said_stop(_number(asked.get("number")), asked.get("sender"))
        return jsonify(ok=True), 201

    @control.get("/counters")
    def counters() -> Response:
        return jsonify(counters=network.counters())

    @control.get("/faults")
    def faults() -> Response:
        return jsonify(faults=[fault.as_json() for fault in network.faults.list()], kinds=KINDS)

    @control.post("/faults")
    def add_fault() -> tuple[Response, int]:
        asked = _asked()
        kind = asked.pop("kind", "")
        try:
            fault = network.faults.add(str(kind), **asked)
        except TypeError:
            raise Mistake(f"a fault has kind, {_FAULT}") from None
        return jsonify(fault.as_json()), 201

    @control.delete("/faults")
    def clear_faults() -> Response:
        return jsonify(cleared=network.faults.clear())

    @control.delete("/faults/<fault_id>")
    def clear_fault(fault_id: str) -> Response:
        return jsonify(cleared=network.faults.clear(fault_id))

    @control.post("/templates")
    def put_template() -> tuple[Response, int]:
        asked = _asked()
        sid = asked.pop("sid", "")
        if not isinstance(sid, str) or not re.fullmatch(r"HX[0-9a-fA-F]{32}", sid):
            raise Mistake("sid is HX and 32 hexadecimal digits")
        try:
            network.put_template(sid, Template(**asked))
        except TypeError:
            raise Mistake(
                "a template has sid, body, name, category, language, approval and the like"
            ) from None
        return jsonify(sid=sid), 201

    @control.get("/clock")
    def time() -> Response:
        return jsonify(now=now(), timezone=timezone)

    @control.post("/clock")
    def move() -> Response:
        asked = _asked()
        if clock is None:
            raise Mistake("time cannot be moved from here")
        seconds = asked.get("forward_seconds")
        if asked.get("to") == "tomorrow_10":
            seconds = _until_tomorrow(ground.clock().astimezone(zone))
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds <= _FURTHEST:
            raise Mistake("forward_seconds is a number from above 0 to a year; time only goes forward")
        clock.forward(seconds)
        return jsonify(now=now())

    @control.post("/reset")
    def reset() -> Response:
        _asked()
        network.reset()
        return jsonify(generation=network.generation)

    return control


def _asked() -> dict[str, Any]:
    """The JSON object of the request. Asking for its type also keeps other sites' forms out."""
    body = request.get_json()
    if not isinstance(body, dict):
        raise Mistake("the body is a JSON object")
    return body


def _number(value: object) -> str:
    if not isinstance(value, str) or not is_number(value):
        raise Mistake("a number is written in full, such as +12125550123")
    return value


def _text(asked: dict[str, Any], name: str, longest: int) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise Mistake(f"{name} is a text of up to {longest} characters")
    return value


def _color(value: object) -> str:
    if not value:
        return ""
    if not isinstance(value, str) or len(value) != 7 or not value.startswith("#"):
        raise Mistake("color is written as #rrggbb")
    return value


def _until_tomorrow(local: datetime) -> float:
    tomorrow = (local + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    # through absolute time, since the day in between may have 23 or 25 hours
    return tomorrow.timestamp() - local.timestamp()
