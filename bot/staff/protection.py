"""CSRF for every form, and limits on logging in. Neither ever touches the provider's webhooks."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_wtf import CSRFProtect
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot import callers
from data import settings

PER_ADDRESS = "10 per minute"
PER_ACCOUNT = "5 per 15 minutes"
"""Failed log-ins that one account takes; then it waits, whoever asks."""

REDIS_PATIENCE = 0.5
"""Seconds for Redis to answer, once and not again; without it each process counts by itself."""

LOG_IN = "staff.log_in_now"


def install(app: Flask) -> None:
    """Bind both to the application, whose blueprints are all registered."""
    redis_url = settings.get().redis_url
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # a page stays open all day: its token lives as long as the session
        RATELIMIT_STORAGE_URI=redis_url or "memory://",
        RATELIMIT_KEY_PREFIX="rekindle-staff",
        RATELIMIT_STORAGE_OPTIONS={
            "socket_timeout": REDIS_PATIENCE,
            "socket_connect_timeout": REDIS_PATIENCE,
            "retry": Retry(NoBackoff(), 0),
        }
        if redis_url
        else {},
    )
    csrf = CSRFProtect(app)
    limiter = Limiter(callers.address, app=app, in_memory_fallback_enabled=True, swallow_errors=True)
    # without this the library would ask a Redis that hangs, again and again, whatever page is wanted
    limiter.request_filter(lambda: request.endpoint != LOG_IN)
    by_account = limiter.limit(PER_ACCOUNT, key_func=account, deduct_when=failed)
    limited: Any = limiter.limit(PER_ADDRESS)(by_account(app.view_functions[LOG_IN]))
    app.view_functions[LOG_IN] = limited
    for foreign in ("twilio", "demo"):
        # the provider signs its webhooks; the demo's clock takes JSON from this machine alone
        if foreign in app.blueprints:
            csrf.exempt(app.blueprints[foreign])


def account() -> str:
    """The account that somebody tries to get into, as a key that does not tell the address."""
    address = request.form.get("email", "").strip().lower()
    return "account:" + hashlib.sha256(address.encode()).hexdigest()


def failed(response: Response) -> bool:
    """Whether a log-in has failed: only those count against the account."""
    return response.status_code == 401
