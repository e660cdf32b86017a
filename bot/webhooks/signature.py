"""Whether a request really comes from the provider. Fails closed.

The address that was signed is the public one: it is built from PUBLIC_BASE_URL, never from headers that a
proxy or a stranger may have set.
"""

from __future__ import annotations

from flask import Request
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from data import settings


def is_genuine(request: Request) -> bool:
    """Whether one of the account's tokens signed this form for this very address."""
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not signature or request.mimetype != "application/x-www-form-urlencoded":
        return False
    algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER))
    url = settings.get().own_base_url + request.full_path.removesuffix("?")
    return any(
        RequestValidator(token).validate(url, request.form, signature, algorithm)
        for token in settings.get().auth_tokens
    )
