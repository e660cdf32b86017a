"""Twilio's webhooks: check, store, wake, answer. Nothing slow in here, and never a 429 to the provider."""

from __future__ import annotations

import structlog
from flask import Blueprint, Request, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError

from bot.webhooks import fields, limits, voice
from bot.webhooks.signature import is_genuine, is_there
from data.crypto import KeysDoNotFit
from scheduler.receipts import receive_receipt
from scheduler.receive import NotSetUp, receive
from scheduler.wake import wake

blueprint = Blueprint("twilio", __name__, url_prefix="/webhooks/twilio")

blueprint.add_url_rule("/voice", view_func=voice.incoming, methods=["POST"], strict_slashes=False)
blueprint.add_url_rule("/voice/after", view_func=voice.after, methods=["POST"], strict_slashes=False)

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

log = structlog.get_logger(__name__)


@blueprint.record_once
def count_strangers(state: BlueprintSetupState) -> None:
    """Each application counts for itself."""
    state.app.extensions["strangers"] = limits.Strangers()


@blueprint.before_request
def refuse_strangers() -> Response | None:
    """Only what the provider has signed comes in; however many strangers knock, that does at once."""
    # once: each use of the proxy would look it up again
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    refused = limits.refusal(asked) if is_there(asked) else None
    if refused is None and is_genuine(asked):
        return None
    strangers: limits.Strangers = current_app.extensions["strangers"]
    if strangers.flood():
        refused = refused or ("too much that the provider has not signed", 429)
    else:
        why = refused[0] if refused else "not signed by the provider"
        log.warning("webhook refused", path=request.path, why=why)
    return Response(*(refused or ("not signed by the provider", 403)), content_type="text/plain")


@blueprint.errorhandler(fields.Malformed)
def say_what_is_wrong(error: fields.Malformed) -> Response:
    """Signed, and still not one of the provider's forms: coming again would not help."""
    log.error("webhook not understood", path=request.path, why=str(error))
    return Response(str(error), 400, content_type="text/plain")


@blueprint.errorhandler(SQLAlchemyError)
@blueprint.errorhandler(KeysDoNotFit)
@blueprint.errorhandler(NotSetUp)
def come_again(error: Exception) -> Response:
    """The text is not stored: the provider keeps it and comes again."""
    log.error("webhook not stored", error=type(error).__name__)
    return Response("not stored, come again", 503, content_type="text/plain")


@blueprint.post("/messages", strict_slashes=False)
def messages() -> Response:
    """An inbound text, by SMS or WhatsApp."""
    received = receive(fields.inbound(request.form))
    wake(received.jobs, received.delay)
    return Response(EMPTY_TWIML, 200, content_type="text/xml")


@blueprint.post("/status", strict_slashes=False)
def status() -> Response:
    """What became of a text of ours."""
    told = fields.receipt(request.form, request.args)
    wake(receive_receipt(told.provider_id, told.status, told.error_code, told.message_id))
    return Response("", 204)
