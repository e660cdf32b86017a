"""Calls to a number that texts: put through to the business, or answered with one sentence.

The texts of TwiML: https://www.twilio.com/docs/voice/twiml/dial. Whatever fails here, the caller hears words
and not the provider's error.
"""

from __future__ import annotations

import structlog
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError
from twilio.twiml.voice_response import VoiceResponse

from bot.webhooks import fields
from data import addresses
from data.crypto import KeysDoNotFit
from scheduler.calls import receive_call

RINGS_FOR = 20
"""Seconds until the caller hears the sentence instead; answering machines take longer as a rule."""

NOBODY = "Sorry, nobody can take your call now. Please text this number, and we will get back to you."

log = structlog.get_logger(__name__)


def incoming() -> Response:
    """Somebody calls: ring the business; a known caller is in no sequence any more."""
    call = fields.call(request.form)
    try:
        called = receive_call(call.from_number, call.to_number)
    except (SQLAlchemyError, KeysDoNotFit) as error:
        log.error("call not noted", error=type(error).__name__)
        called = None
    answer = VoiceResponse()
    if called is None or called.phone is None:
        answer.say(_sentence(called.business if called else ""))
    else:
        answer.dial(called.phone, timeout=RINGS_FOR, action=addresses.call_over(), method="POST")
    return _twiml(answer)


def after() -> Response:
    """The business's phone was rung: after a talk there is nothing to add."""
    answer = VoiceResponse()
    if fields.dialled(request.form) == "completed":
        answer.hangup()
    else:
        answer.say(NOBODY)
    return _twiml(answer)


def _sentence(business: str) -> str:
    return f"Thank you for calling {business}. {NOBODY}" if business else NOBODY


def _twiml(answer: VoiceResponse) -> Response:
    return Response(str(answer), 200, content_type="text/xml")
