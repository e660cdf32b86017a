"""Whether a request really comes from the provider. Fails closed.

The address that was signed is the public one: it is built from PUBLIC_BASE_URL, never from headers that a
proxy or a stranger may have set. Source: the provider's page "Webhooks security".
"""

from __future__ import annotations

import re

from flask import Request
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from data import settings

LENGTHS = {HMAC_SHA1: 28, HMAC_SHA256: 44}
"""Characters of a signature in base64, by algorithm."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]+=", re.ASCII)


def is_there(request: Request) -> bool:
    """Whether it carries what could be a signature. Costs nothing: the body is not read."""
    given = request.headers.get(SIGNATURE_HEADER, "")
    return len(given) == LENGTHS.get(_algorithm(request)) and _BASE64.fullmatch(given) is not None


def is_genuine(request: Request) -> bool:
    """Whether one of the account's tokens signed this form for this very address."""
    if not is_there(request):
        return False
    try:
        query = request.query_string.decode("ascii")  # as it came, with its own way of escaping
    except UnicodeDecodeError:
        return False
    url = settings.get().own_base_url + request.path + (f"?{query}" if query else "")
    signature, algorithm = request.headers[SIGNATURE_HEADER], _algorithm(request)
    return any(
        RequestValidator(token).validate(url, request.form, signature, algorithm)
        for token in settings.get().auth_tokens
    )


def _algorithm(request: Request) -> str:
    return str(get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER))).upper()
