"""Twilio's webhooks: check, store, wake, answer. Nothing slow in here, and never a 429 to the provider."""

from __future__ import annotations

import re
from contextlib import suppress

import structlog
from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from bot.webhooks.signature import is_genuine
from data.crypto import KeysDoNotFit
from data.imports.numbers import BadNumber, NoNumber, read_number
from scheduler.receipts import receive_receipt
from scheduler.receive import Inbound, NotSetUp, receive
from scheduler.wake import wake

blueprint = Blueprint("twilio", __name__, url_prefix="/webhooks/twilio")

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
LONGEST_BODY = 1600 * 4
"""More than the provider ever delivers in one text."""

MOST_MEDIA = 10

log = structlog.get_logger(__name__)


@blueprint.before_request
def refuse_strangers() -> Response | None:
    """Only what the provider has signed comes in."""
    if is_genuine(request):
        return None
    log.warning("webhook refused: not signed by the provider", path=request.path)
    return Response("not signed by the provider", 403)


@blueprint.errorhandler(SQLAlchemyError)
@blueprint.errorhandler(KeysDoNotFit)
@blueprint.errorhandler(NotSetUp)
def come_again(error: Exception) -> Response:
    """The text is not stored: the provider keeps it and comes again."""
    log.error("webhook not stored", error=type(error).__name__)
    return Response("not stored, come again", 503)


@blueprint.post("/messages")
def messages() -> Response:
    """An inbound text, by SMS or WhatsApp."""
    form = request.form
    channel, from_address = _address(form.get("From", ""))
    _, to_address = _address(form.get("To", ""))
    provider_id = form.get("MessageSid", "")
    if not provider_id or not from_address:
        return Response("MessageSid and From are needed", 400)
    received = receive(
        Inbound(
            provider_id=provider_id,
            channel=channel,
            from_address=from_address,
            to_address=to_address,
            body=_clean(form.get("Body", "")),
            media=_media(),
            messaging_service=form.get("MessagingServiceSid") or None,
            opt_out_type=form.get("OptOutType") or None,
        )
    )
    wake(received.jobs, received.delay)
    return Response(EMPTY_TWIML, 200, content_type="text/xml")


@blueprint.post("/status")
def status() -> Response:
    """What became of a text of ours."""
    form = request.form
    provider_id, reported = form.get("MessageSid", ""), form.get("MessageStatus", "")
    if not provider_id or not reported:
        return Response("MessageSid and MessageStatus are needed", 400)
    ours = request.args.get("message", "")
    message_id = int(ours) if re.fullmatch(r"\d{1,15}", ours) else None
    wake(receive_receipt(provider_id, reported, form.get("ErrorCode") or None, message_id))
    return Response("", 204)


def _address(raw: str) -> tuple[str, str]:
    """The channel and the number of an address such as whatsapp:+12125550123."""
    prefix, colon, number = raw.strip().rpartition(":")
    with suppress(NoNumber, BadNumber):  # a short code or a messaging service stays as it is
        # as the import writes it: Brazil's and Mexico's networks know two forms of one number
        number = read_number(number, "US").e164
    return ("whatsapp" if colon and prefix == "whatsapp" else "sms"), number


def _clean(body: str) -> str:
    """A body that every database takes: no NUL, and no longer than a text can be."""
    return body.replace("\x00", "")[:LONGEST_BODY]


def _media() -> tuple[str, ...]:
    count = request.form.get("NumMedia", "0")
    many = min(int(count), MOST_MEDIA) if count.isdigit() else 0
    urls = (request.form.get(f"MediaUrl{n}", "") for n in range(many))
    return tuple(url for url in urls if url)
